import { expect, test } from "vitest";
import { handler } from "./handler.ts";

test("an event comes back with the function's name", async () => {
  expect(await handler({ id: 1 })).toEqual({ id: 1, handledBy: "__name__" });
});
