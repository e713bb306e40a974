/**
 * What loops cost beyond their tasks: executions a second and the time between two tasks of a loop, against bare starts of the
 * same interpreter and against papermill, which runs a notebook in a kernel; and turns alone, with nothing executed.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { renderTable } from "../src/cli/terminal/table.ts";
import { systemClock } from "../src/clock.ts";
import { makeHolder } from "../src/embedded/loops/holder.ts";
import { wholeEnvironment } from "../src/env.ts";
import { makeExecutionIds } from "../src/loop/execution-id.ts";
import type { LoopExecution } from "../src/loop/loop-execution.ts";
import { type Driver, openDriver } from "../src/scheduler/open-driver.ts";
import { openLoopsHere } from "../src/scheduler/open-here.ts";
import { runLoops } from "../src/scheduler/run-loops.ts";
import { preparePython } from "../test/deployed/python-environment.ts";
import { machine, median, quantile } from "./figures.ts";
import { makeRepository } from "./loops/repository.ts";

const ORGANISATIONS = 100;
const TASKS = 20;

const run = promisify(execFile);
const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
const work = mkdtempSync(join(tmpdir(), "cirrus-bench-"));

try {
  console.log(`${machine()}\n${python}\n`);
  await measureExecutions();
  await measureGaps();
  await measureTurns();
} finally {
  rmSync(work, { recursive: true, force: true });
}

interface Measured {
  readonly name: string;
  readonly rate: number;
  readonly note: string;
}

function print(title: string, rows: readonly Measured[]): void {
  const [peer] = rows;
  console.log(`${title}\n`);
  console.log(
    renderTable(
      [
        { title: "" },
        { title: "a second", align: "right" },
        { title: `of ${peer?.name}`, align: "right" },
        { title: "" },
      ],
      rows.map(({ name, rate, note }) => [name, rate.toFixed(1), (rate / (peer?.rate ?? rate)).toFixed(2), note]),
    ),
  );
  console.log("");
}

/** One iteration of all loops at the same time: the processors are what they share. */
async function measureExecutions(): Promise<void> {
  const all = ORGANISATIONS * TASKS;
  const bare = await timed(() =>
    Promise.all(
      Array.from({ length: ORGANISATIONS }, async () => {
        for (let task = 0; task < TASKS; task++) await run(python, ["-c", "pass"]);
      }),
    ),
  );
  const repository = makeRepository(join(work, "many"), ORGANISATIONS, TASKS);
  const driver = open(repository, "many-data");
  const registering = await timed(() => driver.register());
  const again = await timed(() => driver.register());
  const before = process.memoryUsage().rss;
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 100);
  const loops = await timed(() => driver.run({ signal: new AbortController().signal, once: true }));
  clearInterval(looking);
  driver.close();
  print(`${ORGANISATIONS} organisations with ${TASKS} trivial tasks each, all loops once`, [
    { name: "bare starts", rate: all / bare, note: `python3 -c pass, ${ORGANISATIONS} at a time` },
    { name: "loops", rate: all / loops, note: `${(ORGANISATIONS / loops).toFixed(1)} iterations a second` },
    ...(await papermill()),
  ]);
  const MB = 1024 ** 2;
  console.log(
    `Read and checked in ${registering.toFixed(1)} s, unchanged again in ${(again * 1000).toFixed(1)} ms. ` +
      `Memory of the process: ${(before / MB).toFixed(0)} MB before, ${(most / MB).toFixed(0)} MB at most.\n`,
  );
}

function open(repository: string, data: string): Driver {
  return openDriver({
    data: join(work, data),
    repositories: [{ location: repository }],
    environment: wholeEnvironment(),
  });
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1000;
}

/** A notebook at a time, as its command does it. */
async function papermill(): Promise<readonly Measured[]> {
  const environment = await preparePython({ requirements: join(import.meta.dirname, "loops/requirements.txt") });
  if (environment.outcome === "unavailable") {
    console.log(`papermill was not measured: ${environment.reason}.\n`);
    return [];
  }
  const input = join(work, "many", "trivial.ipynb");
  const rounds = 5;
  const command = ["-m", "papermill", "--no-progress-bar", input, join(work, "out.ipynb")];
  const seconds = await timed(async () => {
    for (let round = 0; round < rounds; round++) await run(environment.python, command);
  });
  return [{ name: "papermill", rate: rounds / seconds, note: "one at a time" }];
}

/** One loop alone on the machine: from the end of a task to the start of the next, and to the first line of its code. */
async function measureGaps(): Promise<void> {
  const repository = makeRepository(join(work, "one"), 1, 100);
  const driver = open(repository, "one-data");
  await driver.run({ signal: new AbortController().signal, once: true });
  const executions = await oldestFirst(driver);
  driver.close();
  const gaps = executions.slice(1).map(({ startedAt }, index) => {
    const ended = executions[index]?.end?.endedAt ?? startedAt;
    return Date.parse(startedAt) - Date.parse(ended);
  });
  const durations = executions.map(({ end }) => end?.durationMs ?? Number.NaN);
  const bare: number[] = [];
  for (let start = 0; start < 100; start++) bare.push(1000 * (await timed(() => run(python, ["-c", "pass"]))));
  console.log("One loop alone, 100 trivial tasks, milliseconds\n");
  const row = (name: string, values: readonly number[]) => [
    name,
    ...[median(values), quantile(values, 0.95), Math.max(...values)].map((value) => value.toFixed(1)),
  ];
  console.log(
    renderTable(
      [{ title: "" }, ...["median", "p95", "most"].map((title) => ({ title, align: "right" as const }))],
      [
        row("end of a task to the next one's record", gaps),
        row("a whole execution, from its record to its end", durations),
        row("bare start and end of the interpreter", bare),
      ],
    ),
  );
  const beyond = median(gaps) + median(durations) - median(bare);
  console.log(`\nBeyond the process itself: ${beyond.toFixed(1)} ms from task to task (goal: under 20).\n`);
}

async function oldestFirst({ store }: Driver): Promise<readonly LoopExecution[]> {
  const { rows } = await store.executions({ limit: 1000, oldestFirst: true });
  return rows;
}

/** Nothing is executed: what is left are decisions and commits. */
async function measureTurns(): Promise<void> {
  const rounds = 20_000;
  const file = join(work, "durable");
  const sync = 200;
  const bare = await timed(async () => {
    for (let write = 0; write < sync; write++) writeFileSync(file, String(write), { flush: true });
  });
  const driver = open(join(work, "many"), "turns-data");
  const registration = await driver.register();
  driver.close();
  const { store, close } = openLoopsHere(join(work, "turns-data"));
  const stop = new AbortController();
  let count = 0;
  const execute = async ({ startedAt }: LoopExecution) => {
    count += 1;
    if (count >= rounds) stop.abort();
    return { outcome: "SUCCEEDED" as const, endedAt: startedAt, durationMs: 0 };
  };
  const seconds = await timed(() =>
    runLoops(
      {
        store,
        register: async () => registration,
        execute,
        clock: systemClock,
        newId: makeExecutionIds(systemClock, () => crypto.randomUUID()),
      },
      { holder: makeHolder(), signal: stop.signal, minimumIterationMs: 0 },
    ),
  );
  close();
  print(`Turns alone, ${ORGANISATIONS} loops`, [
    { name: "synced writes", rate: sync / bare, note: "one file, one after the other" },
    { name: "turns", rate: count / seconds, note: `${(count / seconds / TASKS).toFixed(0)} iterations a second` },
  ]);
}
