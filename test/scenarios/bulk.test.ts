/**
 * A bulk run in which everything goes wrong: tasks throw, exit, hang, fill the memory and leave children behind, and
 * somebody kills task processes and the runner at random moments. CIRRUS_BULK_ENTRIES says of how many entries.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { makeRandom, type Random } from "../../src/asl/random.ts";
import type { AttemptEnd, AttemptRecord } from "../../src/bulk/attempt.ts";
import type { BulkRuns } from "../../src/bulk/bulk-store.ts";
import { type EntryRecord, hasEnded } from "../../src/bulk/entry.ts";
import { nextAfter, type Retries } from "../../src/bulk/retry-policy.ts";
import { openBulkHere } from "../../src/queue/open-here.ts";
import { type CirrusProcess, type Ended, startCirrus } from "../cli/cirrus.ts";
import { PACKAGE, temporaryProject } from "../cli/temporary-project.ts";
import { CAUSE_OF, type UnrulyEntry, unrulyEntries } from "./bulk/entries.ts";
import { killProcessesIn, processesIn } from "./processes-in.ts";

const SEED = process.env.CIRRUS_TEST_SEED ?? String(Date.now());
const COUNT = Number(process.env.CIRRUS_BULK_ENTRIES ?? 600);
/** An entry may lose its worker ten times before it is given up. */
const RUNNER_KILLS = 6;
const TASK_KILLS = 12;
const EXIT_RETRIES = 4;
const RUN = "unruly";

const FLAGS = [
  ...["--num-simultaneous-tasks", "3", "--max-runtime", "8", "--max-memory-allowed-per-task", "0.4"],
  ...["--shutdown-grace-period", "0.2", "--retry-on-exit", `${EXIT_RETRIES}`],
  ...["--retry-on-timeout", "1", "--retry-on-exception", "1"],
];

test(`every entry of an unruly run ends as its policy says (CIRRUS_TEST_SEED=${SEED})`, async () => {
  const root = temporaryProject();
  onTestFinished(() => killProcessesIn(root));
  const entries = unrulyEntries(SEED, COUNT);
  writeFileSync(join(root, "tasks.json"), JSON.stringify(entries));
  writeFileSync(join(root, "unruly.ts"), readFileSync(join(PACKAGE, "test/scenarios/bulk/unruly.ts")));

  const ended = await runAndKill(root, makeRandom(`${SEED} kills`));

  expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(8);
  const bulk = openBulkHere(join(root, ".cirrus"));
  onTestFinished(bulk.close);
  await expectEveryEntryEnded(bulk.runs, entries);
  await expect.poll(() => processesIn(root)).toEqual([]);
}, 3_600_000);

/** Starts it again and again until it ends by itself. */
async function runAndKill(root: string, random: Random): Promise<Ended> {
  const args = ["bulk", "run", "./unruly.ts", "--tasks", "tasks.json", "--job-id", RUN, "--reuse-processes", ...FLAGS];
  for (let kills = 0; ; kills++) {
    const runner = startCirrus(args, root);
    if (kills === RUNNER_KILLS) return withKilledTasks(root, runner, random);
    // From before the first entry is loaded to somewhere in the middle.
    await Promise.race([sleep(300 + random.unit() * 2_500), runner.ended]);
    runner.child.kill("SIGKILL");
    const { code, stdout, stderr } = await runner.ended;
    if (code !== null) return { code, stdout, stderr };
  }
}

async function withKilledTasks(root: string, runner: CirrusProcess, random: Random): Promise<Ended> {
  let over = false;
  void runner.ended.then(() => {
    over = true;
  });
  for (let kills = 0; kills < TASK_KILLS && !over; kills++) {
    await Promise.race([sleep(random.unit() * 400), runner.ended]);
    const tasks = processesIn(root).filter(({ command }) => command.includes("task-child"));
    const victim = tasks[Math.floor(random.unit() * tasks.length)];
    try {
      if (victim !== undefined) process.kill(victim.pid, "SIGKILL");
    } catch {
      // It ended in the meantime.
    }
  }
  return runner.ended;
}

