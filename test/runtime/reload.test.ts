/** The project's files change while the runtime runs: what is new takes effect, what runs keeps what it began with. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readProject } from "../../src/project/read-project.ts";
import { makeRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { payloadText, taskFiles, temporaryProject, workflowFiles, writeFiles } from "../cli/temporary-project.ts";

/** Leaves a file when it begins, waits for the file that its item is named after, then says who it is. */
function waitAndSay(name: string): string {
  return `import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
export async function handler(payload: { features: { id: string; properties: object }[] }) {
  const [item] = payload.features;
  writeFileSync(join(import.meta.dirname, \`begun-\${item.id}\`), "");
  while (!existsSync(join(import.meta.dirname, item.id))) await new Promise((resolve) => setTimeout(resolve, 10));
  item.properties = { ...item.properties, ${name}: true };
  return payload;
}
`;
}

const TWO_STEPS = `description: Two steps
definition:
  StartAt: first
  States:
    first: { Type: Task, Resource: !GetAtt first.Arn, Next: second }
    second: { Type: Task, Resource: !GetAtt second.Arn, End: true }
`;

function start(root: string): Runtime {
  const runtime = makeRuntime({ project: readProject(root, { env: {} }).project, data: join(root, ".cirrus") });
  onTestFinished(() => runtime.stop());
  return runtime;
}

async function send(runtime: Runtime, workflow: string, item: string): Promise<void> {
  await runtime.ports.intake.send([{ id: item, body: payloadText(workflow, item) }]);
}

async function stepOf(runtime: Runtime, payloadId: string): Promise<string | undefined> {
  const [record] = await runtime.ports.state.get([payloadId]);
  if (record?.state !== "PROCESSING") return record?.state;
  return runtime.executions.live({ workflow: record.workflow, name: record.execution }).at(-1)?.state;
}

async function propertiesOf(runtime: Runtime, payloadId: string): Promise<unknown> {
  const [record] = await runtime.ports.state.get([payloadId]);
  const output = await runtime.executions.describe({ workflow: record?.workflow ?? "", name: record?.execution ?? "" });
  return (JSON.parse(output?.output ?? "{}") as { features: { properties: unknown }[] }).features[0]?.properties;
}

test("a running execution ends by its own definition with the new code; a new one follows the new definition", async () => {
  const root = temporaryProject({
    ...taskFiles("first", waitAndSay("old")),
    ...taskFiles("second", waitAndSay("second")),
    "workflows/steps/definition.yml": TWO_STEPS,
  });
  const runtime = start(root);
  await runtime.start();
  await send(runtime, "steps", "before");
  const before = "demo/workflow-steps/before";
  await expect.poll(() => existsSync(join(root, "tasks/first/begun-before"))).toBe(true);

  writeFiles(root, { "tasks/first/handler.ts": waitAndSay("fresh"), ...workflowFiles("steps", "first") });
  runtime.reload(readProject(root, { env: {} }).project);
  writeFiles(root, { "tasks/first/before": "", "tasks/second/before": "", "tasks/first/after": "" });
  await send(runtime, "steps", "after");

  const after = "demo/workflow-steps/after";
  await expect.poll(() => stepOf(runtime, before)).toBe("SUCCEEDED");
  await expect.poll(() => stepOf(runtime, after)).toBe("SUCCEEDED");
  // The invocation that ran went on with the code it had; the step after it was still there.
  expect(await propertiesOf(runtime, before)).toMatchObject({ old: true, second: true });
  expect(await propertiesOf(runtime, after)).toMatchObject({ fresh: true });
  expect(await propertiesOf(runtime, after)).not.toHaveProperty("second");
});

test("a runtime that is stopped in the middle leaves the execution to the next one, which knows its own definition", async () => {
  const root = temporaryProject({
    ...taskFiles("first", waitAndSay("first")),
    ...taskFiles("second", waitAndSay("second")),
    "workflows/steps/definition.yml": TWO_STEPS,
    "tasks/first/scene": "",
  });
  const runtime = makeRuntime({ project: readProject(root, { env: {} }).project, data: join(root, ".cirrus") });
  await runtime.start();
  await send(runtime, "steps", "scene");
  const payloadId = "demo/workflow-steps/scene";
  await expect.poll(() => stepOf(runtime, payloadId)).toBe("second");
  await runtime.stop();

  writeFiles(root, { "tasks/second/scene": "", ...workflowFiles("steps", "first") });
  const next = start(root);
  await next.start();
  await expect.poll(() => stepOf(next, payloadId)).toBe("SUCCEEDED");
  expect(await propertiesOf(next, payloadId)).toMatchObject({ first: true, second: true });
});
