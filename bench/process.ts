/**
 * What the deployed functions `process` and `update-state` cost per payload: their bundles against an AWS that answers
 * with nothing, in turn with cirrus-geo's where a Python for it is there (CIRRUS_BENCH_PYTHON names one).
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { preparePython } from "../test/deployed/python-environment.ts";
import { machine, median, spread } from "./figures.ts";
import { lambdaEnvironment, STACK } from "./lambda-environment.ts";
import type { Delays } from "./null-aws.ts";
import { packageFunctions } from "./packaged-functions.ts";
import { type Contender, startBundle, startCirrusGeo } from "./process/contenders.ts";
import { startNullAws } from "./process/null-aws-process.ts";
import { type FunctionName, payloadOf, queueEvent, statusChange } from "./process/runs.ts";

const ROUNDS = 5;
const FUNCTIONS: readonly FunctionName[] = ["process", "update-state"];
const LATENCIES: readonly { readonly name: string; readonly delays: Delays }[] = [
  { name: "0 ms", delays: { dynamodb: 0, s3: 0, sfn: 0, sns: 0, sqs: 0 } },
  {
    name: "DynamoDB 5, S3 20, Step Functions 25, SNS 15 ms",
    delays: { dynamodb: 5, s3: 20, sfn: 25, sns: 15, sqs: 15 },
  },
];

interface Series {
  readonly contender: Contender;
  readonly rates: number[];
  readonly cpus: number[];
  /** A payload, by service and action; the same in every round. */
  calls: Readonly<Record<string, number>>;
}

const work = mkdtempSync(join(tmpdir(), "cirrus-bench-"));
const aws = await startNullAws();
const packaged = await packageFunctions();
const environment = lambdaEnvironment(aws.endpoint);
const python = await preparePython({
  requirements: join(import.meta.dirname, "process/requirements.txt"),
  programs: [process.env.CIRRUS_BENCH_PYTHON ?? [], "python3", "python3.12", "python3.13"].flat(),
  minor: 12,
});
try {
  console.log(`${machine()}\n${ROUNDS} rounds in turn: median (range)\n`);
  if (python.outcome === "unavailable") console.log(`cirrus-geo was not measured: ${python.reason}.\n`);
  for (const name of FUNCTIONS) await measure(name);
} finally {
  packaged.remove();
  aws.stop();
  rmSync(work, { recursive: true, force: true });
}

async function measure(name: FunctionName): Promise<void> {
  const handler = packaged.functions.find((one) => one.name === name)?.handler;
  if (handler === undefined) throw new Error(`There is no bundle of ${name}`);
  const contenders = [
    startBundle(`Cirrus, 25 a batch`, handler, environment, { batch: 25, payloads: 500 }),
    startBundle(`Cirrus, 10 a batch`, handler, environment, { batch: 10, payloads: 300 }),
    ...(python.outcome === "ready" ? [startCirrusGeo(python.python, name, environment)] : []),
  ];
  try {
    for (const { name: latency, delays } of LATENCIES) {
      await aws.setDelays(delays);
      const series = await takeTurns(name, contenders);
      print(`${name}, ${latency}`, series);
    }
  } finally {
    for (const { stop } of contenders) stop();
  }
}

async function takeTurns(name: FunctionName, contenders: readonly Contender[]): Promise<readonly Series[]> {
  const all = contenders.map((contender): Series => ({ contender, rates: [], cpus: [], calls: {} }));
  // The first round connects, compiles and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const one of all) {
      const { contender, rates, cpus } = one;
      await aws.takeCalls();
      const { ms, cpuMs } = await contender.run(writeEvents(name, contender));
      const calls = Object.entries(await aws.takeCalls());
      one.calls = Object.fromEntries(calls.map(([action, count]) => [action, count / contender.payloads]));
      if (round === 0) continue;
      rates.push((contender.payloads / ms) * 1000);
      cpus.push(cpuMs / contender.payloads);
    }
  }
  return all;
}

/** Payloads that were never seen before, in batches as the function gets them. */
function writeEvents(name: FunctionName, { payloads, batch, oneStatusChangeAnEvent }: Contender): string {
  const bodies = Array.from({ length: payloads }, () => payloadOf(`S2A_${crypto.randomUUID()}`)).map((payload) =>
    name === "process" ? payload : statusChange(payload, STACK),
  );
  const batches = Array.from({ length: Math.ceil(payloads / batch) }, (_, i) =>
    bodies.slice(i * batch, (i + 1) * batch),
  );
  const events = name === "update-state" && oneStatusChangeAnEvent ? bodies : batches.map(queueEvent);
  const file = join(work, `${crypto.randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(events));
  return file;
}

function print(title: string, series: readonly Series[]): void {
  const theirs = series.find(({ contender }) => contender.isPeer);
  console.log(`### ${title}\n\n| | payloads/s | CPU ms a payload | calls a payload | times as fast | CPU ratio |`);
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const { contender, rates, cpus, calls } of series) {
    const ratio = theirs === undefined ? "" : `${(median(rates) / median(theirs.rates)).toFixed(1)}`;
    const less = theirs === undefined ? "" : `÷${(median(theirs.cpus) / median(cpus)).toFixed(1)}`;
    const sum = Object.values(calls).reduce((total, count) => total + count, 0);
    const figures = [spread(rates, 1), spread(cpus, 2), sum.toFixed(2), ratio, less];
    console.log(`| ${contender.name} | ${figures.join(" | ")} |`);
  }
  for (const { contender, calls } of series) {
    const told = Object.entries(calls).map(([action, count]) => `${action} ${count.toFixed(2)}`);
    console.log(`\n${contender.name}: ${told.join(", ")}`);
  }
  console.log("");
}
