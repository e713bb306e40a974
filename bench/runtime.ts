/**
 * How many workflows of three tasks a second the embedded runtime takes from the intake to the end of their effects,
 * how long one takes alone, and how much of that is not the tasks' own time. The limits are measured in the same
 * rounds: the same handlers without a workflow, the engine without a disk, the disk without anything else.
 */
import { join } from "node:path";
import { renderTable } from "../src/cli/terminal/table.ts";
import { readProject } from "../src/project/read-project.ts";
import { makeRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { closedLoop } from "./closed-loop.ts";
import { countDurableWrites, rawCommits } from "./durable-writes.ts";
import { machine, median, quantile, spread } from "./figures.ts";
import { type Variant, writeProject } from "./sample-project.ts";
import { makeWorkflowRuns, type WorkflowRuns } from "./workflow-runs.ts";

const ROUNDS = 5;
const IN_FLIGHT = 16;
const WINDOW_MS = 1_500;
const LIMIT_MS = 500;
const VARIANTS: readonly Variant[] = [
  { name: "plain-0", title: "plain, 0 ms", kind: "plain", taskMs: 0 },
  { name: "plain-20", title: "plain, 20 ms", kind: "plain", taskMs: 20 },
  { name: "sdk-0", title: "defineTask, 0 ms", kind: "sdk", taskMs: 0 },
];

const durable = await countDurableWrites();

type Round = Awaited<ReturnType<typeof measureRound>>;

async function measureRound(runtime: Runtime, runs: WorkflowRuns, folder: string) {
  const one = await measure(runs.run, 1);
  const before = runtime.lambdaPool.stats().started;
  const many = await measure(runs.run, IN_FLIGHT);
  const starts = runtime.lambdaPool.stats().started - before;
  const poolOne = await closedLoop(runs.invokeOnly, { inFlight: 1, ms: LIMIT_MS });
  const poolMany = await closedLoop(runs.invokeOnly, { inFlight: IN_FLIGHT, ms: WINDOW_MS });
  const engine = await closedLoop(runs.engineOnly, { inFlight: 1, ms: LIMIT_MS });
  const raw = rawCommits(folder, { bytes: 2_000, ms: LIMIT_MS });
  return { one, many, starts, poolOne, poolMany, engine, raw };
}

/** A window, with what was made durable for each run in it. */
async function measure(run: () => Promise<void>, inFlight: number) {
  const before = durable();
  let count = 0;
  const counted = async () => {
    await run();
    count++;
  };
  const window = await closedLoop(counted, { inFlight, ms: WINDOW_MS });
  const after = durable();
  return {
    ...window,
    commits: (after.commits - before.commits) / count,
    fileSyncs: (after.fileSyncs - before.fileSyncs) / count,
  };
}

async function measureVariant(variant: Variant, root: string): Promise<string[]> {
  const { project, problems } = readProject(root, { env: {} });
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
  const runtime = makeRuntime({ project, data: join(root, variant.name) });
  await runtime.start();
  try {
    const runs = makeWorkflowRuns(runtime, variant);
    await closedLoop(runs.run, { inFlight: IN_FLIGHT, ms: LIMIT_MS });
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound(runtime, runs, root));
    return column(rounds, await runs.insideMs());
  } finally {
    await runtime.stop();
  }
}

const ROWS = [
  "workflows/s, one at a time",
  `workflows/s, ${IN_FLIGHT} in flight`,
  "one alone: p50, ms",
  "one alone: p99, ms",
  "  of it inside handlers, ms",
  "  outside task code, ms",
  "  outside task code, share",
  "CPU ms of this process per workflow, one at a time",
  `CPU ms of this process per workflow, ${IN_FLIGHT} in flight`,
  `commits per workflow, one at a time / ${IN_FLIGHT} in flight`,
  "synced files and folders per workflow",
  `worker processes started in a round with ${IN_FLIGHT} in flight`,
  "limit a: handlers alone in their workers, one at a time",
  "  reached",
  `limit a: handlers alone in their workers, ${IN_FLIGHT} in flight`,
  "  reached",
  "limit b: engine alone, journal in memory, workflows/s",
  "limit c: SQLite alone, as many commits, one at a time",
  "  reached",
  `limit c: SQLite alone, as many commits, ${IN_FLIGHT} in flight`,
  "  reached",
];

function column(rounds: readonly Round[], inside: number): string[] {
  const each = (figure: (round: Round) => number) => rounds.map(figure);
  const reached = (rate: (round: Round) => number, limit: (round: Round) => number) =>
    `${(100 * median(each((round) => rate(round) / limit(round)))).toFixed(0)} %`;
  const latencies = rounds.flatMap(({ one }) => one.latencies);
  const mean = latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length;
  const one = (round: Round) => round.one.rate;
  const many = (round: Round) => round.many.rate;
  const rawOne = (round: Round) => round.raw / round.one.commits;
  const rawMany = (round: Round) => round.raw / round.many.commits;
  return [
    spread(each(one), 1),
    spread(each(many), 1),
    quantile(latencies, 0.5).toFixed(1),
    quantile(latencies, 0.99).toFixed(1),
    inside.toFixed(1),
    (mean - inside).toFixed(1),
    `${(100 * (1 - inside / mean)).toFixed(0)} %`,
    spread(
      each((round) => round.one.cpu),
      1,
    ),
    spread(
      each((round) => round.many.cpu),
      1,
    ),
    `${median(each((round) => round.one.commits)).toFixed(1)} / ${median(each((round) => round.many.commits)).toFixed(1)}`,
    median(each((round) => round.one.fileSyncs)).toFixed(1),
    spread(each(({ starts }) => starts)),
    spread(
      each((round) => round.poolOne.rate),
      1,
    ),
    reached(one, (round) => round.poolOne.rate),
    spread(
      each((round) => round.poolMany.rate),
      1,
    ),
    reached(many, (round) => round.poolMany.rate),
    spread(each((round) => round.engine.rate)),
    spread(each(rawOne), 1),
    reached(one, rawOne),
    spread(each(rawMany), 1),
    reached(many, rawMany),
  ];
}

const sample = writeProject(VARIANTS);
try {
  const columns: string[][] = [];
  for (const variant of VARIANTS) columns.push(await measureVariant(variant, sample.root));
  console.log(machine());
  console.log(
    `Workflows of three Lambda tasks, one payload of 2 KB each. Per variant ${ROUNDS} rounds of ${WINDOW_MS / 1000} s with one payload and with ${IN_FLIGHT} in flight, as long or ${LIMIT_MS / 1000} s for each limit. Median (min–max).\n`,
  );
  console.log(
    renderTable(
      [{ title: "figure" }, ...VARIANTS.map(({ title }) => ({ title, align: "right" as const }))],
      ROWS.map((title, row) => [title, ...columns.map((cells) => cells[row] ?? "")]),
    ),
  );
} finally {
  sample.remove();
}
