/**
 * What a task of a bulk run costs beyond its own work: processor time and tasks a second at 1, 2 and 4 slots, in turn with
 * rms-cloud-tasks where a Python for it is there (CIRRUS_BENCH_PYTHON names one), with xargs and with GNU parallel. The
 * start of each program is not counted: of a short and a long run only the difference is.
 */
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { renderTable } from "../src/cli/terminal/table.ts";
import { preparePython } from "../test/deployed/python-environment.ts";
import { type Contender, cirrusContenders, prepareFolder, rmsCloudTasks, shellContenders } from "./bulk/contenders.ts";
import { measureQueues } from "./bulk/queues.ts";
import { type Cost, timeCommand } from "./bulk/timed-command.ts";
import { machine, median, spread } from "./figures.ts";

const ROUNDS = 3;
const SLOTS = [1, 2, 4];

const work = mkdtempSync(join(tmpdir(), "cirrus-bench-"));
// PostgreSQL runs as somebody else, and has to get in.
chmodSync(work, 0o755);
// Where the worker finds the package it imports.
symlinkSync(resolve(import.meta.dirname, "../node_modules"), join(work, "node_modules"));
try {
  console.log(`${machine()}\n${ROUNDS} rounds in turn: median (range)\n`);
  await measureCommands(await findContenders());
  await measureQueues(join(work, "queues"));
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function findContenders(): Promise<readonly Contender[]> {
  const python = await preparePython({
    requirements: join(import.meta.dirname, "bulk/requirements.txt"),
    programs: [process.env.CIRRUS_BENCH_PYTHON ?? [], "python3", "python3.12", "python3.13"].flat(),
    minor: 10,
  });
  if (python.outcome === "unavailable") console.log(`rms-cloud-tasks was not measured: ${python.reason}.\n`);
  return [
    ...(python.outcome === "ready" ? [rmsCloudTasks(python.python)] : []),
    ...cirrusContenders(),
    ...shellContenders(),
  ];
}

async function measureCommands(contenders: readonly Contender[]): Promise<void> {
  const series = contenders.flatMap((contender) =>
    SLOTS.map((slots) => ({ contender, slots, cpuMs: [] as number[], rates: [] as number[] })),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const { contender, slots, cpuMs, rates } of series) {
      const cost = await marginalCost(contender, slots);
      cpuMs.push(1_000 * cost.cpuSeconds);
      rates.push(1 / cost.wallSeconds);
    }
  }
  const peer = new Map(series.filter((one) => one.contender.isPeer).map((one) => [one.slots, median(one.cpuMs)]));
  console.log(
    renderTable(
      [
        { title: "" },
        { title: "slots", align: "right" },
        { title: "CPU ms a task", align: "right" },
        { title: "tasks/s", align: "right" },
        { title: "CPU against the peer", align: "right" },
      ],
      series.map(({ contender, slots, cpuMs, rates }) => {
        const against = peer.get(slots);
        const share = against === undefined ? "" : `1/${(against / median(cpuMs)).toFixed(0)}`;
        const digits = median(cpuMs) < 10 ? 2 : 0;
        return [contender.name, `${slots}`, spread(cpuMs, digits), spread(rates, 0), contender.isPeer ? "1" : share];
      }),
    ),
  );
}

/** Of one task. */
async function marginalCost(contender: Contender, slots: number): Promise<Cost> {
  const [few, many] = contender.sizes;
  const short = await cost(contender, slots, few);
  const long = await cost(contender, slots, many);
  const tasks = many - few;
  return {
    wallSeconds: Math.max(long.wallSeconds - short.wallSeconds, 1e-6) / tasks,
    cpuSeconds: (long.cpuSeconds - short.cpuSeconds) / tasks,
  };
}

async function cost(contender: Contender, slots: number, entries: number): Promise<Cost> {
  const folder = mkdtempSync(join(work, "run-"));
  prepareFolder(folder, entries);
  const numbers = Array.from({ length: entries }, (_, n) => `${n}\n`).join("");
  return timeCommand(contender.command(slots), folder, numbers);
}
