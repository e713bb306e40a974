/** The built-in functions as Lambdas: real middy around the real logic, over ports that fail when a test says so. */
import type { SQSEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TransientError } from "../../src/errors.ts";
import type { MakePorts } from "../../src/functions/lambda/make-lambda.ts";
import type { FunctionPorts } from "../../src/functions/ports.ts";
import { postBatchLambda } from "../../src/functions/post-batch/lambda.ts";
import { preBatchLambda } from "../../src/functions/pre-batch/lambda.ts";
import { processLambda } from "../../src/functions/process/lambda.ts";
import { reconcileLambda } from "../../src/functions/reconcile/lambda.ts";
import { updateStateLambda } from "../../src/functions/update-state/lambda.ts";
import { functionPorts } from "../../src/functions/wiring.ts";
import { isObjectUrl } from "../../src/payload/object-store.ts";
import { contextWith } from "./lambda-context.ts";
import { MINUTE, makeWorld, payloadOf, type World } from "./world.ts";

let world: World;
let printed: string[];
beforeEach(() => {
  // Logs and metrics go to the console, where they can be read.
  vi.stubEnv("POWERTOOLS_DEV", "true");
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  vi.stubEnv("POWERTOOLS_SERVICE_NAME", "demo-prod");
  printed = [];
  for (const method of ["log", "debug", "info", "warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => void printed.push(String(line)));
  }
  world = makeWorld();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await world.close();
});

const context = contextWith(60_000);

function sqsEvent(bodies: Readonly<Record<string, string>>): SQSEvent {
  return {
    Records: Object.entries(bodies).map(([messageId, body]) => ({
      messageId,
      receiptHandle: `r-${messageId}`,
      body,
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: "0",
        SenderId: "s",
        ApproximateFirstReceiveTimestamp: "0",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-west-2:1:process",
      awsRegion: "us-west-2",
    })),
  };
}

const payload = (name: string): string => JSON.stringify(payloadOf("cog", [name]));

function over(changed: Partial<FunctionPorts> = {}): MakePorts<FunctionPorts> {
  return async () => ({ ...world.ports, ...changed });
}

const failing = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

/** The metrics of the one line that holds them. */
function metrics(): Readonly<Record<string, unknown>> {
  return JSON.parse(printed.find((line) => line.includes("CloudWatchMetrics")) ?? "{}");
}

describe("process", () => {
  test("has nothing come again where every message is done with, the refused one included", async () => {
    const handler = processLambda(over());
    const response = await handler(sqsEvent({ one: payload("a"), two: "no JSON", three: payload("c") }), context);
    expect(response).toEqual(failing());
    expect((await world.ports.rejections.list({})).items).toMatchObject([{ code: "not-json", raw: "no JSON" }]);
    expect(metrics()).toMatchObject({ service: "demo-prod", PayloadsStarted: 2, PayloadsRejected: 1 });
  });

  test("has exactly those come again that could not be started now", async () => {
    const { executions } = world.ports;
    const start: typeof executions.start = (request) =>
      request.input.includes('"b"') ? Promise.reject(new TransientError("throttled")) : executions.start(request);
    const handler = processLambda(over({ executions: { ...executions, start } }));
    const response = await handler(sqsEvent({ one: payload("a"), two: payload("b"), three: payload("c") }), context);
    expect(response).toEqual(failing("two"));
    expect(metrics()).toMatchObject({ PayloadsStarted: 2, PayloadsRetry: 1 });
    expect(await processLambda(over())(sqsEvent({ two: payload("b") }), context)).toEqual(failing());
  });

  test("has all come again where the state store does not answer, and keeps none", async () => {
    const { state } = world.ports;
    const claim = (): Promise<never> => Promise.reject(new TransientError("the table is throttled"));
    const handler = processLambda(over({ state: { ...state, claim } }));
    const response = await handler(sqsEvent({ one: payload("a"), two: payload("b") }), context);
    expect(response).toEqual(failing("one", "two"));
  });

  test("a message that breaks the function comes again by itself, and its neighbours are started", async () => {
    const { state, log } = world.ports;
    // Every port's failure is foreseen but that of the log: this stands for a defect of the function itself.
    const started: typeof state.started = async (requests) => {
      if (requests.some(({ payloadId }) => payloadId.endsWith("/bad"))) throw new Error("defect");
      return state.started(requests);
    };
    const warn = (message: string): never => {
      throw new Error(message);
    };
    const handler = processLambda(over({ state: { ...state, started }, log: { ...log, warn } }));
    const event = sqsEvent({ one: payload("a"), two: payload("bad"), three: payload("c") });
    expect(await handler(event, context)).toEqual(failing("two"));
    expect(await world.record("s2/workflow-cog/a")).toMatchObject({ state: "PROCESSING" });
    expect(await world.record("s2/workflow-cog/c")).toMatchObject({ state: "PROCESSING" });
  });

  test("leaves what does not end before its time is over, and says what was done", async () => {
    const { executions, objects } = world.ports;
    const time = new AbortController();
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(time.signal);
    const [started, stored] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    // Its time is over once the other one is started and its input kept, however long that takes.
    void Promise.all([started.promise, stored.promise]).then(() => setImmediate(() => time.abort()));
    const start: typeof executions.start = (request) =>
      request.input.includes('"slow"')
        ? new Promise(() => {})
        : executions.start(request).finally(() => started.resolve());
    const put: typeof objects.put = (url, ...rest) =>
      objects.put(url, ...rest).finally(() => url.includes("/a/") && stored.resolve());
    const handler = processLambda(over({ executions: { ...executions, start }, objects: { ...objects, put } }));
    const response = await handler(sqsEvent({ one: payload("a"), two: payload("slow") }), context);
    expect(response).toEqual(failing("two"));
    expect(await world.record("s2/workflow-cog/a")).toMatchObject({ state: "PROCESSING" });
    expect(printed.join("\n")).toContain("the function's time was nearly over");
  });

  test("holds only a few large payloads at a time, however many messages name one", async () => {
    const { objects } = world.ports;
    let held = 0;
    let most = 0;
    const get: typeof objects.get = async (...values) => {
      held += 1;
      most = Math.max(most, held);
      return objects.get(...values);
    };
    const start: FunctionPorts["executions"]["start"] = (request) => {
      held -= 1;
      return world.ports.executions.start(request);
    };
    const names = Array.from({ length: 10 }, (_, index) => `large-${index}`);
    for (const name of names) await objects.put(`s3://payloads/${name}.json`, payload(name));
    const bodies = names.map((name) => [name, `{"url": "s3://payloads/${name}.json"}`] as const);
    const handler = processLambda(
      over({ objects: { ...objects, get }, executions: { ...world.ports.executions, start } }),
    );
    expect(await handler(sqsEvent({ ...Object.fromEntries(bodies) }), context)).toEqual(failing());
    expect(most).toBe(4);
    expect(world.stepFunctions.starts).toHaveLength(10);
  });

  test("logs IDs and reasons, never what a payload holds", async () => {
    const secret = "a secret of the payload";
    const handler = processLambda(over());
    const body = JSON.stringify(payloadOf("cog", ["a"], { note: secret }));
    await handler(sqsEvent({ one: body, two: `{"secret":"${secret}` }), context);
    const log = printed.join("\n");
    expect(log).toContain('"messageId": "one"');
    expect(log).toContain('"payloadId": "s2/workflow-cog/a"');
    expect(log).toContain('"function_request_id": "request-1"');
    expect(log).toMatch(/"code": "not-json",\s+"rejectionId": "\w+"/);
    expect(log).not.toContain(secret);
  });

  test("says by name which variable its environment lacks, in the invocation and not before", async () => {
    const handler = processLambda((log) => functionPorts(log, { CIRRUS_PAYLOAD_BUCKET: "p" }));
    await expect(handler(sqsEvent({ one: payload("a") }), context)).rejects.toThrow(/CIRRUS_\w+ is not set/);
  });
});

describe("update-state", () => {
  test("records ends, and has exactly those come again that cannot be recorded now", async () => {
    await world.process([payloadOf("cog", ["a"]), payloadOf("cog", ["b"])]);
    const ends = ["a", "b"].map((name) => world.end(payloadOf("cog", [name]), `s2/workflow-cog/${name}`));
    const { state } = world.ports;
    const finish: typeof state.finish = (requests) =>
      requests.some(({ payloadId }) => payloadId.endsWith("/b"))
        ? Promise.reject(new TransientError("throttled"))
        : state.finish(requests);
    const handler = updateStateLambda(over({ state: { ...state, finish } }));
    const event = sqsEvent({ one: ends[0] ?? "", two: ends[1] ?? "", three: "no event" });
    expect(await handler(event, context)).toEqual(failing("two"));
    expect(await world.record("s2/workflow-cog/a")).toMatchObject({ state: "SUCCEEDED" });
    expect(metrics()).toMatchObject({ StatusChangesUpdated: 1, StatusChangesRejected: 1, StatusChangesRetry: 1 });
  });
});

describe("reconcile", () => {
  test("counts what runs as it should and what had to be set right", async () => {
    await world.process([payloadOf("cog", ["a"]), payloadOf("cog", ["b"])]);
    world.end(payloadOf("cog", ["a"]), "s2/workflow-cog/a");
    world.clock.advance(10 * MINUTE);
    expect(await reconcileLambda(over())({}, context)).toEqual({ open: 1, waiting: 0, stuck: 1, later: 0 });
    expect(metrics()).toMatchObject({ OpenExecutions: 1, StuckExecutions: 1 });
    expect(await world.record("s2/workflow-cog/a")).toMatchObject({ state: "SUCCEEDED" });
  });

  test("counts those that wait for others, and is alarmed neither by them nor by those whose time is over", async () => {
    const waiter = (timeout: string, a: string) => ({
      type: "FeatureCollection",
      process: [{ workflow: "publish", await: { payloads: [`s2/workflow-cog/${a}`], timeout } }],
    });
    await world.process([waiter("1h", "a"), waiter("5m", "b")]);
    world.clock.advance(10 * MINUTE);
    expect(await reconcileLambda(over())({}, context)).toEqual({ open: 0, waiting: 1, stuck: 0, later: 0 });
    expect(metrics()).toMatchObject({ WaitingPayloads: 1, StuckExecutions: 0 });
    expect(await world.record("s2/workflow-publish/b")).toMatchObject({ lastError: { error: "AwaitTimeout" } });
  });

  test("counts those that cannot be set right as stuck, so that the alarm hears of them", async () => {
    await world.process([payloadOf("cog", ["a"])]);
    world.end(payloadOf("cog", ["a"]), "s2/workflow-cog/a");
    world.clock.advance(10 * MINUTE);
    const { state } = world.ports;
    const finish = (): Promise<never> => Promise.reject(new TransientError("throttled"));
    expect(await reconcileLambda(over({ state: { ...state, finish } }))({}, context)).toMatchObject({ later: 1 });
    expect(metrics()).toMatchObject({ OpenExecutions: 0, StuckExecutions: 1 });
  });

  test("counts what waits and cannot be looked at as stuck too", async () => {
    const process = [{ workflow: "publish", await: { payloads: ["s2/workflow-cog/a"] } }];
    await world.process([{ type: "FeatureCollection", process }]);
    const { objects } = world.ports;
    const get = (): Promise<never> => Promise.reject(new TransientError("forbidden"));
    expect(await reconcileLambda(over({ objects: { ...objects, get } }))({}, context)).toMatchObject({ later: 1 });
    expect(metrics()).toMatchObject({ WaitingPayloads: 0, StuckExecutions: 1 });
  });

  test("counts what waits in vain as waiting and as stuck, and logs which output is gone", async () => {
    const cog = payloadOf("cog", ["a"]);
    const id = "s2/workflow-cog/a";
    await world.process([cog]);
    await world.update([world.end({ ...cog, id }, id)]);
    const url = (await world.record(id))?.outputUrl;
    if (url === undefined || !isObjectUrl(url)) throw new Error("it has no output");
    await world.ports.objects.remove(url);
    const process = [{ workflow: "publish", await: { payloads: [id] } }];
    await world.process([{ type: "FeatureCollection", process }]);
    expect(await reconcileLambda(over())({}, context)).toEqual({ open: 0, waiting: 1, stuck: 0, later: 0 });
    expect(metrics()).toMatchObject({ WaitingPayloads: 1, StuckExecutions: 1 });
    expect(printed.join("\n")).toMatch(/"action": "held",\s+"reason": "waits for 1 of 1: .* is gone: s3:/);
  });

  test("leaves alone what its message is going to take up again when the queue shows it", async () => {
    const { executions } = world.ports;
    const start = (): Promise<never> => Promise.reject(new TransientError("throttled"));
    await processLambda(over({ executions: { ...executions, start } }))(sqsEvent({ one: payload("a") }), context);
    world.clock.advance(370_000);
    expect(await reconcileLambda(over())({}, context)).toEqual({ open: 0, waiting: 0, stuck: 0, later: 0 });
  });

  test("stops when its time is over and goes on from there the next time", async () => {
    for (let i = 0; i < 30; i += 10) {
      await world.process(Array.from({ length: 10 }, (_, j) => payloadOf("cog", [`i-${i + j}`])));
    }
    world.clock.advance(10 * MINUTE);
    const handler = reconcileLambda(over());
    expect(await handler({}, contextWith(0))).toEqual({ open: 0, waiting: 0, stuck: 0, later: 25 });
    expect(await handler({}, context)).toEqual({ open: 5, waiting: 0, stuck: 0, later: 0 });
    expect(await handler({}, context)).toEqual({ open: 30, waiting: 0, stuck: 0, later: 0 });
  });
});

describe("pre-batch and post-batch", () => {
  const logs = { tail: async () => [{ at: "2030-01-01T00:00:00.000Z", message: "ValueError: no bands" }] };
  const ports = async () => ({ ...world.ports, logs, uuid: () => "u-1" });

  test("hand a payload over as an object and take the job's back", async () => {
    const whole = payloadOf("cog", ["a"], { id: "s2/workflow-cog/a" });
    const given = await preBatchLambda(ports)(whole, context);
    expect(await world.read(given.url)).toEqual(whole);
    const result = { ...whole, done: true };
    if (!isObjectUrl(given.url_out)) throw new Error(given.url_out);
    await world.ports.objects.put(given.url_out, JSON.stringify(result));
    expect(await postBatchLambda(ports)({ Parameters: { ...given } }, context)).toEqual(result);
  });

  test("an error that is thrown has the name that the workflow catches", async () => {
    const cause = JSON.stringify({ JobId: "j", Attempts: [{ Container: { LogStreamName: "s" } }], Parameters: {} });
    const failed = postBatchLambda(ports)({ error: { Error: "States.TaskFailed", Cause: cause } }, context);
    await expect(failed).rejects.toMatchObject({ name: "ValueError", message: "no bands" });
  });
});
