/** What a worker's function is given and may give back; and that its process loads the same names as everybody else. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { attemptError } from "../../src/task/bulk/thrown-error.ts";
import * as lean from "../../src/task/bulk/worker-index.ts";
import { checkOutcome } from "../../src/task/bulk/worker-outcome.ts";
import * as sdk from "../../src/task/index.ts";
import { defineWorker, done, failed, retry } from "../../src/task/index.ts";
import { testWorker } from "../../src/testing/index.ts";

test("the function is called with ID, data and what is known of the worker", async () => {
  const handler = defineWorker((id, data, worker) => done([id, data, worker.attempt, worker.provider]));
  const tested = await testWorker(handler, { a: 1 }, { taskId: "t-1", worker: { attempt: 2 } });
  expect(tested).toEqual({ outcome: "done", result: ["t-1", { a: 1 }, 2, "local"] });
});

test("data is checked against its schema, and arrives as the schema gives it back", async () => {
  const handler = defineWorker((_id, { size, name }) => done(`${name}: ${size + 1}`), {
    data: z.object({ size: z.number(), name: z.string().default("unnamed") }),
  });
  expect(await testWorker(handler, { size: 1 })).toEqual({ outcome: "done", result: "unnamed: 2" });
  expect(await testWorker(handler, { size: "1" })).toMatchObject({
    outcome: "failed",
    reason: expect.stringMatching(/^its data is not valid: \$\.data\.size: /),
  });
});

test("what it throws is thrown in a test as well", async () => {
  const handler = defineWorker(() => {
    throw new RangeError("no such band");
  });
  await expect(testWorker(handler, {})).rejects.toThrow(RangeError);
});

test("a notice is a signal and the answer to a question", async () => {
  const stop = new AbortController();
  const handler = defineWorker((_id, _data, worker) => {
    const before = worker.receivedTerminationNotice;
    stop.abort();
    return done([before, worker.receivedTerminationNotice, worker.termination.aborted, worker.shutdown.aborted]);
  });
  expect(await testWorker(handler, {}, { termination: stop.signal })).toMatchObject({
    result: [false, true, true, false],
  });
});

test("what is invoked with anything but a batch of a run says how to run it", async () => {
  await expect(defineWorker(() => done())({})).rejects.toMatchObject({ hint: "Run it with `npx cirrus bulk run`." });
});

describe("an outcome", () => {
  test.each([
    [done(), { outcome: "done" }],
    [done({ a: [1, null, "x", true] }), { outcome: "done", result: { a: [1, null, "x", true] } }],
    [done({ a: undefined }), { outcome: "done", result: {} }],
    [done(new Date(0)), { outcome: "done" }],
    [retry(), { outcome: "retry" }],
    [retry("busy"), { outcome: "retry", reason: "busy" }],
    [failed("never"), { outcome: "failed", reason: "never" }],
  ])("%j is one", (outcome, expected) => {
    expect(checkOutcome(outcome)).toMatchObject(expected);
  });

  test.each([
    [true, "true"],
    [false, "false"],
    [null, "null"],
    [undefined, "nothing"],
    [[false, {}], "a list of 2 members"],
    ["done", 'the text "done"'],
    [3, "a number"],
    [{ status: "done" }, "an object without outcome"],
    [{ outcome: "success" }, "an object without outcome"],
  ])("%j is none", (returned, name) => {
    expect(() => checkOutcome(returned)).toThrow(`The task returned ${name}, which does not say how it ended.`);
  });

  test("keeps its result as it was when it was given", () => {
    const result = { list: [1] };
    const outcome = checkOutcome(done(result));
    result.list.push(2);
    expect(outcome.result).toEqual({ list: [1] });
  });

  const failing = {
    toJSON() {
      throw new RangeError("no such band");
    },
  };
  const nested = (levels: number): unknown => (levels === 0 ? {} : [nested(levels - 1)]);
  test.each([
    [failing, "as JSON: no such band."],
    [nested(600), "it nests deeper than 500 levels."],
    ["x".repeat(17 * 2 ** 20), "it has more than 16 MiB."],
  ])("with a result that cannot be stored is refused before anybody tries (%#)", (result, message) => {
    expect(() => checkOutcome(done(result))).toThrow(message);
  });

  const circle: Record<string, unknown> = {};
  circle.self = circle;
  test.each([
    [{ a: { b: [1, Number.NaN] } }, "$.a.b[1] is NaN"],
    [10n, "$ is the bigint 10"],
    [() => {}, "$ is a function"],
    [[undefined], "$[0] is undefined"],
    [circle, "$.self is a part of itself"],
    [{ found: new Set([1]) }, "$.found is a Set"],
    [{ later: Promise.resolve(1) }, "$.later is a Promise"],
    [new Uint8Array(2), "$ is a Uint8Array"],
  ])("a result that JSON cannot hold is refused with its place (%#)", (result, place) => {
    expect(() => checkOutcome(done(result))).toThrow(`The result cannot be stored as JSON: ${place}.`);
  });

  test("the same object twice is no circle", () => {
    const shared = { a: 1 };
    expect(checkOutcome(done([shared, shared]))).toEqual({ outcome: "done", result: [shared, shared] });
  });
});

test("the process of a task finds every name that the SDK has", () => {
  expect(Object.keys(lean).sort()).toEqual(Object.keys(sdk).sort());
  expect(lean.InvalidInput).toBe(sdk.InvalidInput);
});

test("a task that stands beside a worker is still one", () => {
  const definition = { name: "rename", parameters: z.object({}), run: () => undefined };
  expect(lean.defineTask(definition)).toHaveProperty("task.name", "rename");
});

describe("what a task throws is kept as text", () => {
  const unshowable: unknown = Object.create(null);
  const odd = Object.assign(new Error("odd"), { name: 3, message: undefined });
  test.each([
    [new RangeError("no such band"), { name: "RangeError", message: "no such band", trace: expect.any(String) }],
    ["just a text", { name: "Error", message: "just a text" }],
    [unshowable, { name: "Error", message: "Something was thrown that cannot be shown as text" }],
    [odd, { name: "3", message: "undefined" }],
  ])("whatever it is (%#)", (thrown, expected) => {
    expect(attemptError(thrown)).toMatchObject(expected);
  });

  test("and bounded", () => {
    expect(attemptError(new Error("x".repeat(1e6))).message).toHaveLength(8_000);
  });
});
