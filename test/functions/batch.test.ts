/** pre-batch and post-batch: a payload on its way into a job and out of it, and the true error of a job that failed. */
import { beforeEach, describe, expect, test } from "vitest";
import { postBatch } from "../../src/functions/post-batch/post-batch.ts";
import { preBatch } from "../../src/functions/pre-batch/pre-batch.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import type { ObjectStore, ObjectUrl } from "../../src/payload/object-store.ts";
import { payloadUrls } from "../../src/payload/object-urls.ts";
import { INLINE_LIMIT } from "../../src/payload/oversize.ts";
import { makeMemoryObjects } from "../../src/testing/memory-objects.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { payloadOf } from "./world.ts";

const ID = "s2/workflow-cog/a";
const payload = payloadOf("cog", ["a"], { id: ID });
const payloads = {
  urls: payloadUrls({ bucket: "payloads", prefix: "cirrus" }),
  allowedUrls: ["s3://payloads"],
  maxBytes: 1 << 20,
};

let objects: ObjectStore;
/** Log streams by name. */
let streams: Record<string, readonly string[]>;
let uuids: number;

beforeEach(() => {
  objects = makeMemoryObjects(makeVirtualClock());
  streams = {};
  uuids = 0;
});

const logs = {
  tail: async (stream: string) => streams[stream]?.map((message) => ({ at: "2030-01-01T00:00:00.000Z", message })),
};
const pre = (event: Json) => preBatch(event, { objects, payloads, uuid: () => `uuid-${++uuids}` });
const post = (event: Json) => postBatch(event, { objects, payloads, logs });

async function read(url: string): Promise<Json> {
  const found = await objects.get(url as ObjectUrl);
  if (found.outcome !== "found") throw new Error(`nothing at ${url}`);
  return JSON.parse(Buffer.from(found.body).toString("utf8"));
}

describe("pre-batch", () => {
  test("stores the payload and says where to read and where to write", async () => {
    const { url, url_out } = await pre(payload);
    expect(url).toBe(`s3://payloads/cirrus/tmp/batch/${ID}/uuid-1.json`);
    expect(url_out).toBe(`s3://payloads/cirrus/tmp/batch/${ID}/uuid-1_out.json`);
    expect(await read(url)).toEqual(payload);
  });

  test("follows a url, and gives every attempt objects of its own", async () => {
    const first = await pre(payload);
    const second = await pre({ url: first.url });
    expect(second.url).not.toBe(first.url);
    expect(await read(second.url)).toEqual(payload);
  });

  test.each([
    ["no payload", { a: 1 }, "the member `id` is missing"],
    ["a url to nothing", { url: "s3://payloads/none.json" }, "there is no object"],
    ["a url elsewhere", { url: "s3://other-bucket/x.json" }, "is not below a place"],
    ["two payloads", { Records: [{ body: "{}" }, { body: "{}" }] }, "2 payloads"],
  ])("refuses %s as InvalidInput", async (_what, event, message) => {
    await expect(pre(event)).rejects.toMatchObject({ name: "InvalidInput", message: expect.stringContaining(message) });
  });
});

describe("post-batch after a success", () => {
  test("hands back the payload that the job wrote to url_out", async () => {
    const { url, url_out } = await pre(payload);
    const result = { ...payload, done: true };
    await objects.put(url_out as ObjectUrl, JSON.stringify(result));
    expect(await post({ JobId: "1", Status: "SUCCEEDED", Parameters: { url, url_out } })).toEqual(result);
  });

  test("hands back the payload that a job without url_out wrote over its own", async () => {
    const { url } = await pre(payload);
    await objects.put(url as ObjectUrl, JSON.stringify({ ...payload, done: true }));
    expect(await post({ JobId: "1", Parameters: { url } })).toMatchObject({ done: true });
  });

  test("hands back a url where the payload is too large to travel", async () => {
    const { url, url_out } = await pre(payload);
    const large = { ...payload, note: "x".repeat(INLINE_LIMIT) };
    await objects.put(url_out as ObjectUrl, JSON.stringify(large));
    const result = (await post({ Parameters: { url, url_out } })) as { url: string };
    expect(Object.keys(result)).toEqual(["url"]);
    expect(await read(result.url)).toEqual(large);
  });

  test("fails where the job wrote nothing, and does not blame the payload", async () => {
    const { url, url_out } = await pre(payload);
    await expect(post({ Parameters: { url, url_out } })).rejects.toMatchObject({
      name: "BatchOutputUnreadable",
      message: expect.stringContaining("there is no object"),
    });
  });
});

