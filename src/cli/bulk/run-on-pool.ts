/** Runs a bulk run on machines or Lambdas of a deployed stage: planned, loaded and started from here, then only watched. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { userData } from "../../aws/pool/user-data.ts";
import { type BulkRun, endedOf } from "../../bulk/bulk-run.ts";
import type { PoolPlan } from "../../bulk/pool.ts";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT, type ExitCode, ProblemsError } from "../../errors.ts";
import { asJson } from "../../json.ts";
import { type PoolConstraints, SCRIPTS } from "../../pool/plan/constraints.ts";
import { type PoolLambda, planLambdas } from "../../pool/plan/lambda-plan.ts";
import type { PlanOutcome, RankedPlan } from "../../pool/plan/plan.ts";
import { usd } from "../../pool/plan/sizing.ts";
import type { PoolWork } from "../../pool/plan/work.ts";
import { orderPool, startRun } from "../../pool/start-run.ts";
import { attemptsOf } from "../../queue/report/read-rows.ts";
import { openCatalogue } from "../catalog/open-catalogue.ts";
import type { BulkPlace, BulkStage } from "../place/bulk-place.ts";
import { planFromOffers } from "../pool/plan-pool.ts";
import { printPlans } from "../pool/plan-view.ts";
import { formatDuration } from "../terminal/duration.ts";
import type { Io } from "../terminal/io.ts";
import { writeLines } from "../terminal/live-region.ts";
import { formatOf } from "../terminal/output.ts";
import { followRun } from "./follow-run.ts";
import { loadPrepared } from "./load-prepared.ts";
import { openOutputFile } from "./output-file.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { printReport } from "./print-report.ts";
import { count } from "./run-view.ts";
import { exitCodeOf } from "./runs.ts";
import { modeOf, type WorkOptions } from "./work-options.ts";

export interface PoolRunOptions extends WorkOptions {
  readonly onlyFailed?: boolean;
  readonly detach?: boolean;
  readonly secondsPerTask?: number;
  readonly offline?: boolean;
}

export async function runOnPool(
  io: Io,
  place: BulkPlace,
  stage: BulkStage,
  prepared: PreparedRun,
  options: PoolRunOptions,
): Promise<ExitCode> {
  const { secondsPerTask } = options;
  const makePlan = await openPlanner(io, { region: stage.region, offline: options.offline }, prepared);
  const { found, program, name } = prepared;
  // What cannot be planned for one entry cannot be for more: it is said before anything is loaded.
  const first = await makePlan({ entries: 1, secondsPerTask });
  const order = await orderPool(
    { objects: place.objects, urls: stage.urls },
    {
      run: name,
      plan: first.plan,
      task: found.task,
      program,
      project: found.project,
      stack: stage.stack,
      mode: modeOf(options),
    },
  );
  const run = await loadPrepared(io, place, prepared, { onlyFailed: options.onlyFailed, pool: asJson(order) });
  if (run.state === "FINISHED") return conclude(io, place, run, options);
  const planned = await makePlan(await workLeft(place, run, secondsPerTask));
  io.stderr.write(`${planned.summary}\n`);
  const said = await startRun({ runs: place.runs, supervise: stage.supervise }, run, { ...order, plan: planned.plan });
  io.stderr.write(`${said ?? "Its workers are started within a minute."}\n`);
  if (options.detach) {
    io.stdout.write(`${name}\n`);
    io.stderr.write(`See how it goes: npx cirrus bulk status ${name} --follow${place.flags}\n`);
    return EXIT.ok;
  }
  await followStarting(io, place, stage, run);
  return conclude(io, place, run, options);
}

/** Machines are made in steps of some seconds: whoever watches need not wait for the stage's own minute between two. */
async function followStarting(io: Io, place: BulkPlace, stage: BulkStage, run: BulkRun): Promise<void> {
  const over = new AbortController();
  const urging = urge(io, stage, run.name, AbortSignal.any([io.signal, over.signal]));
  try {
    await followRun(io, place, run);
  } finally {
    over.abort();
    await urging;
  }
}

const STEP_MS = 10_000;

/** What does not work from here is done by the stage itself. */
async function urge(io: Io, stage: BulkStage, run: string, signal: AbortSignal): Promise<void> {
  let told: string | undefined;
  for (;;) {
    await systemClock.sleep(STEP_MS, signal).catch(() => {});
    const said = signal.aborted ? undefined : await stage.supervise(run).catch(() => undefined);
    if (said === undefined) return;
    if (said.reason !== told && !signal.aborted) writeLines(io.stderr, `${said.reason}\n`);
    told = said.reason;
    if (said.action !== "waiting") return;
  }
}

/** `--dry-run`: what machines a run of so many entries would be given, at what price. */
export async function planPoolRun(io: Io, prices: Prices, prepared: PreparedRun, work: PoolWork): Promise<Planned> {
  const makePlan = await openPlanner(io, prices, prepared);
  return makePlan(work);
}

interface Planned {
  readonly plan: PoolPlan;
  /** For people, in a line. */
  readonly summary: string;
  /** For programs, everything. */
  readonly data: unknown;
  /** For people, everything. */
  print(): void;
}

type Planner = (work: PoolWork) => Promise<Planned>;

/** Where the pool is to be; the project's region where it is not said. */
interface Prices {
  readonly region: string | undefined;
  readonly offline?: boolean | undefined;
}

