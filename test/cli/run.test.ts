import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { featureOf, payloadText, taskFiles, temporaryProject, workflowFiles, writeFiles } from "./temporary-project.ts";

const STAMP = `import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({
  name: "stamp",
  description: "Stamps items",
  parameters: z.object({}),
  run({ items, log }) {
    for (const item of items) {
      if (item.id === "bad") throw new RangeError("The sun is down.");
      item.properties.stamped = true;
    }
    log.info("stamped");
  },
});
`;

function project(files: Readonly<Record<string, string>> = {}): string {
  return temporaryProject({ ...taskFiles("stamp", STAMP), ...workflowFiles("stamp", "stamp"), ...files });
}

const lines = (text: string) => text.split("\n").filter(Boolean);
const idsOf = (stdout: string) => lines(stdout).map((line) => (JSON.parse(line) as { id: string }).id);

describe("cirrus run", () => {
  test("prints the resulting payload as JSON on standard output, and nothing else there", async () => {
    const cwd = project({ "payload.json": payloadText("stamp", "scene") });
    const { code, stdout, stderr } = await cirrus(["run", "stamp", "payload.json"], { cwd });
    expect(code, stderr).toBe(EXIT.ok);
    expect(JSON.parse(stdout)).toMatchObject({
      id: "demo/workflow-stamp/scene",
      features: [{ id: "scene", properties: { stamped: true } }],
    });
    expect(stderr).toContain("✓ SUCCEEDED demo/workflow-stamp/scene");
  });

  test("takes several files, NDJSON, standard input and items alone, and prints a payload a line in their order", async () => {
    const cwd = project({
      "one.json": payloadText("stamp", "one"),
      "more.ndjson": `${payloadText("stamp", "two")}\n\n${payloadText("stamp", "three")}\n`,
    });
    const stdin = JSON.stringify(featureOf("four"));
    const { code, stdout, stderr } = await cirrus(["run", "stamp", "one.json", "more.ndjson", "-"], { cwd, stdin });
    expect(code, stderr).toBe(EXIT.ok);
    expect(idsOf(stdout)).toEqual(["one", "two", "three", "four"].map((item) => `demo/workflow-stamp/${item}`));
  });

  test("a second run says why it runs nothing and prints the payload that is kept; --replace runs it again", async () => {
    const cwd = project({ "payload.json": payloadText("stamp", "scene") });
    const first = await cirrus(["run", "stamp", "payload.json"], { cwd });
    const second = await cirrus(["run", "stamp", "payload.json"], { cwd });
    expect(second.code).toBe(EXIT.ok);
    expect(second.stdout).toBe(first.stdout);
    expect(second.stderr).toMatch(/skipped: SUCCEEDED since .+ "replace": true/);
    const third = await cirrus(["run", "stamp", "payload.json", "--replace"], { cwd });
    expect(third.stderr).toContain("attempt 2");
    expect(third.stderr).not.toContain("skipped");
  });

  test("some of several failed: exit code 8, the others are printed, and it says where the logs are", async () => {
    const cwd = project({ "all.ndjson": `${payloadText("stamp", "good")}\n${payloadText("stamp", "bad")}\n` });
    const { code, stdout, stderr } = await cirrus(["run", "stamp", "all.ndjson"], { cwd });
    expect(code).toBe(EXIT.partial);
    expect(idsOf(stdout)).toEqual(["demo/workflow-stamp/good"]);
    expect(stderr).toContain("RangeError: The sun is down.");
    expect(stderr).toContain(".cirrus/logs/");
  });

  test("all failed: exit code 1 and nothing on standard output", async () => {
    const cwd = project({ "bad.json": payloadText("stamp", "bad") });
    expect(await cirrus(["run", "stamp", "bad.json"], { cwd })).toMatchObject({ code: EXIT.failed, stdout: "" });
  });

  test("what is no payload is refused with every problem at once, before anything runs", async () => {
    const cwd = project({
      "good.json": payloadText("stamp", "scene"),
      "bad.ndjson": `${payloadText("other", "scene")}\n${payloadText("stamp", "x", { features: 7 })}\n`,
    });
    const { code, stdout, stderr } = await cirrus(["run", "stamp", "good.json", "bad.ndjson"], { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.config, stdout: "" });
    expect(stderr).toContain("bad.ndjson:1 $.process[0].workflow");
    expect(stderr).toContain("bad.ndjson:2 $.features");
    expect(existsSync(join(cwd, ".cirrus"))).toBe(false);
  });
});

