/** The author's side: a project and its parts are made, looked at, checked and run, without a terminal. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus } from "./cirrus.ts";
import { PACKAGE, temporaryProject, writeFiles } from "./temporary-project.ts";

/** What `npm install` would have put there. */
function install(root: string): void {
  mkdirSync(join(root, "node_modules"));
  symlinkSync(PACKAGE, join(root, "node_modules/cirrus-pipeline"));
  for (const name of ["zod", "vitest", "@types", "stac-ts"]) {
    symlinkSync(join(PACKAGE, "node_modules", name), join(root, "node_modules", name));
  }
}

async function initialised(): Promise<string> {
  const folder = temporaryFolder();
  const { code, stderr } = await cirrus(["init", "demo"], { cwd: folder });
  expect(code, stderr).toBe(EXIT.ok);
  install(join(folder, "demo"));
  return join(folder, "demo");
}

/** Of the folders of parts alone: following the links in node_modules has no end. */
function partsIn(root: string): readonly string[] {
  const folders = ["tasks", "functions", "workflows"]
    .map((name) => join(root, name))
    .filter((path) => existsSync(path));
  return folders.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" })).sort();
}

function runTool(cwd: string, script: string, ...args: string[]): string {
  try {
    return execFileSync(process.execPath, [join(PACKAGE, "node_modules", script), ...args], {
      cwd,
      encoding: "utf8",
      timeout: 150_000,
      // The tests of the project are no part of this run.
      env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, CI: "1" },
    });
  } catch (error) {
    throw new Error(String(Object(error).stdout));
  }
}

describe("cirrus init", () => {
  test("makes a project that is sound and whose examples end as they say", async () => {
    const cwd = await initialised();
    expect(await cirrus(["check"], { cwd })).toMatchObject({ code: EXIT.ok, stdout: "" });
    const run = await cirrus(["run", "hello", "examples/hello.json"], { cwd });
    expect(run.code, run.stderr).toBe(EXIT.ok);
    expect(JSON.parse(run.stdout)).toMatchObject({ features: [{ properties: { note: "Hello" } }] });
    const examples = await cirrus(["examples"], { cwd });
    expect(examples.stdout).toContain("2 examples ended as they say");
    expect(examples.code).toBe(EXIT.ok);
  });

  test("prints every file that it wrote, the hidden one too", async () => {
    const cwd = temporaryFolder();
    const { stdout } = await cirrus(["init", "."], { cwd });
    const files = readdirSync(cwd, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(cwd.length + 1));
    expect(stdout.trim().split("\n").sort()).toEqual(paths.sort());
    expect(paths).toContain(".gitignore");
  });

  test("a second time it writes nothing and says so", async () => {
    const cwd = await initialised();
    writeFiles(cwd, { "README.md": "mine" });
    const { code, stdout, stderr } = await cirrus(["init"], { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.conflict, stdout: "" });
    expect(stderr).toContain("already; nothing was written");
    expect(readFileSync(join(cwd, "README.md"), "utf8")).toBe("mine");
  });

  test("keeps the files of a folder that has some, and says what package.json lacks", async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { "package.json": "{}", "README.md": "mine" });
    const { code, stderr } = await cirrus(["init", "--service", "demo"], { cwd });
    expect(code).toBe(EXIT.ok);
    expect(readFileSync(join(cwd, "package.json"), "utf8")).toBe("{}");
    expect(readFileSync(join(cwd, "README.md"), "utf8")).toBe("mine");
    expect(stderr).toContain("Kept as they were: README.md, package.json.");
    expect(stderr).toMatch(/npm install file:.+ zod@/);
  });

  test("a folder with a space is quoted in what comes next", async () => {
    const { stderr } = await cirrus(["init", "my work/it's new"], { cwd: temporaryFolder() });
    expect(stderr).toContain("  cd 'my work/it'\\''s new'\n");
  });

  test("says so where the new project is inside another one", async () => {
    const cwd = await initialised();
    const { code, stderr } = await cirrus(["init", "tasks/inner"], { cwd });
    expect(code).toBe(EXIT.ok);
    expect(stderr).toContain(`It is inside the project ${cwd}`);
  });

  test("a file where the folder would be is a usage error", async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { taken: "" });
    const { code, stderr } = await cirrus(["init", "taken"], { cwd });
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("cannot be made");
  });

  test.each(["-", "9", "a".repeat(31), "a_b"])("refuses the service %s", async (service) => {
    const { code, stdout } = await cirrus(["init", `--service=${service}`], { cwd: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: "" });
  });
});

