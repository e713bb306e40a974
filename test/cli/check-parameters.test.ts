/** Payloads that say to a task what it does not take: refused before anything is sent, or sent all the same. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { payloadText, taskFiles, temporaryProject, workflowFiles, writeFiles } from "./temporary-project.ts";

const HANDLER = `import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({ name: "count", parameters: z.object({ limit: z.int().max(9) }), run() {} });
`;
const said = (parameters: object) => ({ process: [{ workflow: "flow", tasks: { count: parameters } }] });

function makeProject(): string {
  return temporaryProject({ ...taskFiles("count", HANDLER), ...workflowFiles("flow", "count") });
}

test("What a task does not take is refused by validate, publish and run, with its place", async () => {
  const cwd = makeProject();
  writeFiles(cwd, { "wrong.json": payloadText("flow", "a", said({ limit: 10 })) });
  const place = "wrong.json $.process[0].tasks.count.limit: count: found 10, expected at most 9";
  for (const args of [["payload", "validate"], ["publish"], ["run", "flow"]]) {
    const { code, stdout, stderr } = await cirrus([...args, "wrong.json"], { cwd });
    expect({ args, code, stdout }).toEqual({ args, code: EXIT.config, stdout: "" });
    expect(stderr).toContain(place);
  }
  const sent = await cirrus(["publish", "wrong.json", "--no-validate"], { cwd });
  expect(sent).toMatchObject({ code: EXIT.ok, stdout: expect.stringMatching(/\S/) });
});

test("What no task reads is told once for all payloads, and they are sent", async () => {
  const cwd = makeProject();
  const lines = ["a", "b", "c"].map((item) => payloadText("flow", item, said({ limit: 1, limmit: 2 })));
  writeFiles(cwd, { "many.ndjson": `${lines.join("\n")}\n` });
  const { code, stdout, stderr } = await cirrus(["publish", "many.ndjson"], { cwd });
  expect(code).toBe(EXIT.ok);
  expect(stdout.trim().split("\n")).toHaveLength(3);
  expect(stderr.split("count has no parameter limmit")).toHaveLength(2);
  expect(stderr).toContain("Did you mean limit?");
});

test("A task that is run alone tells what it does not read, too", async () => {
  const cwd = makeProject();
  writeFiles(cwd, { "odd.json": payloadText("flow", "a", said({ limit: 1, limmit: 2 })) });
  const { code, stderr } = await cirrus(["task", "run", "count", "odd.json"], { cwd });
  expect(code).toBe(EXIT.ok);
  expect(stderr).toContain("odd.json $.process[0].tasks.count.limmit: count has no parameter limmit");
  expect(stderr).toContain("Did you mean limit?");
});

test.each([
  [".", "tasks/count/payload.json"],
  ["tasks", "count/payload.json"],
])("The payload beside a task is named from the folder that the command is called in: %s", async (folder, file) => {
  const root = makeProject();
  writeFiles(root, { "tasks/count/payload.json": payloadText("flow", "a", said({ limit: 1, limmit: 2 })) });
  const { code, stderr } = await cirrus(["task", "run", "count"], { cwd: join(root, folder) });
  expect(code).toBe(EXIT.ok);
  expect(stderr).toContain(`  ${file} $.process[0].tasks.count.limmit`);
});

const TO_FLWO = { process: [{ workflow: "flow", tasks: { count: { limit: 1 } } }, { workflow: "flwo" }] };

test("What is for no workflow of the project is not sent to it, wherever in a chain it stands", async () => {
  const cwd = makeProject();
  writeFiles(cwd, {
    "a.json": payloadText("elsewhere", "a"),
    "b.json": payloadText("flow", "b", TO_FLWO),
  });
  const { code, stdout, stderr } = await cirrus(["publish", "a.json", "b.json"], { cwd });
  expect({ code, stdout }).toEqual({ code: EXIT.config, stdout: "" });
  expect(stderr).toMatch(/^error: This is for a workflow that does not exist:\n/);
  expect(stderr).toContain("a.json $.process[0].workflow: there is no workflow elsewhere in this project");
  expect(stderr).toMatch(/b\.json \$\.process\[1\]\.workflow: .*\n +Did you mean flow\?/);
  expect(stderr).toContain("--no-validate");
  const sent = await cirrus(["publish", "a.json", "--no-validate"], { cwd });
  expect(sent).toMatchObject({ code: EXIT.ok, stdout: expect.stringMatching(/\S/) });
});

test("A workflow whose definition cannot be read just now is not called missing: what runs may know it", async () => {
  const cwd = makeProject();
  writeFiles(cwd, { "workflows/other/definition.yml": "definition: [\n", "a.json": payloadText("other", "a") });
  expect(await cirrus(["publish", "a.json"], { cwd })).toMatchObject({ code: EXIT.ok });
});

test("Of a stage the project around knows less: what looks like a slip is told, with what would become of it", async () => {
  const cwd = makeProject();
  writeFiles(cwd, { "b.json": payloadText("flow", "b", TO_FLWO) });
  const { stderr } = await cirrus(["publish", "b.json", "--stage", "test", "--endpoint-url", "http://127.0.0.1:1"], {
    cwd,
    env: { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", AWS_REGION: "us-west-2", AWS_MAX_ATTEMPTS: "1" },
  });
  expect(stderr).toMatch(/^warning: Sent to a workflow that does not exist, a payload ends FAILED:\n +b\.json /);
  expect(stderr).not.toContain("Nothing reads this");
});
