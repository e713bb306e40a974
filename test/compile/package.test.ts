// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cirrus.yml holds variables
/** The Serverless Framework itself packages projects with the plugin: offline, without credentials. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { HANDLER, writeFolder } from "../project/project-folder.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SERVERLESS = join(ROOT, "node_modules/serverless/bin/serverless.js");

const SETTINGS = "service: demo\nprovider:\n  name: aws\n  stage: ${opt:stage, 'dev'}\n";

/** A project outside the checkout, with its own packages and the checkout as one of them. */
function writeProject(files: Readonly<Record<string, string>>): string {
  const root = writeFolder({
    "cirrus.yml": SETTINGS,
    "serverless.yml": readFileSync(join(ROOT, "serverless.yml"), "utf8"),
    ...files,
  });
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  return root;
}

function serverless(cwd: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    HOME: cwd,
    AWS_EC2_METADATA_DISABLED: "true",
    NO_COLOR: "1",
  };
  return new Promise((settle) => {
    execFile(process.execPath, [SERVERLESS, ...args], { cwd, env }, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

/** The names in a zip, from its central directory. */
function namesIn(zip: string): string[] {
  const bytes = readFileSync(zip);
  const names: string[] = [];
  for (let at = bytes.indexOf("PK\u0001\u0002"); at >= 0; at = bytes.indexOf("PK\u0001\u0002", at + 4)) {
    names.push(bytes.toString("utf8", at + 46, at + 46 + bytes.readUInt16LE(at + 28)));
  }
  return names;
}

const TASK = {
  "tasks/hello/definition.yml": "lambda: {}\n",
  "tasks/hello/handler.ts": HANDLER,
};

// A busy machine takes its time for four packagings.
vi.setConfig({ testTimeout: 600_000 });

const RULES = {
  "cloudformation/rules.yml":
    'Parameters: {P: {Type: String, Default: x}}\nRules: {One: {Assertions: [{Assert: !Equals [!Ref P, x], AssertDescription: "x"}]}}\n',
};

describe("serverless package", () => {
  test("makes a zip of every function, the package's own as well, and the same bytes wherever it is done", async () => {
    const [root, elsewhere] = [writeProject({ ...TASK, ...RULES }), writeProject({ ...TASK, ...RULES })];
    const made = async (root: string) => {
      const { code, output } = await serverless(root, ["package", "--stage", "prod"]);
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("Service packaged") });
      const zips = readdirSync(join(root, ".serverless")).filter((name) => name.endsWith(".zip"));
      return Object.fromEntries(zips.map((name) => [name, crc32(readFileSync(join(root, ".serverless", name)))]));
    };
    const [first, second] = await Promise.all([made(root), made(elsewhere)]);
    expect(second).toEqual(first);
    expect(Object.keys(first)).toEqual(expect.arrayContaining(["hello.zip", "publish.zip", "add-preview.zip"]));
    expect(namesIn(join(root, ".serverless/hello.zip"))).toEqual(["tasks/hello/handler.mjs"]);
    // Nothing of the other functions; what is imported later is beside the handler.
    const published = namesIn(join(root, ".serverless/publish.zip"));
    expect(published).toContain(".cirrus/entries/publish/handler.mjs");
    expect(published.filter((name) => !/^\.cirrus\/entries\/publish\/handler(\.\w+)?\.mjs$/.test(name))).toEqual([]);
    // The page is where it is served, and not where operators only act.
    expect(namesIn(join(root, ".serverless/api.zip"))).toEqual(
      expect.arrayContaining(["dashboard/index.html", "task-schemas.json"]),
    );
    expect(
      namesIn(join(root, ".serverless/act.zip")).filter((name) => /^(?:dashboard|task-schemas)/.test(name)),
    ).toEqual([]);
    const preview = namesIn(join(root, ".serverless/add-preview.zip"));
    expect(preview).toContain("node_modules/sharp/package.json");
    expect(preview.filter((name) => name.endsWith(".node"))).toHaveLength(1);
    const template = readFileSync(join(root, ".serverless/cloudformation-template-update-stack.json"), "utf8");
    expect(JSON.parse(template)).toMatchObject({ Parameters: { P: { Default: "x" } }, Rules: { One: {} } });
    expect(template).not.toContain("AWS::Lambda::Version");
  });

  test("says everything that is wrong with the project at once, and makes nothing", async () => {
    const root = writeProject({
      ...TASK,
      "tasks/broken/definition.yml": "lamda: {}\n",
      "tasks/nameless/definition.yml": "lambda: {}\n",
      "tasks/nameless/handler.ts": "export const handlr = () => {};\n",
      "workflows/flow/definition.yml":
        "definition: {StartAt: a, States: {a: {Type: Task, Resource: !GetAtt helo.Arn, End: true}}}\n",
    });
    const { code, output } = await serverless(root, ["package"]);
    expect(code).toBe(1);
    expect(output).toContain("The project has 3 problems; nothing was deployed.");
    expect(output).toContain("tasks/broken/definition.yml:1:1 $.lamda: Unknown key lamda\n    Did you mean lambda?");
    expect(output).toContain("tasks/nameless/handler.ts:1:14: The module exports no handler");
    expect(output).toMatch(
      /workflows\/flow\/definition.yml:1:\d+ .*There is no helo in the project\n {4}Did you mean hello\?/,
    );
    expect(existsSync(join(root, ".serverless"))).toBe(false);
  });
});

test("serverless deploy without credentials says so and touches nothing", async () => {
  // Packages are left out of the bundles, which are made before credentials are looked for.
  const project = writeProject({ ...TASK, "cirrus.yml": `${SETTINGS}custom:\n  esbuild: {packages: external}\n` });
  const { code, output } = await serverless(project, ["deploy"]);
  expect(code).toBe(1);
  expect(output).toContain("AWS provider credentials not found");
});

test("serverless print shows the functions and the resources of the project", async () => {
  const { code, output } = await serverless(writeProject(TASK), ["print", "--stage", "prod"]);
  expect(code).toBe(0);
  expect(output).toContain("name: demo-prod-hello");
  expect(output).toContain("HelloLambdaRole:");
});
