import type { SQSRecord } from "aws-lambda";
import { describe, expect, test } from "vitest";
import type { AttemptEnd } from "../../src/bulk/attempt.ts";
import type { BulkRun } from "../../src/bulk/bulk-run.ts";
import type { Lease } from "../../src/bulk/bulk-store.ts";
import { DEFAULT_POLICY, nextAfter } from "../../src/bulk/retry-policy.ts";
import type { WorkerRecord } from "../../src/bulk/worker-record.ts";
import { defineWorker, type WorkerFunction } from "../../src/task/bulk/define-worker.ts";
import { type BulkLambdaPorts, makeBulkLambda } from "../../src/task/bulk/lambda.ts";
import { done, failed, retry } from "../../src/task/bulk/worker-outcome.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const RUN: BulkRun = {
  name: "additions",
  task: { kind: "task", name: "adder" },
  limits: { maxRuntimeSeconds: 60, cpus: 1, graceSeconds: 5 },
  policy: DEFAULT_POLICY,
  digest: "",
  entries: 3,
  source: {},
  state: "OPEN",
  created: "",
  updated: "",
};

/** A queue whose messages are the IDs of entries; those in `held` are in somebody else's hands. */
function open(
  run: WorkerFunction<{ readonly a?: number }>,
  { held = [] as readonly string[], state = RUN.state } = {},
) {
  const ends: { id: string; end: AttemptEnd }[] = [];
  const workers: WorkerRecord[] = [];
  const clock = makeVirtualClock();
  const ports: BulkLambdaPorts = {
    clock,
    container: "container",
    memoryBytes: 256 * 1024 ** 2,
    runs: { get: async () => ({ ...RUN, state }), list: async () => [{ ...RUN, state }] },
    queueUrl: async (name) => `https://sqs.us-west-2.amazonaws.com/1234/demo-bulk-${name}-1`,
    queue: {
      async accept({ run: name, worker }, messages) {
        return messages.flatMap(({ body }): Lease[] =>
          held.includes(body)
            ? []
            : [{ run: name, entry: { id: body, data: { a: 1 } }, attempt: 1, worker, until: 0, receipt: "" }],
        );
      },
      async finish(given) {
        for (const { lease, end } of given) ends.push({ id: lease.entry.id, end });
        return given.map(({ end }) => ({ outcome: "recorded", next: nextAfter(DEFAULT_POLICY, {}, end) }));
      },
      async reportWorker(worker) {
        workers.push(worker);
      },
    },
  };
  const handle = makeBulkLambda(defineWorker(run).worker, ports);
  const remaining = { getRemainingTimeInMillis: () => 30_000 };
  return {
    ends,
    workers,
    clock,
    deliver: (...ids: readonly string[]) => handle({ Records: ids.map(recordOf) }, remaining),
  };
}

function recordOf(id: string): SQSRecord {
  return {
    ...{ messageId: `message-${id}`, receiptHandle: "handle", body: id, md5OfBody: "", messageAttributes: {} },
    ...{ eventSource: "aws:sqs", eventSourceARN: "arn:aws:sqs:us-west-2:1234:demo-bulk-additions-1", awsRegion: "" },
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: "", SenderId: "", ApproximateFirstReceiveTimestamp: "" },
  };
}

describe("a worker as a Lambda", () => {
  test("runs the entries of its messages, stores how they ended, and lets go of what is done with", async () => {
    const { deliver, ends } = open((taskId, { a = 0 }) => {
      if (taskId === "throws") throw new RangeError("too far");
      if (taskId === "fails") return failed("no such band", { band: 7 });
      return taskId === "waits" ? retry("not yet") : done({ sum: a + 1 });
    });
    expect(await deliver("adds", "fails", "waits", "throws")).toEqual({
      batchItemFailures: [{ itemIdentifier: "message-waits" }],
    });
    expect(ends).toMatchObject([
      { id: "adds", end: { outcome: "done", result: { sum: 2 } } },
      { id: "fails", end: { outcome: "failed", result: { band: 7 }, error: { message: "no such band" } } },
      { id: "waits", end: { outcome: "requested", error: { name: "Retry", message: "not yet" } } },
      { id: "throws", end: { outcome: "exception", error: { name: "RangeError", message: "too far" } } },
    ]);
  });

  test("leaves alone what is in somebody else's hands: its message comes again", async () => {
    const { deliver, ends } = open(() => done(), { held: ["taken"] });
    expect(await deliver("taken")).toEqual({ batchItemFailures: [{ itemIdentifier: "message-taken" }] });
    expect(ends).toEqual([]);
  });

  test("takes nothing of a run that is stopped", async () => {
    const { deliver, ends, workers } = open(() => done(), { state: "STOPPED" });
    expect(await deliver("one")).toEqual({ batchItemFailures: [{ itemIdentifier: "message-one" }] });
    expect([ends, workers]).toEqual([[], []]);
  });

  test("ends a task in time for its end to be stored, and tells it so", async () => {
    let told = false;
    const { deliver, ends, clock } = open(async (_taskId, _data, { shutdown }) => {
      shutdown.addEventListener("abort", () => {
        told = true;
      });
      await clock.sleep(3_600_000);
      return done();
    });
    expect(await deliver("slow")).toEqual({ batchItemFailures: [] });
    expect(ends).toMatchObject([{ end: { outcome: "timeout", error: { message: "It ran longer than 25 s" } } }]);
    expect(told).toBe(true);
  });

  test("is known as a worker of the run, with the share of a processor that its memory gives", async () => {
    const { deliver, workers } = open(() => done());
    await deliver("one");
    expect(workers.at(-1)).toMatchObject({ run: "additions", worker: "container", instanceType: "lambda", slots: 1 });
    expect(workers.at(-1)?.cpus).toBeCloseTo(0.145, 3);
    expect(workers.at(-1)?.endedAt).toBeDefined();
  });
});

test("a worker that is invoked with anything else says how it is run", async () => {
  await expect(defineWorker(() => done())({ type: "FeatureCollection" })).rejects.toThrow("no batch of a run's queue");
});
