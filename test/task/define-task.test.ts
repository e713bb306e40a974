import { existsSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { LogFields } from "../../src/log.ts";
import { defineTask, type TaskResult, type TaskRun } from "../../src/task/index.ts";
import { PORTS } from "../../src/task/ports.ts";
import { TEST_BUCKETS, testTask } from "../../src/testing/index.ts";

const payload = {
  type: "FeatureCollection",
  features: [{ id: "a", collection: "c" }],
  process: [{ workflow: "w", workflow_options: { scale: 3 }, tasks: { probe: { name: "x" } } }],
};

const parameters = z.object({
  name: z.string(),
  scale: z.number().default(1),
  deep: z.object({ n: z.int() }).optional(),
});

function probe(run: (context: TaskRun<z.output<typeof parameters>>) => TaskResult | Promise<TaskResult>) {
  return defineTask({ name: "probe", description: "For tests", parameters, run });
}

describe("parameters", () => {
  test("the workflow's options and the task's own reach the run, defaults filled in", async () => {
    const seen: unknown[] = [];
    await testTask(
      probe(({ parameters }) => void seen.push(parameters)),
      payload,
    );
    expect(seen).toEqual([{ name: "x", scale: 3 }]);
  });

  test("every wrong parameter is named in one error, each with its path in the payload", async () => {
    const wrong = { ...payload, process: [{ workflow: "w", tasks: { probe: { name: 5, deep: { n: 1.5 } } } }] };
    await expect(
      testTask(
        probe(() => {}),
        wrong,
      ),
    ).rejects.toMatchObject({
      name: "InvalidInput",
      message: expect.stringMatching(
        /^\$\.process\[0\]\.tasks\.probe\.name: .*\n\$\.process\[0\]\.tasks\.probe\.deep\.n: /,
      ),
    });
  });

  test("any Standard Schema will do", async () => {
    const task = defineTask({
      name: "probe",
      parameters: {
        "~standard": { version: 1, vendor: "own", validate: () => ({ issues: [{ message: "never", path: ["x"] }] }) },
      },
      run() {},
    });
    await expect(testTask(task, payload)).rejects.toThrow("$.process[0].tasks.probe.x: never");
  });

  test("the handler carries its name and schema for whoever documents or checks it", () => {
    expect(probe(() => {}).task).toEqual({ name: "probe", description: "For tests", parameters });
  });
});

describe("the envelope", () => {
  const text = JSON.stringify(payload);
  const url = `s3://${TEST_BUCKETS.payloads}/cirrus/tmp/p.json` as const;
  const envelopes: readonly (readonly [string, unknown])[] = [
    ["a payload", payload],
    ["a URL", { url }],
    ["a Batch job's result", { JobId: "1", Parameters: { url: "s3://x-y-z/old.json", url_out: url } }],
    ["an SQS message", { Records: [{ messageId: "1", eventSource: "aws:sqs", body: text }] }],
    ["an SNS notification", { Records: [{ Sns: { MessageId: "1", Message: text } }] }],
  ];

  test.each(envelopes)("%s gives the run the same payload", async (_name, event) => {
    const { payload: out } = await testTask(
      probe(() => {}),
      event,
      { objects: { [url]: Buffer.from(text) } },
    );
    expect(out).toMatchObject({ id: "c/workflow-w/a", features: [{ id: "a" }] });
  });

  test("several payloads at once are refused", async () => {
    const records = { Records: [{ body: text }, { body: text }] };
    await expect(
      testTask(
        probe(() => {}),
        records,
      ),
    ).rejects.toThrow(/found 2 payloads in the event/);
  });

  test("a URL outside the payload bucket is not read", async () => {
    const event = { url: `s3://${TEST_BUCKETS.data}/p.json` };
    await expect(
      testTask(
        probe(() => {}),
        event,
      ),
    ).rejects.toMatchObject({ name: "InvalidInput" });
  });

  test("what is wrong with the payload is told with its path", async () => {
    await expect(
      testTask(
        probe(() => {}),
        { type: "FeatureCollection", process: [{}] },
      ),
    ).rejects.toThrow(/\$\.process\[0\]\.workflow/);
  });
});

describe("the result", () => {
  test("items changed in place are the result where nothing is returned", async () => {
    const task = probe(({ items }) => {
      for (const item of items) item.properties.seen = true;
    });
    expect((await testTask(task, payload)).payload.features[0]?.properties).toEqual({ seen: true });
  });

  test("returned items take the place of the payload's", async () => {
    const task = probe(({ items }) => items.flatMap((item) => [item, { ...item, id: "b" }]));
    expect((await testTask(task, payload)).payload.features.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  test("a returned payload may change what is processed next", async () => {
    const task = probe(({ payload: own }) => ({ ...own, process: [...own.process, { workflow: "next" }] }));
    expect((await testTask(task, payload)).payload.process).toMatchObject([{ workflow: "w" }, { workflow: "next" }]);
  });

  test("a result that no workflow can go on with is the task's error, with the place", async () => {
    const task = probe(({ payload: own }) => ({ ...own, process: [] }));
    await expect(testTask(task, payload)).rejects.toMatchObject({
      name: "InvalidOutput",
      message: expect.stringContaining("The task probe returned no valid payload: $.process"),
    });
  });

  test("the event that the task was given is never changed", async () => {
    const event = structuredClone(payload);
    await testTask(
      probe(({ items }) => void items.pop()),
      { ...event, id: "c/workflow-w/a" },
    );
    expect(event).toEqual(payload);
  });

  test("a result too large to travel inline is stored, and its URL returned; the same result is stored once", async () => {
    const task = probe(({ items }) => {
      for (const item of items) item.properties.blob = '"'.repeat(60_000);
    });
    const { output, payload: out, written } = await testTask(task, payload);
    expect(output).toEqual({ url: written[0] });
    expect(written[0]).toMatch(/^s3:\/\/cirrus-payloads\/cirrus\/tmp\/oversized\/[0-9a-f]{64}\.json$/);
    expect(out.features[0]?.properties.blob).toHaveLength(60_000);
    expect((await testTask(task, payload)).written).toEqual(written);
  });
});

describe("the work directory", () => {
  test.each([
    ["succeeds", () => {}],
    [
      "fails",
      () => {
        throw new Error("no");
      },
    ],
  ])("is gone after a run that %s", async (_how, end) => {
    const seen: string[] = [];
    const task = probe(async ({ workdir }) => {
      seen.push(workdir);
      await writeFile(join(workdir, "scratch"), "x");
      end();
    });
    await testTask(task, payload).catch(() => {});
    expect(seen.map((path) => existsSync(path))).toEqual([false]);
  });

  test("stays where CIRRUS_WORKDIR asks for it", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "cirrus-kept-")), "work");
    const task = probe(({ workdir }) => writeFile(join(workdir, "scratch"), "x"));
    await testTask(task, payload, { environment: { CIRRUS_WORKDIR: path } });
    expect(existsSync(join(path, "scratch"))).toBe(true);
  });
});