async function expectEveryEntryEnded(runs: BulkRuns, entries: readonly UnrulyEntry[]): Promise<void> {
  const run = await runs.get(RUN);
  expect(run?.state).toBe("FINISHED");
  const records = await collect((after) => runs.entries({ run: RUN, limit: 1000, after }));
  const attempts = Map.groupBy(
    await collect((after) => runs.attempts({ run: RUN, limit: 1000, after })),
    ({ entryId }) => entryId,
  );
  expect(records.map(({ entry }) => entry.id).sort()).toEqual(entries.map(({ task_id }) => task_id).sort());
  const killedOff: string[] = [];
  for (const record of records) {
    const own = (attempts.get(record.entry.id) ?? []).toSorted((a, b) => a.attempt - b.attempt);
    expectEndOfPolicy(record, own, run?.policy);
    // On a slow machine the same few entries are in hand for as long as tasks are killed.
    if (record.state === "FAILED" && wasKilled(own.at(-1))) killedOff.push(record.entry.id);
    else expectOwnKind(record, own);
  }
  expect(killedOff.length, `given up because they were killed: ${killedOff}`).toBeLessThanOrEqual(
    TASK_KILLS / (EXIT_RETRIES + 1),
  );
  const counts = await runs.counts(RUN);
  expect(counts.DONE + counts.FAILED, JSON.stringify(counts)).toBe(entries.length);
}

/** What the recorded attempts come to by the policy is what the entry is. */
function expectEndOfPolicy(
  { entry, state, attempts }: EntryRecord,
  own: readonly AttemptRecord[],
  policy: Parameters<typeof nextAfter>[0] | undefined,
): void {
  if (policy === undefined) throw new Error("The run has no policy.");
  expect(hasEnded(state), `${entry.id} is ${state}`).toBe(true);
  expect(own.map(({ attempt }) => attempt)).toEqual(Array.from({ length: attempts }, (_, index) => index + 1));
  let retries: Retries = {};
  for (const [index, attempt] of own.entries()) {
    expect(attempt.outcome, `attempt ${attempt.attempt} of ${entry.id} has no end`).toBeDefined();
    const next = nextAfter(policy, retries, attempt as AttemptEnd); // it has an outcome, as was just expected
    if (next.state === "QUEUED") retries = next.retries;
    const isLast = index === own.length - 1;
    expect(next.state, `attempt ${attempt.attempt} of ${entry.id}`).toBe(isLast ? state : "QUEUED");
  }
}

/** Beside what befell it from outside, an entry only ever does what it is there for. */
function expectOwnKind({ entry, state }: EntryRecord, own: readonly AttemptRecord[]): void {
  const { kind, n } = entry.data as UnrulyEntry["data"]; // as they were written above
  const expected = CAUSE_OF[kind];
  const byItself = own.filter(
    (attempt) =>
      attempt.outcome !== "spot" &&
      !wasKilled(attempt) &&
      // On a busy machine the time of any of them may be over first; it is then tried once more.
      !(attempt.outcome === "timeout" && expected !== "timeout"),
  );
  expect(new Set(byItself.map(({ outcome }) => outcome)), `${entry.id} is of kind ${kind}`).toEqual(
    new Set([expected ?? "done"]),
  );
  expect(state).toBe(expected === undefined ? "DONE" : "FAILED");
  if (expected === undefined) expect(own.at(-1)?.result).toEqual({ twice: 2 * n });
}

function wasKilled(attempt: AttemptRecord | undefined): boolean {
  return attempt?.outcome === "exit" && attempt.signal !== undefined;
}

async function collect<Row>(
  page: (after: string | undefined) => Promise<{ readonly rows: readonly Row[]; readonly next?: string | undefined }>,
): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (let after: string | undefined; ; ) {
    const { rows, next } = await page(after);
    all.push(...rows);
    if (next === undefined) return all;
    after = next;
  }
}
