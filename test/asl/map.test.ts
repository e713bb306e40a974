import { describe, expect, it } from "vitest";
import { TaskError } from "../../src/asl/errors.ts";
import { type Answer, only, outputOf, run, start, task } from "./harness.ts";

const each = (fields: Readonly<Record<string, unknown>> = {}) => ({
  StartAt: "each",
  States: { each: task("each", { ...fields, End: true }) },
});
const map = (fields: Readonly<Record<string, unknown>> = {}) => only({ Type: "Map", ItemProcessor: each(), ...fields });

describe("Map", () => {
  it("runs its processor once an item and returns the outputs in the items' order", async () => {
    const t: Answer = async ({ input, signal }, clock) => {
      await clock.sleep((10 - Number(input)) * 1000, signal);
      return Number(input) * 2;
    };
    expect(await outputOf(map(), { input: [1, 2, 3], tasks: { each: t } })).toEqual([2, 4, 6]);
    expect(await outputOf(map(), { input: [] })).toEqual([]);
  });

  it("takes the items from ItemsPath and shapes each with ItemSelector", async () => {
    const ItemSelector = {
      "index.$": "$$.Map.Item.Index",
      "value.$": "$$.Map.Item.Value.v",
      "shared.$": "$.shared",
    };
    const definition = map({ InputPath: "$.in", ItemsPath: "$.list", ItemSelector, ResultPath: "$.out" });
    const input = { in: { list: [{ v: "a" }, { v: "b" }], shared: 1 } };
    expect(await outputOf(definition, { input })).toEqual({
      ...input,
      out: [
        { index: 0, value: "a", shared: 1 },
        { index: 1, value: "b", shared: 1 },
      ],
    });
  });

  it("understands the older Iterator and Parameters", async () => {
    const definition = only({
      Type: "Map",
      Iterator: each({ Parameters: { "n.$": "$.n", "inside.$": "$$.Map.Item.Index" } }),
      Parameters: { "n.$": "$$.Map.Item.Value" },
    });
    expect(await outputOf(definition, { input: [5, 6] })).toEqual([
      { n: 5, inside: 0 },
      { n: 6, inside: 1 },
    ]);
  });

  it.each([
    [{ MaxConcurrency: 2 }, 2],
    [{ MaxConcurrency: 1 }, 1],
    [{ MaxConcurrencyPath: "$[0]" }, 3],
    [{ MaxConcurrency: 0 }, 40],
    [{}, 40],
    [{ MaxConcurrency: 1000 }, 40],
  ])("with %j runs at most %i iterations at once", async (fields, expected) => {
    let now = 0;
    let most = 0;
    const t: Answer = async ({ input, signal }, clock) => {
      now += 1;
      most = Math.max(most, now);
      await clock.sleep(1000, signal);
      now -= 1;
      return input;
    };
    const input = [3, ...Array.from({ length: 49 }, (_item, index) => index)];
    expect(await outputOf(map(fields), { input, tasks: { each: t } })).toEqual(input);
    expect(most).toBe(expected);
  });

  it("fails as its first iteration fails, aborts those that run and starts no more", async () => {
    const t: Answer = async ({ input, signal }, clock) => {
      await clock.sleep(Number(input) * 1000, signal);
      if (input === 1) throw new TaskError("Broken", "one");
      return input;
    };
    const { result, calls, history } = start(map({ MaxConcurrency: 3 }), {
      input: [9, 1, 8, 7, 6],
      tasks: { each: t },
    });
    expect(await result).toEqual({ status: "FAILED", error: "Broken", cause: "one" });
    expect(calls).toHaveLength(3);
    const ends = history
      .filter(({ type }) => /^Map.*(Failed|Aborted)$/.test(type))
      .map(({ type, path }) => [type, path]);
    expect(ends).toEqual([
      ["MapIterationFailed", "/only#1/1"],
      ["MapIterationAborted", "/only#1/0"],
      ["MapIterationAborted", "/only#1/2"],
      ["MapStateFailed", "/only#1"],
    ]);
  });

  it("retries and catches as a whole", async () => {
    let calls = 0;
    const t: Answer = ({ input }) => {
      calls += 1;
      if (calls === 2) throw new TaskError("Broken", "");
      return input;
    };
    const definition = map({ Retry: [{ ErrorEquals: ["Broken"] }], MaxConcurrency: 1 });
    expect(await outputOf(definition, { input: [1, 2, 3], tasks: { each: t } })).toEqual([1, 2, 3]);
    expect(calls).toBe(5);
  });

  it("fails with States.Runtime where ItemsPath leads to no array", async () => {
    expect(await run(map({ ItemsPath: "$.list" }), { input: { list: 5 } })).toMatchObject({ error: "States.Runtime" });
  });

  it("nests, the inner item hiding the outer one", async () => {
    const inner = { Type: "Map", ItemProcessor: each({ Parameters: { "i.$": "$$.Map.Item.Index" } }), End: true };
    const definition = map({ ItemProcessor: { StartAt: "inner", States: { inner } } });
    expect(await outputOf(definition, { input: [["a"], ["b", "c"]] })).toEqual([[{ i: 0 }], [{ i: 0 }, { i: 1 }]]);
  });
});