async function openPlanner(io: Io, prices: Prices, prepared: PreparedRun): Promise<Planner> {
  const constraints = withScripts(io, prepared.settings);
  // One that no instance takes is said before anything is loaded.
  if (constraints.startupScript !== undefined) userData(constraints.startupScript);
  const plansFor = await openPlans(io, prices, prepared, constraints);
  return async (work) => {
    const plans = await plansFor(work);
    const [best] = plans;
    const shown = plans.slice(0, SHOWN_PLANS);
    return { plan: best.plan, summary: summaryOf(best), data: shown, print: () => printPlans(io, "table", shown) };
  };
}

type Plans = readonly [RankedPlan, ...RankedPlan[]];

/** Prices are asked for once. */
async function openPlans(
  io: Io,
  { region, offline }: Prices,
  { pool, found, settings, place }: PreparedRun,
  constraints: PoolConstraints,
): Promise<(work: PoolWork) => Promise<Plans>> {
  if (pool === "lambda") {
    const lambda = poolLambda(found, region ?? found.project?.config.region ?? "");
    return async (work) => requirePlans(planLambdas(lambda, constraints, work));
  }
  const { zone } = settings;
  const { profile, endpointUrl } = place;
  const opened = await openCatalogue(io, { region, zone, profile, endpointUrl, offline });
  return (work) => planFromOffers(io, opened, { constraints, work, zone });
}

function requirePlans(planned: PlanOutcome): Plans {
  const [best, ...others] = planned.outcome === "planned" ? planned.plans : [];
  if (best !== undefined) return [best, ...others];
  const reasons = planned.outcome === "impossible" ? planned.reasons : [];
  throw new ProblemsError(
    "The task's Lambda makes no pool for this; nothing was started:",
    reasons.map(({ message }) => ({ code: "impossible-pool", message })),
    { hint: "Loosen one of these, change the Lambda and deploy it, or use machines: --pool batch." },
  );
}

/** With the texts of scripts in place of their files. */
function withScripts(io: Io, constraints: PoolConstraints): PoolConstraints {
  const texts = SCRIPTS.flatMap(([script, file]) => {
    const named = constraints[file];
    return named === undefined ? [] : [[script, readScript(io, named)]];
  });
  return { ...constraints, ...Object.fromEntries(texts) };
}

function readScript(io: Io, file: string): string {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (thrown) {
    throw new CirrusError(`The script ${file} cannot be read.`, { cause: thrown, exitCode: EXIT.notFound });
  }
}

function poolLambda({ name, component }: PreparedRun["found"], region: string): PoolLambda {
  const lambda = component?.lambda;
  if (lambda?.enabled !== true) throw needsLambda(name);
  const { memorySize, timeout, settings } = lambda;
  const architecture = settings.architecture === "arm64" ? "arm64" : "x86_64";
  return { region, architecture, memoryMiB: memorySize, timeoutSeconds: timeout };
}

function summaryOf({ plan, workers, expected, unmet }: RankedPlan): string {
  const types = `${plan.spot ? "spot " : ""}${plan.instanceTypes.join(", ")}`;
  const machines = plan.kind === "lambda" ? "Lambdas" : `workers of ${plan.slotsPerWorker} tasks on ${types}`;
  const [low, high] = [usd(expected.cost), usd(expected.highestCost)];
  const money = low === high ? low : `${low} to ${high}`;
  const fewer = unmet.length === 0 ? "" : ` There is less work than ${unmet.join(", ")} asks for.`;
  return `At most ${workers} ${machines}: about ${money} USD and ${formatDuration(expected.seconds * 1000)}.${fewer}`;
}

const SHOWN_PLANS = 5;

function needsLambda(name: string): CirrusError {
  return new CirrusError(`${name} has no Lambda, and --pool lambda runs the task's own.`, {
    hint: "Make it a task of the project with lambda.enabled and deploy it, or use machines: --pool batch.",
    exitCode: EXIT.config,
  });
}

/** Of a run that goes on, the attempts that are there say how long a task takes. */
async function workLeft({ runs }: BulkPlace, run: BulkRun, given: number | undefined): Promise<PoolWork> {
  const counts = await runs.counts(run.name);
  const entries = Math.max(1, run.entries - endedOf(counts));
  if (given !== undefined || counts.DONE === 0) return { entries, secondsPerTask: given };
  const done = await Array.fromAsync(attemptsOf(runs, { run: run.name, outcome: "done" }, SAMPLE));
  const seconds = done.flatMap(({ startedAt, endedAt }) =>
    endedAt === undefined ? [] : [(Date.parse(endedAt) - Date.parse(startedAt)) / 1000],
  );
  const mean = seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
  return mean > 0 ? { entries, secondsPerTask: mean, secondsFrom: "history" } : { entries };
}

const SAMPLE = 200;

async function conclude(io: Io, place: BulkPlace, run: BulkRun, options: PoolRunOptions): Promise<ExitCode> {
  if (options.outputFile !== undefined) await (await openOutputFile(io, place, run, options.outputFile)).close();
  await printReport(io, place, run, formatOf(options));
  const now = await place.runs.get(run.name);
  const counts = await place.runs.counts(run.name);
  if (now?.state !== "STOPPED") return exitCodeOf(counts);
  const left = count(run.entries - endedOf(counts));
  io.stderr.write(
    `The run is stopped${now.reason === undefined ? "" : `: ${now.reason}`}. ${left} entries wait. ` +
      `Let it go on: npx cirrus bulk resume ${run.name}${place.flags}\n`,
  );
  return counts.DONE === 0 ? EXIT.failed : EXIT.partial;
}
