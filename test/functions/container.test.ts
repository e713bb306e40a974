/** A Lambda's container: made once, used for hours, frozen in between. */
import type { Context } from "aws-lambda";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeLambda } from "../../src/functions/lambda/make-lambda.ts";

beforeEach(() => {
  vi.stubEnv("POWERTOOLS_DEV", "true");
  for (const method of ["log", "info", "warn", "error"] as const)
    vi.spyOn(console, method).mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const context: Context = {
  functionName: "demo-prod-process",
  functionVersion: "$LATEST",
  invokedFunctionArn: "arn:aws:lambda:us-west-2:1:function:demo-prod-process",
  memoryLimitInMB: "512",
  awsRequestId: "request-1",
  logGroupName: "g",
  logStreamName: "s",
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => 60_000,
  done() {},
  fail() {},
  succeed() {},
};

test("a container whose ports could not be made has them made again by its next invocation, and then keeps them", async () => {
  let made = 0;
  const handler = makeLambda(
    async () => {
      made += 1;
      if (made < 3) throw new Error(`bad moment ${made}`);
      return made;
    },
    async (_event: object, { ports }) => ports,
  );
  await expect(handler({}, context)).rejects.toThrow("bad moment 1");
  await expect(handler({}, context)).rejects.toThrow("bad moment 2");
  expect(await handler({}, context)).toBe(3);
  expect(await handler({}, context)).toBe(3);
});
