/** Whatever moment the runtime is killed at, the next start ends as if nothing had happened. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { makeRandom } from "../../src/asl/random.ts";
import { once } from "../../src/once.ts";
import { type Ended, startCirrus } from "../cli/cirrus.ts";
import { examplesProject } from "../cli/temporary-project.ts";
import {
  expectEachStepEndedOnce,
  expectNoProcesses,
  expectNothingWaits,
  jobLogLengths,
  lastVisibleAt,
  payloadsOf,
  tableRows,
} from "./aftermath.ts";

const SEED = process.env.CIRRUS_TEST_SEED ?? String(Date.now());
/** Lines that a run without a terminal says before the last of its payloads ends. */
const PROGRESS_LINES = 18;
/** The example that fails on purpose. */
const FAILS = "fails-truncated-asset.json";

interface Undisturbed {
  readonly table: readonly string[];
  readonly payloads: readonly unknown[];
  readonly jobLogs: readonly number[];
}

/** What a project's examples come to when nobody kills anything. */
async function undisturbed(makeProject: () => string): Promise<Undisturbed> {
  const root = makeProject();
  const ended = await startCirrus(["examples"], root).ended;
  expect(ended.code, ended.stderr).toBe(0);
  return { table: tableRows(ended.stdout), payloads: payloadsOf(root), jobLogs: jobLogLengths(root) };
}

const allExamples = once(() => undisturbed(examplesProject));

/** A payload that has failed runs again when it is sent again: of two that send it, the later one may find it failed. */
function examplesThatEndOnce(): string {
  const root = examplesProject();
  const path = join(root, "examples/expected.json");
  const { [FAILS]: _, ...others } = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify(others));
  rmSync(join(root, "examples", FAILS));
  return root;
}

async function expectTheSame(root: string, ended: Ended, moment: string, known = allExamples()): Promise<void> {
  const { table, payloads, jobLogs } = await known;
  const message = `killed ${moment} (CIRRUS_TEST_SEED=${SEED})\n${ended.stdout}\n${ended.stderr}`;
  expect(ended.code, message).toBe(0);
  expect(tableRows(ended.stdout), message).toEqual(table);
  expect(payloadsOf(root), message).toEqual(payloads);
  expect(jobLogLengths(root), message).toEqual(jobLogs);
  // What the killed process had in hand is hidden for five seconds; it may be later than the end of everything.
  const late = lastVisibleAt(root);
  if (late !== undefined) {
    await sleep(Math.max(0, late - Date.now()));
    expect((await startCirrus(["examples"], root).ended).code, message).toBe(0);
    expect(payloadsOf(root), message).toEqual(payloads);
  }
  expectNothingWaits(root);
  expectEachStepEndedOnce(root);
}

/** After so many lines of progress and so many milliseconds; before the first line all time is start-up. */
function drawMoment(name: string): { readonly lines: number; readonly ms: number; readonly text: string } {
  const random = makeRandom(`${SEED} ${name}`);
  const lines = Math.floor(random.unit() * PROGRESS_LINES);
  const ms = Math.round(random.unit() * (lines === 0 ? 1500 : 200));
  return { lines, ms, text: `${ms} ms after line ${lines}` };
}

/** With its workers and all that it started, but for what is meant to outlive it: the supervisors of jobs. */
function killWhole(pid: number): void {
  if (readProcess(pid, "cmdline").includes("job-supervisor")) return;
  const children = readProcess(pid, `task/${pid}/children`).split(" ").filter(Boolean);
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in the meantime.
  }
  for (const child of children) killWhole(Number(child));
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

async function killAtRandom(root: string, name: string, whole = false): Promise<string> {
  const { lines, ms, text } = drawMoment(name);
  const run = startCirrus(["examples"], root);
  await run.lines(lines);
  await sleep(ms);
  if (whole && run.child.pid !== undefined && run.child.exitCode === null) killWhole(run.child.pid);
  else run.child.kill("SIGKILL");
  await run.ended;
  return text;
}

// Two or three whole runs each, on a machine that may be busy with other tests.
describe("kill -9 of the running examples", { timeout: 900_000 }, () => {
  test.each(Array.from({ length: 3 }, (_, index) => index + 1))(
    "at a random moment, number %i: the next start ends with the same table and runs no finished step again",
    async (number) => {
      const root = examplesProject();
      const moment = await killAtRandom(root, `once ${number}`, number % 2 === 0);
      await expectTheSame(root, await startCirrus(["examples"], root).ended, moment);
      await expectNoProcesses(root);
    },
  );

  test("twice in a row: the third start ends with the same table", async () => {
    const root = examplesProject();
    const moments = [await killAtRandom(root, "first"), await killAtRandom(root, "second")];
    await expectTheSame(root, await startCirrus(["examples"], root).ended, moments.join(", then "));
    await expectNoProcesses(root);
  });

  test("beside another that runs the same project: the other one takes up its work and ends with the same table", async () => {
    const root = examplesThatEndOnce();
    const other = startCirrus(["examples"], root);
    const moment = await killAtRandom(root, "one of two");
    const ended = await other.ended;
    await expectTheSame(root, ended, `beside another, ${moment}`, undisturbed(examplesThatEndOnce));
    await expectNoProcesses(root);
  });
});