describe("post-batch after a failure", () => {
  let urls: { readonly url: string; readonly url_out: string };
  beforeEach(async () => {
    urls = await pre(payload);
  });

  const attempt = (more: JsonObject = {}) => ({
    Container: { LogStreamName: "stream", Reason: "Essential container in task exited", ...more },
  });
  const jobOf = (more: JsonObject = {}): JsonObject => ({
    JobId: "1",
    JobName: "cog",
    Status: "FAILED",
    StatusReason: "Essential container in task exited",
    Attempts: [attempt()],
    Parameters: { ...urls },
    ...more,
  });
  const fail = (cause: JsonObject | string) =>
    post({
      ...urls,
      error: { Error: "States.TaskFailed", Cause: typeof cause === "string" ? cause : JSON.stringify(cause) },
    });
  const writeError = (error: JsonObject) =>
    objects.put(urls.url.replace(".json", "_error.json") as ObjectUrl, JSON.stringify(error));

  test("raises the error that the task wrote, whatever its log says", async () => {
    await writeError({ error: "InvalidInput", cause: "no such band", attempt: 1 });
    streams.stream = ["ValueError: on the way down"];
    await expect(fail(jobOf())).rejects.toMatchObject({ error: "InvalidInput", errorCause: "no such band" });
  });

  test("does not take the written error of an earlier attempt for that of the last", async () => {
    await writeError({ error: "Flaky", cause: "once", attempt: 1 });
    streams.stream = ["OutOfLuck: nothing", "MemoryError: at last"];
    await expect(fail(jobOf({ Attempts: [attempt(), attempt()] }))).rejects.toMatchObject({
      error: "MemoryError",
      errorCause: "at last",
    });
  });

  test.each([
    [
      [
        "starting",
        "Traceback (most recent call last):",
        '  File "x.py", line 1',
        "stactask.exceptions.InvalidInput: no band",
      ],
      "stactask.exceptions.InvalidInput",
      "no band",
    ],
    [["cirrus.lib.errors.InvalidInput: old style"], "InvalidInput", "old style"],
    [
      ["TypeError: x is not a function", "    at run (file:///task.js:1:2)", "", "Node.js v24.0.0"],
      "TypeError",
      "x is not a function",
    ],
    [["\u001b[31mRuntimeError: red\u001b[0m\u0007"], "RuntimeError", "red"],
    [["ValueError: the error", "bye bye"], "ValueError", "the error"],
    [["Segmentation fault"], "UnknownError", "Segmentation fault"],
  ])("raises the last error of the log: %j", async (lines, error, cause) => {
    streams.stream = lines;
    await expect(fail(jobOf())).rejects.toMatchObject({ error, errorCause: cause });
  });

  test("adds the reasons that explain more than the log", async () => {
    streams.stream = ["working", "RuntimeError: killed"];
    const reason = "OutOfMemoryError: Container killed due to memory usage";
    await expect(fail(jobOf({ Attempts: [attempt({ Reason: reason })] }))).rejects.toMatchObject({
      error: "RuntimeError",
      errorCause: `killed (${reason})`,
    });
    await writeError({ error: "Boom", cause: "loud" });
    await expect(fail(jobOf({ StatusReason: "Job attempt duration exceeded timeout" }))).rejects.toMatchObject({
      errorCause: "loud (Job attempt duration exceeded timeout)",
    });
  });

  test("gives Batch's reasons where the container never ran", async () => {
    const job = jobOf({ Attempts: [], StatusReason: "CannotPullContainerError: no such image" });
    await expect(fail(job)).rejects.toMatchObject({
      error: "UnknownError",
      errorCause: "The job's container never ran. Status reason: CannotPullContainerError: no such image.",
    });
  });

  test("says so where the log is empty or gone", async () => {
    await expect(fail(jobOf())).rejects.toMatchObject({
      error: "UnknownError",
      errorCause: expect.stringContaining("The job ended without an error in its log (stream)."),
    });
    streams.stream = [];
    await expect(fail(jobOf())).rejects.toMatchObject({ error: "UnknownError" });
  });

  test("finds the log stream in a description that Step Functions has cut at 32 KiB", async () => {
    streams.stream = ["ValueError: found all the same"];
    const whole = JSON.stringify({
      Attempts: [attempt()],
      StatusReason: "exited",
      Container: { Environment: [{ Name: "X", Value: "y".repeat(40_000) }] },
    });
    await expect(fail(whole.slice(0, 32_768))).rejects.toMatchObject({ error: "ValueError" });
  });

  test("does not claim that the container never ran where the cut has taken the log stream away", async () => {
    const whole = JSON.stringify({
      JobName: "cog",
      Container: { Environment: [{ Name: "X", Value: "y".repeat(40_000) }] },
      Attempts: [attempt()],
    });
    await expect(fail(whole.slice(0, 32_768))).rejects.toMatchObject({
      error: "UnknownError",
      errorCause: "The job's description was cut before its log stream. Batch gave no reason.",
    });
  });

  test("takes the written error where the cut has left no count of the attempts", async () => {
    await writeError({ error: "InvalidInput", cause: "no such band", attempt: 2 });
    const whole = JSON.stringify(jobOf({ Attempts: [attempt(), attempt()], Tags: { note: "y".repeat(40_000) } }));
    await expect(fail(whole.slice(0, 32_768))).rejects.toMatchObject({ error: "InvalidInput" });
  });

  test("passes on the refusal where SubmitJob itself failed", async () => {
    const event = { ...urls, error: { Error: "Batch.AWSBatchException", Cause: "JobQueue nowhere not found" } };
    await expect(post(event)).rejects.toMatchObject({
      name: "Batch.AWSBatchException",
      error: "Batch.AWSBatchException",
      errorCause: "JobQueue nowhere not found",
    });
  });

  test("survives an error without members, and a written error that is none", async () => {
    await writeError({ note: "no error" });
    await expect(post({ ...urls, error: {} })).rejects.toMatchObject({ error: "UnknownError" });
    await expect(fail("[1]")).rejects.toMatchObject({ error: "States.TaskFailed", errorCause: "[1]" });
  });
});
