/** The tally as a Lambda: its event source as it is defined, and real middy around it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "aws-lambda";
import { afterEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import type { StateChange } from "../../src/aws/state/counters.ts";
import { tallyLambda } from "../../src/functions/tally/lambda.ts";
import type { TallyEvent } from "../../src/functions/tally/tally.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function readYaml(file: string) {
  return parse(readFileSync(join(import.meta.dirname, "../..", file), "utf8"), { logLevel: "silent" });
}

// The part of Lambda's context that the handler reads.
const context = { getRemainingTimeInMillis: () => 60_000, functionName: "tally" } as Context;

const event: TallyEvent = {
  shardId: "shardId-1",
  Records: [
    {
      dynamodb: {
        SequenceNumber: "100000000000000000001",
        Keys: { pk: { S: "a/b/workflow-w/1" }, sk: { S: "record" } },
        OldImage: { state: { S: "CLAIMED" } },
        NewImage: { state: { S: "PROCESSING" } },
      },
    },
  ],
};

test("tells the counters of every change, and Lambda that there is nothing to keep for the window", async () => {
  vi.stubEnv("POWERTOOLS_DEV", "true");
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  const printed: string[] = [];
  for (const method of ["log", "info"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => void printed.push(String(line)));
  }
  const told: (readonly [string, readonly StateChange[]])[] = [];
  const handler = tallyLambda(async () => ({
    counters: { count: async (shard, changes) => void told.push([shard, changes]) },
  }));
  expect(await handler(event, context)).toEqual({ state: {} });
  const change = { sequence: "100000000000000000001", payload: { workflow: "w", collections: "a/b" } };
  expect(told).toMatchObject([["shardId-1", [{ ...change, from: "CLAIMED", to: "PROCESSING" }]]]);
  expect(printed.some((line) => line.includes('"ChangesCounted"'))).toBe(true);
  expect(await handler({ Records: [], shardId: "shardId-1" }, context)).toEqual({ state: {} });
  expect(told).toHaveLength(1);
});

test("fails, so that the batch comes again, where the changes cannot be counted", async () => {
  const handler = tallyLambda(async () => ({ counters: { count: () => Promise.reject(new Error("no capacity")) } }));
  await expect(handler(event, context)).rejects.toThrow("no capacity");
});

test("has an event source that says which shard a batch is of, loses no change for one that fails, and brings records alone", () => {
  const { lambda } = readYaml("functions/tally/definition.yml");
  const [{ stream }] = lambda.events;
  expect(stream.tumblingWindowInSeconds).toBeGreaterThan(0);
  expect(stream.startingPosition).toBe("TRIM_HORIZON");
  expect([stream.maximumRetryAttempts, stream.bisectBatchOnFunctionError]).toEqual([undefined, undefined]);
  // The stream forgets after a day: then nobody would be told.
  expect(stream.maximumRecordAgeInSeconds).toBeLessThan(24 * 3600);
  expect(stream.filterPatterns).toEqual([{ dynamodb: { Keys: { sk: { S: ["record"] } } } }]);
  const { StateTable } = readYaml("cloudformation/state.yml").Resources;
  expect(StateTable.Properties.StreamSpecification.StreamViewType).toBe("NEW_AND_OLD_IMAGES");
});
