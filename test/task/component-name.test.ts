/** A task whose code another component uses has its parameters under that component's name. */
import { expect, test } from "vitest";
import * as z from "zod";
import { systemClock } from "../../src/clock.ts";
import { defineTask } from "../../src/task/index.ts";
import { PORTS } from "../../src/task/ports.ts";
import { makeMemoryObjects } from "../../src/testing/memory-objects.ts";

const handler = defineTask({
  name: "count",
  parameters: z.object({ limit: z.int() }),
  run: ({ items, parameters }) => {
    for (const item of items) item.properties.limit = parameters.limit;
  },
});

const payload = (tasks: object) => ({
  type: "FeatureCollection",
  features: [{ type: "Feature", id: "a", collection: "c", properties: {}, assets: {}, links: [] }],
  process: [{ workflow: "any", tasks }],
});

async function run(tasks: object, component?: string): Promise<unknown> {
  const environment = { CIRRUS_UPLOAD: "false", ...(component !== undefined && { CIRRUS_COMPONENT: component }) };
  const context = { [PORTS]: { environment, objects: makeMemoryObjects(systemClock) } };
  return handler(payload(tasks), context as never); // as much of a Lambda's context as is looked at
}

test("Alone it has those under its own name", async () => {
  expect(await run({ count: { limit: 1 }, mine: { limit: 2 } })).toMatchObject({
    features: [{ properties: { limit: 1 } }],
  });
});

test("Used by another it has those under the other's name, and says so where they are wrong", async () => {
  const tasks = { count: { limit: 1 }, mine: { limit: 2 } };
  expect(await run(tasks, "mine")).toMatchObject({ features: [{ properties: { limit: 2 } }] });
  await expect(run({ count: { limit: 1 } }, "mine")).rejects.toThrow("$.process[0].tasks.mine.limit");
});
