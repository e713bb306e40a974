/**
 * Loops at high speed while everything goes wrong: tasks fail, hang and flood, commits are made all the time, and somebody
 * kills the process that runs the loops at random moments. CIRRUS_SOAK_SECONDS says for how long.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { makeRandom, type Random } from "../../src/asl/random.ts";
import type { LoopExecution, Outcome } from "../../src/loop/loop-execution.ts";
import { openLoopsHere } from "../../src/scheduler/open-here.ts";
import { type CirrusProcess, startCirrus } from "../cli/cirrus.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { KINDS, type Kind, type LoopRepository, makeRepository, ORGANISATIONS } from "./loops/repository.ts";
import { killProcessesIn, processesIn } from "./processes-in.ts";

const SEED = process.env.CIRRUS_TEST_SEED ?? String(Date.now());
const SECONDS = Number(process.env.CIRRUS_SOAK_SECONDS ?? 20);

/** Every organisation has one of each kind, and one in the metadata loop. */
const TASKS = ORGANISATIONS.flatMap((codops) => [...KINDS, "metadata"].map((name) => `${codops}/${name}`));

/** What befalls an execution from outside: on a slow machine even the second of one that hangs may be over before it began. */
const CUT_OFF: readonly (Outcome | undefined)[] = ["LOST", "CANCELLED", "TIMED_OUT"];

const OUTCOME_OF: Readonly<Record<Kind, Outcome>> = {
  returns: "SUCCEEDED",
  fails: "FAILED",
  exits: "FAILED",
  hangs: "TIMED_OUT",
  floods: "SUCCEEDED",
  writes: "SUCCEEDED",
};

test(
  `loops survive tasks, commits and kills (CIRRUS_TEST_SEED=${SEED}, CIRRUS_SOAK_SECONDS=${SECONDS})`,
  async () => {
    const witnesses = temporaryFolder();
    const root = temporaryFolder();
    onTestFinished(() => killProcessesIn(root));
    const repository = makeRepository(root, witnesses, 0.02);

    const known = new Map<string, LoopExecution>();
    const kills = await runAndKill(repository, makeRandom(SEED), Date.now() + 1_000 * SECONDS, known);

    const executions = [...known.values()];
    const witnessed = readWitnesses(witnesses);
    expect(
      witnessed.filter(({ word }) => word !== "began"),
      "tasks of one loop at the same time",
    ).toEqual([]);
    expectOneOfEach(executions, witnessed);
    for (const execution of executions) expectOwnEnd(execution, repository);
    expectEveryTaskRan(executions);
    const lost = executions.filter(({ end }) => end?.outcome === "LOST");
    expect(lost.length, "LOST is what ran when somebody killed its loop").toBeLessThanOrEqual(
      kills * (ORGANISATIONS.length + 1),
    );
    await expect.poll(() => processesIn(root)).toEqual([]);
  },
  1_000 * SECONDS + 900_000,
);

/** Starts it again and again; the last one is told to stop in good order. */
async function runAndKill(
  repository: LoopRepository,
  random: Random,
  until: number,
  known: Map<string, LoopExecution>,
): Promise<number> {
  for (let kills = 0; ; kills++) {
    const runner = startCirrus(["loop", "run", "--minimum-iteration", "0s"], repository.folder);
    const isLast = Date.now() > until;
    const life = 1_500 + random.unit() * 4_000;
    await Promise.race([sleep(life / 2), runner.ended]);
    if (random.unit() < 0.5) repository.commit(repository.versions.size + 1);
    await (isLast ? everyTaskBegan(runner, known) : Promise.race([sleep(life / 2), runner.ended]));
    runner.child.kill(isLast ? "SIGINT" : "SIGKILL");
    const { code, stderr } = await runner.ended;
    await collectNew(repository.folder, known);
    if (!isLast) continue;
    expect(code, stderr).toBe(130);
    return kills;
  }
}

/** In this life of the runner or in one before; and one that does not listen has got its ten seconds to end after its time. */
async function everyTaskBegan(runner: CirrusProcess, known: ReadonlyMap<string, LoopExecution>): Promise<void> {
  const before = tasksOf([...known.values()]);
  for (const task of TASKS.filter((name) => !before.has(name))) await runner.saying(`RUNNING ${task} `);
  await runner.saying("TIMED_OUT");
}

/** The store keeps a thousand of each task: what a long run has had is remembered here. */
async function collectNew(root: string, known: Map<string, LoopExecution>): Promise<void> {
  const { store, close } = openLoopsHere(join(root, ".cirrus"));
  const look = async (id: string) => void known.set(id, (await store.execution(id)) ?? missing(id));
  try {
    for (const { id, end } of [...known.values()]) if (end === undefined) await look(id);
    for (let after: string | undefined; ; ) {
      const { rows, next } = await store.executions({ limit: 100, after });
      const fresh = rows.filter(({ id }) => !known.has(id));
      for (const { id } of fresh) await look(id);
      if (next === undefined || fresh.length === 0) return;
      after = next;
    }
  } finally {
    close();
  }
}

function missing(id: string): never {
  throw new Error(`The execution ${id} is listed and not there.`);
}

interface Witness {
  readonly word: string;
  readonly execution: string;
}

function readWitnesses(folder: string): readonly Witness[] {
  const lines = readFileSync(join(folder, "witness"), "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [word = "", execution = ""] = line.split(" ");
    return { word, execution };
  });
}

/** Nothing ran that nobody recorded, nothing ran twice, and what is recorded as having had its say did run. */
function expectOneOfEach(executions: readonly LoopExecution[], witnessed: readonly Witness[]): void {
  const ids = witnessed.map(({ execution }) => execution);
  expect(ids.length, "an execution ran twice").toBe(new Set(ids).size);
  const recorded = new Set(executions.map(({ id }) => id));
  expect(ids.filter((id) => !recorded.has(id))).toEqual([]);
  const ran = new Set(ids);
  const silent = executions.filter(({ id, end }) => !ran.has(id) && !CUT_OFF.includes(end?.outcome));
  expect(silent.map(({ task, end }) => [task.name, end])).toEqual([]);
}

/** Each ended as its kind does, or by what befell its loop; and it ran the code of the commit that it names. */
function expectOwnEnd({ id, task, version, end }: LoopExecution, { versions }: LoopRepository): void {
  if (end === undefined) throw new Error(`The execution ${id} of ${task.name} has no end.`);
  if (end.outcome === "LOST" || end.outcome === "CANCELLED") return;
  const kind = KINDS.find((one) => one === task.args.kind) ?? "returns";
  expect({ task: task.name, outcome: end.outcome }, JSON.stringify(end)).toEqual({
    task: task.name,
    outcome: OUTCOME_OF[kind],
  });
  const expected = versions.get(version.headCommit);
  if (end.outcome === "SUCCEEDED") expect(end.result).toEqual({ version: expected, execution: id });
  if (kind === "fails") expect(end.error?.message).toBe(`as it should, in version ${expected}`);
}

function expectEveryTaskRan(executions: readonly LoopExecution[]): void {
  const ran = tasksOf(executions);
  expect(TASKS.filter((name) => !ran.has(name))).toEqual([]);
  expect(executions.some(({ end }) => end?.outcome === "TIMED_OUT")).toBe(true);
}

function tasksOf(executions: readonly LoopExecution[]): ReadonlySet<string> {
  return new Set(executions.map(({ task }) => `${task.codops}/${task.name}`));
}
