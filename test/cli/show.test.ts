import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { PACKAGE, taskFiles, temporaryProject, workflowFiles, writeFiles } from "./temporary-project.ts";

const HANDLER = "export const handler = async (event: unknown) => event;\n";

function project(): string {
  return temporaryProject({
    ...taskFiles("paint", HANDLER),
    ...workflowFiles("painting", "paint"),
    "tasks/off/definition.yml": "description: Not now\nenabled: false\nlambda: {}\n",
    "tasks/off/handler.ts": HANDLER,
    "tasks/paint/README.md": "# paint\n\nPaints **all** of it.\n\n| a | b |\n| - | - |\n| `x` | y |\n",
    "cloudformation/shared.yml": "Resources:\n  OwnTopic:\n    Type: AWS::SNS::Topic\n",
  });
}

describe("cirrus show cloudformation", () => {
  test("in the package itself has the sections in brackets and says which built-in part declares what", async () => {
    const { code, stdout } = await cirrus(["show", "cloudformation"], { cwd: PACKAGE });
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/^\[Outputs\]\n/m);
    expect(stdout).toMatch(/^CirrusQueueSnsArn \(built-in\)$/m);
    expect(stdout).toMatch(
      /^\[Resources\]\nAddPreviewAsBatchJob \[AWS::Batch::JobDefinition\] \(from built-in task add-preview\)$/m,
    );
    expect(stdout).toMatch(/^BasicOnDemandComputeEnvironment \[AWS::Batch::ComputeEnvironment\] \(built-in\)$/m);
    expect(stdout).toMatch(/^BasicOnDemandJobQueue \[AWS::Batch::JobQueue\] \(built-in\)$/m);
  });

  test("tells a project's own entries from the built-in ones", async () => {
    const { stdout } = await cirrus(["show", "cf"], { cwd: project() });
    expect(stdout).toMatch(/^OwnTopic \[AWS::SNS::Topic\] \(project\)$/m);
    expect(stdout).toMatch(/^AddPreviewAsBatchJob \[AWS::Batch::JobDefinition\] \(from built-in task add-preview\)$/m);
  });

  test("can be narrowed to a type or a logical ID, and shows one's definition", async () => {
    const cwd = project();
    const typed = await cirrus(["show", "cloudformation", "-t", "Batch::JobQueue"], { cwd });
    expect(typed.stdout.trim().split("\n").slice(1)).toEqual([
      expect.stringContaining("BasicOnDemandJobQueue"),
      expect.stringContaining("BasicSpotJobQueue"),
      expect.stringContaining("LoopJobQueue"),
      expect.stringContaining("ReprojectJobQueue500GB"),
    ]);
    const one = await cirrus(["show", "cloudformation", "OwnTopic", "definition"], { cwd });
    expect(parse(one.stdout)).toEqual({ OwnTopic: { Type: "AWS::SNS::Topic" } });
    const json = await cirrus(["show", "cloudformation", "OwnTopic", "-o", "json"], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject([
      { section: "Resources", type: "AWS::SNS::Topic", source: "project" },
    ]);
  });

  test("what is not there is a name away", async () => {
    const { code, stderr } = await cirrus(["show", "cloudformation", "OwnTopik"], { cwd: project() });
    expect(code).toBe(EXIT.notFound);
    expect(stderr).toContain("Did you mean OwnTopic?");
  });
});