describe("cirrus create", () => {
  test("what it makes is sound, passes its own tests and types, and runs at once", async () => {
    const cwd = await initialised();
    const made = [
      ["task", "Reproject", 'Says "hi": it\'s', "--has-lambda", "--no-batch"],
      ["task", "BatchTask", "", "--has-batch", "--no-lambda"],
      ["task", "both-ways", "Runs as both", "-t", "lambda", "-t", "batch"],
      ["task", "job", "", "-t", "batch"],
      ["workflow", "flow", "One after the other", "--task", "Reproject", "BatchTask", "both-ways", "job"],
      ["feeder", "watcher", "Watches"],
      ["function", "helper", "Helps"],
    ];
    for (const args of made) {
      const { code, stderr } = await cirrus(["create", ...args], { cwd });
      expect(code, stderr).toBe(EXIT.ok);
    }
    const checked = await cirrus(["check"], { cwd });
    expect(checked.stdout).toBe("");
    for (const args of [["Reproject"], ["BatchTask", "--batch"], ["both-ways"], ["both-ways", "--batch"]]) {
      const { code, stdout, stderr } = await cirrus(["task", "run", ...args], { cwd });
      expect(code, stderr).toBe(EXIT.ok);
      expect(JSON.parse(stdout)).toMatchObject({ features: [{ properties: { note: "Hello" } }] });
    }
    const run = await cirrus(["run", "flow", "workflows/flow/payload.json"], { cwd });
    expect(run.code, run.stderr).toBe(EXIT.ok);
    runTool(cwd, "typescript/bin/tsc");
    // Its own five seconds for a test are few on a busy machine.
    runTool(cwd, "vitest/vitest.mjs", "run", "--testTimeout=120000");
  });

  test.each([
    { flags: ["--has-lambda", "--no-batch"], runs: { lambda: true, batch: false } },
    { flags: ["--no-batch"], runs: { lambda: true, batch: false } },
    { flags: ["--has-batch", "--no-lambda"], runs: { lambda: false, batch: true } },
    { flags: ["--no-lambda"], runs: { lambda: false, batch: true } },
    { flags: ["--has-lambda", "--has-batch"], runs: { lambda: true, batch: true } },
    { flags: ["--type", "batch"], runs: { lambda: false, batch: true } },
    { flags: ["--type", "lambda", "--has-batch"], runs: { lambda: true, batch: true } },
    { flags: ["-t", "lambda", "-t", "batch"], runs: { lambda: true, batch: true } },
  ])("a task with $flags runs as $runs", async ({ flags, runs }) => {
    const cwd = temporaryProject();
    expect((await cirrus(["create", "task", "mine", "", ...flags], { cwd })).code).toBe(EXIT.ok);
    const { stdout } = await cirrus(["show", "task", "mine", "-o", "json"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ name: "mine", source: "project", ...runs });
  });

  test.each([
    { args: ["create"], says: "Missing: the kind" },
    { args: ["create", "task"], says: "Missing: the name" },
    { args: ["create", "task", "mine"], says: 'create task mine "What it does"' },
    { args: ["create", "task", "mine", ""], says: "Missing: --type lambda or --type batch" },
    { args: ["create", "tsak", "mine", ""], says: "Did you mean task?" },
    { args: ["create", "task", "mine", "", "--no-lambda", "--no-batch"], says: "Leave out" },
    { args: ["create", "task", "mine", "", "-t", "lambda", "--no-lambda"], says: "contradict each other" },
    { args: ["create", "feeder", "mine", "", "--has-batch"], says: "for a task" },
    { args: ["create", "function", "mine", "", "--no-batch"], says: "for a task" },
    { args: ["create", "task", "mine", "", "-t", "lambda", "--task", "publish"], says: "for a workflow" },
    { args: ["create", "workflow", "mine", "", "--task", "publish", "publish"], says: "named twice" },
    { args: ["create", "workflow", "mine", "", "--task", "failure"], says: "a state failure of its own" },
    { args: ["create", "task", "mine", "", "--has-lambda", "-t", "gpu"], says: "Allowed choices are lambda, batch" },
    { args: ["create", "task", "../mine", "", "-t", "lambda"], says: "letters, digits and hyphens" },
    { args: ["create", "task", "my_task", "", "-t", "lambda"], says: "beginning with a letter: my-task." },
    { args: ["create", "task", "9", "", "-t", "lambda"], says: "beginning with a letter." },
    { args: ["create", "my-task", "task"], says: "The kind comes first" },
    { args: ["create", "task", "mine", "Counts", "clouds", "-t", "lambda"], says: 'create task mine "Counts clouds"' },
    { args: ["create", "task", "a".repeat(60), "", "-t", "lambda"], says: "5 characters too long" },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable that must not get into a definition
    { args: ["create", "task", "mine", "${env:HOME}", "-t", "lambda"], says: "one line" },
  ])("$args is a usage error: $says", async ({ args, says }) => {
    const cwd = temporaryProject();
    const { code, stdout, stderr } = await cirrus(args, { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: "" });
    expect(stderr).toContain(says);
    expect(readdirSync(cwd).sort()).toEqual(["cirrus.yml", "node_modules"]);
  });

  test.each([
    { first: ["task", "mine"], second: ["task", "mine"], says: "tasks/mine is already there" },
    { first: ["task", "mine"], second: ["task", "Mine"], says: "tasks/mine is already there" },
    { first: ["task", "mine"], second: ["function", "mine"], says: "The task mine" },
    { first: ["task", "a-b"], second: ["task", "aB"], says: "The logical ID ABBatchJob is taken by tasks/a-b" },
    { first: ["workflow", "mine"], second: ["workflow", "mine"], says: "workflows/mine is already there" },
  ])("$second after $first is a conflict that changes nothing", async ({ first, second, says }) => {
    const cwd = temporaryProject();
    const types = (kind: string | undefined) => (kind === "task" ? ["-t", "lambda", "-t", "batch"] : []);
    await cirrus(["create", ...first, "first", ...types(first[0])], { cwd });
    const before = partsIn(cwd);
    const { code, stderr } = await cirrus(["create", ...second, "second", ...types(second[0])], { cwd });
    expect(stderr).toContain(says);
    expect(code).toBe(EXIT.conflict);
    expect(partsIn(cwd)).toEqual(before);
  });

  test("a task that replaces a built-in one says so", async () => {
    const cwd = temporaryProject();
    const { stderr } = await cirrus(["create", "task", "publish", "", "-t", "lambda"], { cwd });
    expect(stderr).toContain("It replaces the built-in task publish.");
  });

  test("a workflow of a task that is not there is refused with the nearest name", async () => {
    const { code, stderr } = await cirrus(["create", "workflow", "flow", "", "--task", "publsh"], {
      cwd: temporaryProject(),
    });
    expect(code).toBe(EXIT.notFound);
    expect(stderr).toContain("Did you mean publish?");
  });
});

