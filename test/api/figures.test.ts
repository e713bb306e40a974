import { describe, expect, test } from "vitest";
import { task, workflow } from "../../src/api/shapes/workflows.ts";
import { payloadText, taskFiles, workflowFiles } from "../cli/temporary-project.ts";
import { makeApiWorld } from "./api-world.ts";
import { runPayloads } from "./run-payloads.ts";

const FAILS_FOR_SOME = `export async function handler(event) {
  const [{ id }] = event.features;
  if (id.startsWith("bad")) throw new RangeError(\`scene \${id} has \${id.length} bands\`);
  return event;
}
`;
const RETRY = `      Retry:
        - ErrorEquals: [RangeError]
          IntervalSeconds: 1
          MaxAttempts: 1
`;
const FILES = { ...taskFiles("look", FAILS_FOR_SOME), ...workflowFiles("some", "look", RETRY) };

describe("figures of the newest executions", () => {
  test("count tries, failures and retries, and group what was said", async () => {
    const world = makeApiWorld({ files: FILES, maxExecutions: 10 });
    await runPayloads(
      world,
      ["good-1", "good-2", "bad-1", "bad-22"].map((item) => payloadText("some", item)),
    );

    const ofWorkflow = await world.get("/v1/workflows/some?since=1h", workflow);
    expect(ofWorkflow).toMatchObject({
      exists: true,
      counts: { SUCCEEDED: 2, FAILED: 2 },
      tasks: ["look"],
      window: { executions: 4, all: true },
      states: [{ state: "only", entered: 4, failed: 2, running: 0, retries: 2 }],
    });

    const ofTask = await world.get("/v1/tasks/look", task);
    expect(ofTask).toMatchObject({
      kinds: ["lambda"],
      workflows: ["some"],
      figures: { succeeded: 2, failed: 4, running: 0 },
      errors: [{ error: "RangeError", message: "scene bad-<n> has <n> bands", count: 4 }],
    });
    expect(ofTask.tries).toHaveLength(6);
    // Asked again they come from memory, and are the same.
    expect((await world.get("/v1/tasks/look?workflow=some", task)).tries).toEqual(ofTask.tries);
  });

  test("are none where there was nothing in the time that was asked for", async () => {
    const world = makeApiWorld({ files: FILES });
    const { window, states } = await world.get("/v1/workflows/some", workflow);
    expect(window).toMatchObject({ executions: 0, all: true });
    expect(states).toEqual([{ state: "only", entered: 0, failed: 0, running: 0, retries: 0 }]);
  });

  test("are refused for what is not there, and for a time that is none", async () => {
    const world = makeApiWorld({ files: FILES });
    await world.getProblem("/v1/workflows/none", 404);
    await world.getProblem("/v1/tasks/none", 404);
    await world.getProblem("/v1/tasks/pre-batch", 404);
    await world.getProblem("/v1/workflows/some?since=yesterday", 400);
  });
});

test("A task and its workflows say what a payload may say to it; one that tells nothing is shown without", async () => {
  const handler = `import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({ name: "look", parameters: z.object({ limit: z.int() }), run() {} });
`;
  const plain = { ...taskFiles("plain", "export const handler = () => {};\n"), ...workflowFiles("other", "plain") };
  const world = makeApiWorld({ files: { ...taskFiles("look", handler), ...workflowFiles("some", "look"), ...plain } });
  const schema = expect.objectContaining({ properties: { limit: expect.objectContaining({ type: "integer" }) } });
  expect(await world.get("/v1/tasks/look", task)).toMatchObject({
    parameters: schema,
    parameterRows: [{ name: "limit", type: "whole number", required: true, meaning: "" }],
  });
  expect(await world.get("/v1/workflows/some", workflow)).toMatchObject({ parameters: { look: schema } });
  expect(await world.get("/v1/tasks/plain", task)).not.toHaveProperty("parameters");
  expect(await world.get("/v1/workflows/other", workflow)).toMatchObject({ parameters: {} });
});