describe("cirrus show", () => {
  test("lists the tasks with where they come from, how they run and what they do", async () => {
    const { stdout } = await cirrus(["show", "tasks"], { cwd: project() });
    expect(stdout).toMatch(/^add-preview +\(built-in\) +lambda, batch +Adds a preview/m);
    expect(stdout).toMatch(/^paint +\(project\) +lambda +A task of a test$/m);
    expect(stdout).toMatch(/^off +\(project\) +DISABLED +Not now$/m);
  });

  test("of feeders that come with Cirrus it says how they run", async () => {
    const { stdout } = await cirrus(["show", "feeders"], { cwd: project() });
    expect(stdout).toMatch(/^feed-rerun +\(built-in\) +cirrus feed +Sends/m);
    expect(stdout).not.toContain("DISABLED");
  });

  test.each(["tasks", "feeders", "functions", "workflows", "cloudformation", "config"])(
    "%s -o json is JSON",
    async (kind) => {
      const { code, stdout } = await cirrus(["show", kind, "-o", "json"], { cwd: project() });
      expect(code).toBe(EXIT.ok);
      expect(Array.isArray(JSON.parse(stdout))).toBe(true);
    },
  );

  test("a definition has its variables replaced", async () => {
    const { stdout } = await cirrus(["show", "task", "reproject", "definition", "--stage", "prod"], { cwd: project() });
    const job = parse(stdout).batch.resources.Resources.ReprojectBatchJob;
    expect(JSON.stringify(job)).toContain("cirrus-batch:reproject-prod");
    expect(stdout).not.toContain("${opt:");
  });

  test("a job definition is shown with the environment that it inherits, as it is deployed", async () => {
    const { stdout } = await cirrus(["show", "task", "reproject", "definition"], { cwd: project() });
    const { Properties } = parse(stdout).batch.resources.Resources.ReprojectBatchJob;
    expect(Properties.ContainerProperties.Environment).toContainEqual({
      Name: "AWS_REGION",
      Value: { Ref: "AWS::Region" },
    });
    expect(Properties.ContainerProperties.Environment).toContainEqual({ Name: "CIRRUS_LOG_LEVEL", Value: "info" });
  });

  test("a README is plain in a pipe, and laid out on a terminal", async () => {
    const cwd = project();
    const plain = await cirrus(["show", "task", "paint", "readme"], { cwd });
    expect(plain.stdout).toContain("Paints **all** of it.");
    const laidOut = await cirrus(["show", "task", "paint", "readme"], { cwd, terminal: true, env: { NO_COLOR: "1" } });
    expect(laidOut.stdout).toBe("paint\n═════\n\nPaints all of it.\n\na  b\nx  y\n");
  });

  test("marks of generated parts are not shown on a terminal", async () => {
    const seen = { cwd: project(), terminal: true, env: { NO_COLOR: "1" } };
    const { stdout } = await cirrus(["show", "workflow", "publish-only", "readme"], seen);
    expect(stdout).toContain("Picture");
    expect(stdout).not.toContain("<!--");
  });

  test("a task's schema is what a payload may say to it, and a workflow's what its payloads are", async () => {
    const cwd = project();
    const task = await cirrus(["show", "task", "publish", "schema"], { cwd });
    expect(JSON.parse(task.stdout)).toMatchObject({ properties: { public: { type: "boolean", default: false } } });
    const workflow = await cirrus(["show", "workflow", "publish-only", "schema"], { cwd });
    expect(JSON.parse(workflow.stdout)).toMatchObject({ type: "object", required: ["type", "features", "process"] });
    const short = await cirrus(["show", "task", "publish"], { cwd });
    expect(short.stdout).toMatch(/^public +true or false +false +Everyone/m);
    const none = await cirrus(["show", "task", "paint", "schema"], { cwd });
    expect(none).toMatchObject({ code: EXIT.notFound, stdout: "" });
  });

  test("handlers and example payloads are shown as they are", async () => {
    const cwd = project();
    expect((await cirrus(["show", "task", "paint", "handler"], { cwd })).stdout).toBe(HANDLER);
    const { stdout } = await cirrus(["show", "workflow", "publish-only", "payload"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ process: [{ workflow: "publish-only" }] });
  });

  test("one part in short names the workflows that use it", async () => {
    const { stdout } = await cirrus(["show", "task", "paint"], { cwd: project() });
    expect(stdout).toMatch(/^used by +painting$/m);
  });

  test.each([
    { args: ["tsks"], code: EXIT.usage, says: "Did you mean tasks?" },
    { args: ["task", "pant"], code: EXIT.notFound, says: "Did you mean paint?" },
    { args: ["task", "paint", "raedme"], code: EXIT.usage, says: "Did you mean readme?" },
    { args: ["task", "paint", "payload"], code: EXIT.notFound, says: "It has: definition, readme, handler, schema." },
    { args: ["config", "provder"], code: EXIT.notFound, says: "There is no setting provder" },
  ])("$args ends with $code: $says", async ({ args, code, says }) => {
    const ended = await cirrus(["show", ...args], { cwd: project() });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: "" });
    expect(ended.stderr).toContain(says);
  });

  test("the configuration says where each value comes from, and hides what is called a secret", async () => {
    const cwd = temporaryProject();
    writeFiles(cwd, { "cirrus.yml": "service: demo\nprovider:\n  environment:\n    MY_API_KEY: abc\n" });
    const { stdout } = await cirrus(["show", "config", "--stage", "prod"], { cwd });
    expect(stdout).toMatch(/^service +demo +cirrus\.yml:1$/m);
    expect(stdout).toMatch(/^provider\.stage +prod +--stage$/m);
    expect(stdout).toMatch(/^provider\.region +us-west-2 +default$/m);
    expect(stdout).toMatch(/^provider\.environment\.CIRRUS_PAYLOAD_ROOT_PREFIX +cirrus +built-in$/m);
    expect(stdout).toMatch(/^provider\.environment\.MY_API_KEY +\*{8} +cirrus\.yml:4$/m);
    expect((await cirrus(["show", "config", "-o", "yaml"], { cwd })).stdout).not.toContain("abc");
  });
});
