/** The JSON Schema of a workflow's payloads, held against the example payloads that lie beside the workflows here. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Validator } from "@cfworker/json-schema";
import { expect, test } from "vitest";
import { processDefinition } from "../../../src/payload/process-definition.ts";
import { checkFlags } from "../../../src/project/parameters/check-flags.ts";
import { workflowSchema } from "../../../src/project/parameters/workflow-schema.ts";
import { readProject } from "../../../src/project/read-project.ts";

const { project } = readProject(resolve("."), { env: {} });
const workflow = project.workflows.get("publish-only");
if (workflow === undefined) throw new Error("no workflow publish-only");
const schema: { $defs?: { first?: { properties?: object } } } = await workflowSchema(workflow, project);
const validator = new Validator({ ...schema }, "2020-12", false);
const example = JSON.parse(readFileSync(join(workflow.directory, "payload.json"), "utf8"));

test("An example payload is one, also with the schema's own address in it", () => {
  expect(validator.validate(example).errors).toEqual([]);
  expect(validator.validate({ $schema: "publish-only.schema.json", ...example }).valid).toBe(true);
});

test.each([
  ["another workflow", { workflow: "mirror" }],
  ["a task that it does not run", { workflow: "publish-only", tasks: { publsh: {} } }],
  ["a parameter that a task does not know", { workflow: "publish-only", tasks: { publish: { publik: true } } }],
  ["a parameter that is something else", { workflow: "publish-only", tasks: { publish: { public: "yes" } } }],
])("%s is refused", (_what, definition) => {
  expect(validator.validate({ ...example, process: definition }).valid).toBe(false);
  expect(validator.validate({ ...example, process: [definition] }).valid).toBe(false);
});

test("A definition's members are those that a payload's are checked for, by their present names", () => {
  const { output_options, functions, ...present } = processDefinition.shape;
  expect(Object.keys(schema.$defs?.first?.properties ?? {}).sort()).toEqual(Object.keys(present).sort());
});

test("Flags that the state machines here read are parameters of their tasks", async () => {
  expect(await checkFlags(project)).toEqual([]);
});