describe("the handler", () => {
  test("takes middy's middlewares", async () => {
    const order: string[] = [];
    const task = probe(() => void order.push("run"));
    task.use({ before: () => void order.push("before"), after: () => void order.push("after") });
    await testTask(task, payload);
    expect(order).toEqual(["before", "run", "after"]);
  });

  test("an own error keeps its name and message, so that a workflow can match it", async () => {
    class SceneTooCloudy extends Error {
      override name = "SceneTooCloudy";
    }
    const task = probe(() => {
      throw new SceneTooCloudy("97 %");
    });
    await expect(testTask(task, payload)).rejects.toMatchObject({ name: "SceneTooCloudy", message: "97 %" });
  });

  test("a run is told when its job has to end", async () => {
    const stop = new AbortController();
    const task = probe(async ({ signal }) => {
      stop.abort(new Error("told to end"));
      signal.throwIfAborted();
    });
    await expect(testTask(task, payload, { signal: stop.signal })).rejects.toThrow("told to end");
  });

  test("a Lambda whose time is nearly over says so itself, and its run is told to stop", async () => {
    const told = Promise.withResolvers<void>();
    const task = probe(async ({ signal }) => {
      // The time may be over before the run has begun.
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      told.resolve();
    });
    await expect(testTask(task, payload, { remaining: () => 251 })).rejects.toMatchObject({
      name: "TaskStopped",
      message: expect.stringContaining("lambda.timeout"),
    });
    await told.promise;
  });
});

describe("the log", () => {
  async function linesOf(context: object): Promise<readonly (readonly [string, LogFields | undefined])[]> {
    const lines: (readonly [string, LogFields | undefined])[] = [];
    const info = (message: string, fields?: LogFields) => void lines.push([message, fields]);
    const log = { debug: info, info, warn: info, error: info };
    const task = probe((run) => run.log.info("probed", { item: "a" }));
    // The test kit's own context silences the log.
    const lambda = {
      ...context,
      getRemainingTimeInMillis: () => 60_000,
      [PORTS]: { log, objects: {}, environment: {}, inlineLimit: 100_000 },
    };
    await task(payload, lambda as never);
    return lines;
  }

  test("of a Lambda says in every line whose it is, from the first on", async () => {
    const whose = { payloadId: "c/workflow-w/a", requestId: "r-1" };
    expect(await linesOf({ awsRequestId: "r-1" })).toEqual([
      ["probe begins", whose],
      ["probed", { ...whose, item: "a" }],
    ]);
  });

  test("of a job is the job's own", async () => {
    expect(await linesOf({})).toEqual([["probed", { item: "a" }]]);
  });
});
