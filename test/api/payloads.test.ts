import { describe, expect, test } from "vitest";
import { eventPage, execution, logPage, stepDocuments } from "../../src/api/shapes/executions.ts";
import { payload, payloadCount, payloadDiff, payloadDocument, payloadPage } from "../../src/api/shapes/payloads.ts";
import { taskList, workflowList } from "../../src/api/shapes/workflows.ts";
import { isObjectUrl } from "../../src/payload/object-store.ts";
import { payloadText, taskFiles, workflowFiles } from "../cli/temporary-project.ts";
import { makeApiWorld } from "./api-world.ts";
import { runPayloads } from "./run-payloads.ts";

const HANDLER = `export async function handler(event: object) {
  console.log("hello");
  return { ...event, greeted: true };
}
`;
const FILES = { ...taskFiles("greet", HANDLER), ...workflowFiles("hello", "greet") };
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

  test("are counted, and their documents are read and compared", async () => {
    const world = makeApiWorld({ files: FILES, maxExecutions: 10 });
    await runPayloads(world, [payloadText("hello", "scene-1")]);
    const query = `id=${encodeURIComponent(ID)}`;
    expect(await world.get("/v1/payloads/count?state=SUCCEEDED", payloadCount)).toEqual({ count: 1, atLeast: false });

    const input = await world.get(`/v1/payload/input?${query}`, payloadDocument);
    expect(input.document).toMatchObject({ id: ID });
    const { execution: name } = input;
    const output = await world.get(`/v1/payload/output?${query}&execution=${name}`, payloadDocument);
    expect(output.document).toMatchObject({ id: ID, greeted: true });

    const diff = await world.get(`/v1/payload/diff?${query}&from=input:${name}&to=output:${name}`, payloadDiff);
    expect(diff).toMatchObject({ differences: [{ path: "$.greeted", kind: "added", after: true }], more: false });

    await world.getProblem(`/v1/payload/output?${query}&execution=none`, 404);
    await world.getProblem(`/v1/payload/output?${query}&execution=../../x`, 400);
    await world.getProblem(`/v1/payload/diff?${query}&from=input:${name}&to=${name}`, 400);
  });

  test("have executions with events, documents and a log", async () => {
    const world = makeApiWorld({ files: FILES, maxExecutions: 10 });
    await runPayloads(world, [payloadText("hello", "scene-1")]);
    const { execution: name } = await world.get(`/v1/payload?id=${encodeURIComponent(ID)}`, payload);
    const path = `/v1/executions/hello/${name}`;

    const first = await world.get(`${path}/events?limit=2`, eventPage);
    expect(first.rows.map(({ type }) => type)).toEqual(["ExecutionStarted", "TaskStateEntered"]);
    const rest = await world.get(`${path}/events?cursor=${first.next}`, eventPage);
    expect(rest.rows.at(-1)).toMatchObject({ type: "ExecutionSucceeded" });
    expect(rest.next).toBeUndefined();

    const whole = await world.get(`${path}/io`, stepDocuments);
    expect(whole.output).toMatchObject({ id: ID, greeted: true });
    const step = await world.get(`${path}/io?path=${encodeURIComponent("/only#1")}`, stepDocuments);
    expect(step).toMatchObject({ path: "/only#1", input: { id: ID }, output: { greeted: true } });
    await world.getProblem(`${path}/io?path=/none`, 404);

    const log = await world.get(`${path}/logs?limit=10000`, logPage);
    expect(log.lines.map(({ from }) => from)).toContain("only");
    expect(log.lines.map(({ message }) => message).join("\n")).toContain("hello");
    await world.getProblem(`${path}/logs?limit=10001`, 400);
    await world.getProblem(`${path}/logs?cursor=nonsense`, 400);
    await world.getProblem(`${path}/events?cursor=-1`, 400);
  });

  test("a payload or an execution that is not there is a 404 that says where it was looked for", async () => {
    const world = makeApiWorld({ files: FILES });
    expect(await world.getProblem("/v1/payload?id=no/such", 404)).toMatchObject({ type: "not-found" });
    expect(await world.getProblem("/v1/executions/hello/none", 404)).toMatchObject({ type: "not-found" });
  });
});

test("a payload that waits for others says who is here, who is missing and until when", async () => {
  const together = { workflow: "hello", await: { payloads: [ID, "demo/workflow-hello/scene-2"], timeout: "2h" } };
  const awaiting = "demo/workflow-hello/scene-1/scene-2";
  const world = makeApiWorld({ files: FILES, maxExecutions: 10 });
  await runPayloads(world, [payloadText("hello", "scene-1")]);
  const body = JSON.stringify({ type: "FeatureCollection", process: [together] });
  await world.runtime.ports.intake.send([{ id: "waiter", body }]);
  const look = () => world.get(`/v1/payload?id=${encodeURIComponent(awaiting)}`, payload);
  const known = async () => (await world.runtime.ports.state.get([awaiting]))[0] !== undefined;
  await expect.poll(known).toBe(true);

  const waiting = await look();
  expect(waiting).toMatchObject({ state: "WAITING", attempt: 0, attempts: [] });
  expect(waiting.awaited).toEqual({
    needs: 2,
    here: 1,
    members: [
      { id: ID, isHere: true, state: "SUCCEEDED" },
      { id: "demo/workflow-hello/scene-2", isHere: false, state: "none" },
    ],
    more: false,
    until: expect.stringMatching(/Z$/),
    onTimeout: "fail",
  });
  expect(waiting.explanation).toMatchObject({
    wouldRun: false,
    next: expect.stringContaining("all of them are there"),
  });
  expect(await world.get("/v1/payloads/count?state=WAITING", payloadCount)).toEqual({ count: 1, atLeast: false });

  const { objects } = world.runtime.ports;
  const { outputUrl } = await world.get(`/v1/payload?id=${encodeURIComponent(ID)}`, payload);
  if (outputUrl === undefined || !isObjectUrl(outputUrl)) throw new Error("scene-1 has no output");
  const kept = await objects.get(outputUrl);
  await objects.remove(outputUrl);
  expect((await look()).awaited).toMatchObject({
    here: 0,
    members: [
      { isHere: false, lack: `its output is gone: ${outputUrl}`, mend: `npx cirrus payload rerun ${ID} --replace` },
      {},
    ],
  });
  if (kept.outcome !== "found") throw new Error("it was not there");
  await objects.put(outputUrl, kept.body);

  await world.runtime.ports.intake.send([{ id: "second", body: payloadText("hello", "scene-2") }]);
  await expect.poll(async () => (await look()).state).toBe("SUCCEEDED");
  const done = await look();
  expect(done.awaited).toMatchObject({ here: 2, members: [{ isHere: true }, { isHere: true }] });
  expect(done.awaited?.until).toBeUndefined();
  expect(done.attempts).toMatchObject([{ attempt: 1, state: "SUCCEEDED", input: true, output: true }]);
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
