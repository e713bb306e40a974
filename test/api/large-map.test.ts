import { expect, test } from "vitest";
import { eventPage, execution } from "../../src/api/shapes/executions.ts";
import { payload } from "../../src/api/shapes/payloads.ts";
import { workflow } from "../../src/api/shapes/workflows.ts";
import { payloadText } from "../cli/temporary-project.ts";
import { makeApiWorld } from "./api-world.ts";
import { runPayloads } from "./run-payloads.ts";

const ITERATIONS = 2_000;
const FILES = {
  "workflows/many/definition.yml": `description: A Map over many items
definition:
  StartAt: each
  States:
    each:
      Type: Map
      ItemsPath: $.numbers
      ResultPath: null
      ItemProcessor:
        StartAt: pass
        States:
          pass: { Type: Pass, End: true }
      End: true
`,
};

test("an execution of thousands of iterations is answered in part, and whole below one of them", async () => {
  const world = makeApiWorld({ files: FILES, maxExecutions: 1 });
  const numbers = Array.from({ length: ITERATIONS }, (_, index) => index);
  const [id = ""] = await runPayloads(world, [payloadText("many", "scene-1", { numbers })]);
  const { execution: name } = await world.get(`/v1/payload?id=${encodeURIComponent(id)}`, payload);
  const path = `/v1/executions/many/${name}`;

  const whole = await world.get(path, execution);
  expect(whole).toMatchObject({ status: "SUCCEEDED", moreSteps: true });
  expect(whole.steps).toHaveLength(1_000);
  expect(JSON.stringify(whole).length).toBeLessThan(600_000);
  const one = await world.get(`${path}?below=${encodeURIComponent("/each#1/1999")}`, execution);
  expect(one.steps.map((step) => step.path)).toEqual(["/each#1/1999/pass#1"]);
  expect(one.moreSteps).toBe(false);

  let events = 0;
  let cursor: string | undefined;
  do {
    const page = await world.get(
      `${path}/events?limit=1000${cursor === undefined ? "" : `&cursor=${cursor}`}`,
      eventPage,
    );
    expect(page.rows.map((event) => event.id)).toEqual(page.rows.map((_, index) => events + index + 1));
    events += page.rows.length;
    cursor = page.next;
  } while (cursor !== undefined);
  expect(events).toBeGreaterThan(2 * ITERATIONS);

  const { states } = await world.get("/v1/workflows/many", workflow);
  expect(states).toMatchObject([
    { state: "each", entered: 1 },
    { state: "pass", entered: ITERATIONS },
  ]);
});