describe("cirrus check", () => {
  test("finds every problem in one go, each with its place and what to do, and exits with 3", async () => {
    const cwd = await initialised();
    writeFiles(cwd, {
      "tasks/hello/definition.yml": "description: x\nlamda:\n  enabled: true\nlambda:\n  memorySize: 1\n",
      "workflows/hello/definition.yml":
        "definition:\n  StartAt: only\n  States:\n    only:\n      Type: Task\n      Resource: !GetAtt publsh.Arn\n      Next: nowhere\n",
      "workflows/hello/payload.json": '{"type":"FeatureCollection","features":[],"process":[{"workflow":"helo"}]}',
    });
    const { code, stdout, stderr } = await cirrus(["check"], { cwd });
    expect(code).toBe(EXIT.config);
    expect(stdout).toMatch(/^ {2}tasks\/hello\/definition\.yml:2:1 \$\.lamda: /m);
    expect(stdout).toContain("Did you mean lambda?");
    expect(stdout).toMatch(/^ {2}tasks\/hello\/definition\.yml:5:\d+ \$\.lambda\.memorySize: /m);
    expect(stdout).toMatch(/^ {2}workflows\/hello\/definition\.yml:\d+:\d+ .*nowhere/m);
    expect(stdout).toContain("workflows/hello/payload.json");
    expect(stderr).toMatch(/✗ \d+ problems in 3 files\./);
    const json = await cirrus(["check", "-o", "json"], { cwd });
    expect(JSON.parse(json.stdout)).toContainEqual(
      expect.objectContaining({ file: "tasks/hello/definition.yml", line: 2, column: 1 }),
    );
  });

  test("a mistake is one problem, and what follows from broken YAML is none", async () => {
    const cwd = await initialised();
    writeFiles(cwd, {
      "tasks/hello/definition.yml": 'description: "unclosed\nlambda: {}\n',
      "workflows/hello/definition.yml":
        "definition:\n  StartAt: only\n  States:\n    only:\n      Type: Task\n      Resource: !GetAtt publsh.Arn\n      End: true\n",
    });
    const { stdout } = await cirrus(["check", "-o", "json"], { cwd });
    const problems: { readonly file: string; readonly code: string; readonly message: string }[] = JSON.parse(stdout);
    expect(problems.filter(({ file }) => file === "tasks/hello/definition.yml").map(({ code }) => code)).toEqual([
      "yaml",
    ]);
    expect(problems.filter(({ message }) => message.includes("publsh"))).toHaveLength(1);
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of the Serverless Framework
  test("a reference to nothing says where to declare it, and what is called alike", async () => {
    const cwd = temporaryProject({
      "cloudformation/more.yml":
        'Resources:\n  More:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Ref BatchRoleForService\n      Tags: [{ Key: "#{AWS::Stackname}", Value: !Sub "${env:NOT_THERE}" }]\n',
    });
    const { stdout } = await cirrus(["check"], { cwd });
    expect(stdout).toMatch(
      /There is no BatchRoleForService in the project\n +Declare it in cloudformation\/.*likest are: .*Batch\w*Role/,
    );
    expect(stdout).toContain("Did you mean AWS::StackName?");
    expect(stdout).toContain("say what holds without it: ${env:NOT_THERE, 'value'}");
    expect(stdout).not.toContain("There is no env:NOT_THERE in the project");
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above

  test("a circle of variables is one problem with its place", async () => {
    const cwd = temporaryProject({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of the Serverless Framework
      "cirrus.yml": "service: demo\ncustom:\n  a: ${self:custom.b}\n  b: ${self:custom.a}\n",
    });
    const { code, stdout } = await cirrus(["check"], { cwd });
    expect(code).toBe(EXIT.config);
    expect(stdout).toMatch(/cirrus\.yml:[34]:\d+/);
  });

  test("a task that an example payload names and that is not there is a problem", async () => {
    const cwd = await initialised();
    const file = join(cwd, "workflows/hello/payload.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"hello": {}', '"helo": {}'));
    const { stdout } = await cirrus(["check"], { cwd });
    expect(stdout).toContain("names the task helo");
    expect(stdout).toContain("Did you mean hello?");
  });
});
