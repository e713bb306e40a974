/** A Lambda's container: made once, used for hours, frozen in between. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeLambda } from "../../src/functions/lambda/make-lambda.ts";
import { contextWith } from "./lambda-context.ts";

beforeEach(() => {
  vi.stubEnv("POWERTOOLS_DEV", "true");
  for (const method of ["log", "info", "warn", "error"] as const)
    vi.spyOn(console, method).mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const context = contextWith(60_000);

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
