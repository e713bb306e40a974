/**
 * `cirrus-worker <run>`: the program of a pool's containers. It fetches the run's code, takes entries until there are none,
 * and ends with 0: whether entries failed is the run's business, and Batch need not try again.
 */
import { dirname } from "node:path";
import { makeAwsBulk } from "../../aws/bulk/bulk.ts";
import { lazyDynamoDb } from "../../aws/clients/dynamodb.ts";
import { lazyS3 } from "../../aws/clients/s3.ts";
import { lazySqs } from "../../aws/clients/sqs.ts";
import { type InstanceFacts, makeInstanceMetadata, readInstance } from "../../aws/instance-metadata.ts";
import { makeInstanceNotices } from "../../aws/instance-notices.ts";
import { makeS3ObjectStore } from "../../aws/object-store.ts";
import { runBatchProgram } from "../../batch-program.ts";
import type { BulkRun } from "../../bulk/bulk-run.ts";
import { priceOf } from "../../bulk/money-spent.ts";
import { type PoolOrder, readPoolOrder } from "../../bulk/pool-order.ts";
import type { HostFacts } from "../../bulk/worker-record.ts";
import { systemClock } from "../../clock.ts";
import { type Environment, readEnvironment, requireVariable, wholeEnvironment } from "../../env.ts";
import { describeError, type ExitCode } from "../../errors.ts";
import { runWorker } from "./run-worker.ts";
import { runSetupScript } from "./setup-script.ts";
import { fetchCode } from "./worker-code.ts";
import type { WorkerEvent } from "./worker-options.ts";

/** An empty queue may fill again with what other workers give back; a machine that waits costs as much as one that works. */
const IDLE_MS = 20_000;

export function main(args: readonly string[], print: (line: string) => void = printLine): Promise<ExitCode> {
  return runBatchProgram({
    usage: "cirrus-worker <run>",
    args,
    print,
    run: (name, signal) => work(name, readEnvironment(), signal, print),
  });
}

async function work(
  name: string,
  environment: Environment,
  signal: AbortSignal,
  print: (line: string) => void,
): Promise<void> {
  const options = { endpoint: environment.AWS_ENDPOINT_URL };
  const clients = { dynamodb: lazyDynamoDb(options), sqs: lazySqs(options), s3: lazyS3(options) };
  const bulk = makeAwsBulk(
    clients,
    {
      table: requireVariable(environment, "CIRRUS_BULK_TABLE"),
      payloadBucket: requireVariable(environment, "CIRRUS_PAYLOAD_BUCKET"),
      payloadPrefix: environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus",
    },
    systemClock,
  );
  const run = await bulk.runs.get(name);
  const order = readPoolOrder(name, run?.pool);
  if (run === undefined || order === undefined || run.state !== "OPEN") {
    print(`The run ${name} ${describeState(run)}: there is nothing to do`);
    return;
  }
  const metadata = makeInstanceMetadata(environment);
  const objects = makeS3ObjectStore({ s3: clients.s3 });
  const code = await fetchCode(order.code, { objects, environment, signal, print });
  try {
    const setUp = await runSetupScript(order.plan.setupScript, {
      folder: code.program.kind === "command" ? code.program.directory : dirname(code.program.file),
      environment: wholeEnvironment(),
      signal,
    });
    const summary = await runWorker(
      { queue: bulk.queue, logs: bulk.logs, clock: systemClock, notices: makeInstanceNotices(metadata, systemClock) },
      {
        run: name,
        worker: workerName(environment),
        program: code.program,
        limits: run.limits,
        slots: order.plan.slotsPerWorker,
        mode: order.mode ?? "process",
        host: hostFacts(await readInstance(metadata), order, environment),
        signal,
        idle: "exit",
        idleMs: IDLE_MS,
        environment: { ...code.environment, ...setUp },
        onEvent: (event) => tell(event, print),
      },
    );
    print(`Ends: ${summary.reason}. ${JSON.stringify(summary.attempts)}`);
  } finally {
    await code.remove();
  }
}

function describeState(run: BulkRun | undefined): string {
  if (run === undefined) return "is not there";
  return run.state === "OPEN" ? "has no pool" : `is ${run.state}`;
}

/** Of an array's children each has an ID of its own: `…:3`. */
function workerName({ AWS_BATCH_JOB_ID: job, AWS_BATCH_JOB_ATTEMPT: attempt = "1" }: Environment): string {
  return job === undefined ? `worker-${process.pid}` : `${job.replace(":", "-")}-${attempt}`;
}

/** What the container was given of its machine, and what that costs. */
function hostFacts(instance: InstanceFacts, { plan }: PoolOrder, environment: Environment): HostFacts {
  const { id, type: instanceType, zone, spot = plan.spot } = instance;
  return {
    host: id ?? environment.AWS_BATCH_JOB_ID ?? "unknown",
    provider: "aws",
    instanceType,
    cpus: plan.cpusPerWorker,
    memoryBytes: plan.memoryPerWorkerMiB * 1024 ** 2,
    bootDiskBytes: plan.bootDiskGB * 1e9,
    spot,
    pricePerHour: priceOf({ spot, instanceType }, plan),
    zone,
  };
}

/** Batch keeps what is printed as the job's log; what tasks print is kept for each attempt. */
function tell(event: WorkerEvent, print: (line: string) => void): void {
  switch (event.type) {
    case "started":
      return;
    case "ended":
      if (event.end.outcome === "done") return;
      print(`${event.lease.entry.id}: ${event.end.outcome}${event.end.error ? `: ${event.end.error.message}` : ""}`);
      return;
    case "notice":
      print(`The machine is taken away: ${event.notice.kind}`);
      return;
    case "problem":
      print(`Warning: could not ${event.what}: ${describeError(event.error).cause}`);
  }
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
