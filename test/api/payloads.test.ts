import { describe, expect, test } from "vitest";
import { execution } from "../../src/api/shapes/executions.ts";
import { payload, payloadPage } from "../../src/api/shapes/payloads.ts";
import { taskList, workflowList } from "../../src/api/shapes/workflows.ts";
import { payloadText, taskFiles, workflowFiles } from "../cli/temporary-project.ts";
import { makeApiWorld } from "./api-world.ts";
import { runPayloads } from "./run-payloads.ts";

const FILES = {
  ...taskFiles("greet", 'console.log("hello");\nexport const handler = async (event: unknown) => event;\n'),
  ...workflowFiles("hello", "greet"),
};
const ID = "demo/workflow-hello/scene-1";

describe("payloads over HTTP", () => {
  test("are listed, and each tells of its states and executions", async () => {
    const world = makeApiWorld({ files: FILES, maxExecutions: 10 });
    await runPayloads(world, [payloadText("hello", "scene-1"), payloadText("hello", "scene-2")]);

    const page = await world.get("/v1/payloads?workflow=hello&state=SUCCEEDED", payloadPage);
    expect(page.rows.map(({ id }) => id).toSorted()).toEqual([ID, "demo/workflow-hello/scene-2"]);

    const one = await world.get(`/v1/payload?id=${encodeURIComponent(ID)}`, payload);
    expect(one.transitions.map(({ to }) => to)).toEqual(["CLAIMED", "PROCESSING", "SUCCEEDED"]);
    expect(one.attempts).toMatchObject([{ attempt: 1, state: "SUCCEEDED", input: true, output: true }]);
    expect(one.explanation).toMatchObject({ wouldRun: false, next: expect.stringContaining("It would be skipped") });

    const run = await world.get(`/v1/executions/hello/${one.execution}`, execution);
    expect(run).toMatchObject({ status: "SUCCEEDED", payloadId: ID, attempt: 1, moreSteps: false, mayRedrive: false });
    expect(run.steps).toMatchObject([
      { path: "/only#1", state: "only", type: "Task", task: "greet", status: "succeeded", tries: [{ attempt: 1 }] },
    ]);
  });

  test("a payload or an execution that is not there is a 404 that says where it was looked for", async () => {
    const world = makeApiWorld({ files: FILES });
    expect(await world.getProblem("/v1/payload?id=no/such", 404)).toMatchObject({ type: "not-found" });
    expect(await world.getProblem("/v1/executions/hello/none", 404)).toMatchObject({ type: "not-found" });
  });
});

test("workflows and tasks are those of the project", async () => {
  const world = makeApiWorld({ files: FILES });
  const { workflows } = await world.get("/v1/workflows", workflowList);
  expect(workflows).toContainEqual({
    name: "hello",
    description: "A workflow of a test",
    exists: true,
    counts: {},
    tasks: ["greet"],
  });
  const { tasks } = await world.get("/v1/tasks", taskList);
  expect(tasks).toContainEqual({ name: "greet", kinds: ["lambda"], workflows: ["hello"] });
});
