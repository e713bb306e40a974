/**
 * A worker of a bulk run as a Lambda that the run's queue invokes: it takes the entry of each message, runs it here and
 * stores how it ended; only then the message goes. What has not ended comes again, as Lambda is told.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { AwsBulk, AwsBulkQueue } from "../../aws/bulk/bulk.ts";
import type { AttemptEnd } from "../../bulk/attempt.ts";
import type { BulkRun } from "../../bulk/bulk-run.ts";
import type { BulkRuns, Lease } from "../../bulk/bulk-store.ts";
import { readPoolOrder } from "../../bulk/pool-order.ts";
import type { WorkerRecord } from "../../bulk/worker-record.ts";
import { type Clock, isoTime } from "../../clock.ts";
import type { BulkWorker } from "./define-worker.ts";
import { attemptError, boundedError } from "./thrown-error.ts";
import { makeWorkerData, noticesFromSignals } from "./worker-data.ts";
import type { CheckedOutcome } from "./worker-outcome.ts";

export interface BulkLambdaPorts {
  readonly runs: Pick<BulkRuns, "get" | "list">;
  readonly queue: Pick<AwsBulkQueue, "accept" | "finish" | "reportWorker">;
  readonly queueUrl: AwsBulk["queueUrl"];
  readonly clock: Clock;
  /** What tells this container from another. */
  readonly container: string;
  readonly memoryBytes: number;
}

/** What Lambda tells of an invocation, as far as it is needed. */
export interface BulkLambdaContext {
  getRemainingTimeInMillis(): number;
}

/** In which the end is stored and the answer is sent. */
const KEPT_BACK_MS = 5_000;
/** Lambda ends a function that is out of time, and nothing of it is left to extend a lease. */
const LEASE_MARGIN_MS = 30_000;

export function makeBulkLambda(worker: BulkWorker, ports: BulkLambdaPorts) {
  const startedAt = isoTime(ports.clock.now());
  const runs = new Map<string, string>();

  /** A queue's name has the run's in it, cut short where it is long: the runs are asked which queue is theirs. */
  async function runOf(queueArn: string): Promise<string | undefined> {
    const known = runs.get(queueArn);
    if (known !== undefined) return known;
    const queueName = queueArn.slice(queueArn.lastIndexOf(":") + 1);
    for (const { name, state } of await ports.runs.list()) {
      if (state !== "OPEN" || !(await ports.queueUrl(name))?.endsWith(`/${queueName}`)) continue;
      runs.set(queueArn, name);
      return name;
    }
    return undefined;
  }

  /** Whether the message is done with. */
  async function handle(record: SQSRecord, context: BulkLambdaContext): Promise<boolean> {
    const name = await runOf(record.eventSourceARN);
    const run = name === undefined ? undefined : await ports.runs.get(name);
    if (run === undefined) return false;
    const left = context.getRemainingTimeInMillis();
    await ports.queue.reportWorker(workerRecord(run));
    const [lease] = await ports.queue.accept(
      { run: run.name, worker: ports.container, leaseMs: left + LEASE_MARGIN_MS },
      [{ body: record.body, receiptHandle: record.receiptHandle }],
    );
    if (lease === undefined) return false;
    const end = await attempt(worker, lease, run, workerRecord(run), left - KEPT_BACK_MS, ports.clock);
    const [stored] = await ports.queue.finish([{ lease, end }]);
    await ports.queue.reportWorker({ ...workerRecord(run), endedAt: isoTime(ports.clock.now()) });
    return stored?.outcome === "recorded" && stored.next.state !== "QUEUED";
  }

  function workerRecord(run: BulkRun): WorkerRecord {
    const { container, memoryBytes, clock } = ports;
    return {
      run: run.name,
      worker: container,
      host: container,
      provider: "aws",
      instanceType: "lambda",
      cpus: memoryBytes / BYTES_A_CPU,
      memoryBytes,
      spot: false,
      slots: 1,
      pricePerHour: readPoolOrder(run.name, run.pool)?.plan.workerPricePerHour,
      startedAt,
      seenAt: isoTime(clock.now()),
    };
  }

  return async (event: SQSEvent, context: BulkLambdaContext): Promise<SQSBatchResponse> => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    // One after the other: a batch has one message, where Cirrus has tied the queue to the function.
    for (const record of event.Records) {
      if (!(await handle(record, context))) batchItemFailures.push({ itemIdentifier: record.messageId });
    }
    return { batchItemFailures };
  };
}

/** "At 1,769 MB, a function has the equivalent of one vCPU." */
const BYTES_A_CPU = 1_769 * 1024 ** 2;

async function attempt(
  worker: BulkWorker,
  lease: Lease,
  { limits }: BulkRun,
  host: WorkerRecord,
  leftMs: number,
  clock: Clock,
): Promise<AttemptEnd> {
  const startedAt = isoTime(clock.now());
  const seconds = Math.min(limits.maxRuntimeSeconds, leftMs / 1000);
  const shutdown = new AbortController();
  const notices = noticesFromSignals({ shutdown: shutdown.signal, termination: new AbortController().signal });
  const data = makeWorkerData({ ...host, attempt: lease.attempt, limits }, notices);
  const over = new AbortController();
  const late = clock.sleep(Math.max(0, seconds) * 1000, over.signal).then(
    (): Ending => {
      shutdown.abort();
      return { outcome: "timeout", error: { name: "Timeout", message: `It ran longer than ${Math.floor(seconds)} s` } };
    },
    (): Ending => ({ outcome: "stopped" }),
  );
  const ended = worker.run(lease.entry.id, lease.entry.data, data).then(endingOf, exceptionOf);
  const ending = await Promise.race([ended, late]);
  over.abort();
  return { ...ending, startedAt, endedAt: isoTime(clock.now()) };
}

type Ending = Pick<AttemptEnd, "outcome" | "result" | "error">;

function endingOf({ outcome, result, reason }: CheckedOutcome): Ending {
  const kept = result === undefined ? {} : { result };
  if (outcome === "done") return { outcome, ...kept };
  const name = outcome === "retry" ? "Retry" : "Failed";
  const error = reason === undefined ? {} : { error: boundedError({ name, message: reason }) };
  return { outcome: outcome === "retry" ? "requested" : "failed", ...kept, ...error };
}

function exceptionOf(thrown: unknown): Ending {
  return { outcome: "exception", error: attemptError(thrown) };
}