describe("cirrus task run", () => {
  const BATCH = `batch:
  enabled: true
  resources:
    Resources:
      StampAsBatchJob:
        Type: AWS::Batch::JobDefinition
        Properties:
          JobDefinitionName: "#{AWS::StackName}-stamp"
          Type: container
          Parameters:
            url: ""
            url_out: ""
          ContainerProperties:
            Image: any
            Command: [cirrus-batch, process, "Ref::url", --output, "Ref::url_out"]
            ResourceRequirements:
              - Type: VCPU
                Value: "1"
              - Type: MEMORY
                Value: "1024"
`;

  test("as a Lambda and as a Batch job gives the same payload, and its log on standard error", async () => {
    const cwd = temporaryProject({
      ...taskFiles("stamp", STAMP, { batch: BATCH }),
      "payload.json": payloadText("stamp", "scene"),
    });
    const lambda = await cirrus(["task", "run", "stamp", "payload.json"], { cwd });
    const batch = await cirrus(["task", "run", "stamp", "payload.json", "--batch"], { cwd });
    expect(lambda.code, lambda.stderr).toBe(EXIT.ok);
    expect(batch.code, batch.stderr).toBe(EXIT.ok);
    expect(JSON.parse(lambda.stdout)).toMatchObject({ features: [{ properties: { stamped: true } }] });
    expect(JSON.parse(lambda.stdout)).toEqual(JSON.parse(batch.stdout));
    for (const { stderr } of [lambda, batch]) expect(stderr).toContain("stamped");
  });

  test.each([["--batch"], ["Lambda"]])("fails with the task's own error and exit code 1 (%s)", async (how) => {
    const cwd = temporaryProject({
      ...taskFiles("stamp", STAMP, { batch: BATCH }),
      "bad.json": payloadText("stamp", "bad"),
    });
    const flags = how === "--batch" ? [how] : [];
    const { code, stdout, stderr } = await cirrus(["task", "run", "stamp", "bad.json", ...flags], { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.failed, stdout: "" });
    expect(stderr).toContain("RangeError: The sun is down.");
  });

  test("--batch of a task without a job definition, and a Lambda that is none, say what to do instead", async () => {
    const files = { ...taskFiles("stamp", STAMP), "payload.json": payloadText("stamp", "scene") };
    const { code, stderr } = await cirrus(["task", "run", "stamp", "payload.json", "--batch"], {
      cwd: temporaryProject(files),
    });
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain("leave out --batch");
  });

  test("--workdir keeps what the task leaves there; --no-upload and --no-validate tell it what to leave out", async () => {
    const handler = `import { writeFileSync } from "node:fs";
export const handler = async (payload: unknown) => {
  writeFileSync(\`\${process.env.CIRRUS_WORKDIR}/note.txt\`, \`\${process.env.CIRRUS_UPLOAD} \${process.env.CIRRUS_VALIDATE}\`);
  return payload;
};
`;
    const cwd = temporaryProject({
      ...taskFiles("write", handler),
      "payload.json": payloadText("write", "scene"),
      "work/x": "",
    });
    const args = ["task", "run", "write", "payload.json", "--workdir", "work", "--no-upload", "--no-validate"];
    expect(await cirrus(args, { cwd })).toMatchObject({ code: EXIT.ok });
    expect(readFileSync(join(cwd, "work/note.txt"), "utf8")).toBe("false false");
  });

  test("--save-workdir keeps a temporary folder, and says which", async () => {
    const handler = `import { writeFileSync } from "node:fs";
export const handler = async (payload: unknown) => {
  writeFileSync(\`\${process.env.CIRRUS_WORKDIR}/note.txt\`, "kept");
  return payload;
};
`;
    const cwd = temporaryProject({ ...taskFiles("write", handler), "payload.json": payloadText("write", "scene") });
    const { stderr } = await cirrus(["task", "run", "write", "payload.json", "--save-workdir"], { cwd });
    const [, kept = ""] = /^The task works in (.+), which is kept\.$/m.exec(stderr) ?? [];
    expect(readFileSync(join(kept, "note.txt"), "utf8")).toBe("kept");
    rmSync(kept, { recursive: true });
  });
});

describe("cirrus state and cirrus dlq", () => {
  test("list, get and counts tell what became of payloads", async () => {
    const cwd = project({ "all.ndjson": `${payloadText("stamp", "good")}\n${payloadText("stamp", "bad")}\n` });
    await cirrus(["run", "stamp", "all.ndjson"], { cwd });
    const list = await cirrus(["state", "list"], { cwd });
    expect(list.stdout).toMatch(/✗ FAILED +1 .+demo\/workflow-stamp\/bad +RangeError: The sun is down\./);
    const failed = await cirrus(["state", "list", "--state", "failed", "-o", "json"], { cwd });
    expect(JSON.parse(failed.stdout)).toMatchObject([{ payloadId: "demo/workflow-stamp/bad" }]);
    const get = await cirrus(["state", "get", "demo/workflow-stamp/good"], { cwd });
    expect(JSON.parse(get.stdout)).toMatchObject({
      state: "SUCCEEDED",
      history: [{ to: "CLAIMED" }, { to: "PROCESSING" }, { to: "SUCCEEDED" }],
    });
    const counts = await cirrus(["state", "counts", "-o", "json"], { cwd });
    expect(JSON.parse(counts.stdout)).toEqual([
      { workflow: "stamp", collections: "demo", state: "FAILED", count: 1 },
      { workflow: "stamp", collections: "demo", state: "SUCCEEDED", count: 1 },
    ]);
  });

  test("say so where there is nothing yet", async () => {
    const cwd = project();
    expect(await cirrus(["state", "list"], { cwd })).toMatchObject({ code: EXIT.ok, stdout: "" });
    expect(await cirrus(["dlq", "list"], { cwd })).toMatchObject({ code: EXIT.ok, stdout: "" });
    expect(readdirSync(join(cwd, ".cirrus"))).toContain("cirrus.db");
  });
});

describe("a project with problems", () => {
  test("runs nothing and tells each with file, line, column and what to do", async () => {
    const cwd = project({ "payload.json": payloadText("stamp", "scene") });
    writeFiles(cwd, workflowFiles("broken", "stmap"));
    const { code, stdout, stderr } = await cirrus(["run", "stamp", "payload.json"], { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.config, stdout: "" });
    expect(stderr).toMatch(/workflows\/broken\/definition\.yml:\d+:\d+/);
    expect(stderr).toContain("stamp");
    expect(existsSync(join(cwd, ".cirrus"))).toBe(false);
  });
});
