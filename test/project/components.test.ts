// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts hold the project's own variables
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CONFIG, HANDLER, read, readAt, show, writeFolder, yaml } from "./project-folder.ts";

const LAMBDA = "lambda: {}\n";

describe("a Lambda component", () => {
  test("has the Serverless Framework's defaults: 1024 MB, 6 s, handler.handler", () => {
    const { project, problems } = read({ "tasks/publish/definition.yml": LAMBDA, "tasks/publish/handler.ts": HANDLER });
    expect(problems).toEqual([]);
    expect(project.tasks.get("publish")).toMatchObject({
      name: "publish",
      kind: "task",
      source: "project",
      enabled: true,
      directory: join(project.root, "tasks/publish"),
      lambda: {
        enabled: true,
        handler: "handler.handler",
        handlerFile: join(project.root, "tasks/publish/handler.ts"),
        memorySize: 1024,
        timeout: 6,
      },
      batch: undefined,
    });
  });

  test("keeps every section as written for the deployment", () => {
    const { project, problems } = read({
      "feeders/landsat/definition.yml": yaml`
        description: Feeds scenes
        environment: {LEVEL: 1, FLAG: true, TOPIC: !Ref Topic}
        lambda:
          memorySize: 256
          timeout: 900
          runtime: nodejs24.x
          handler: source/main.run
          layers: [arn]
          events: [{sqs: {arn: !GetAtt Queue.Arn}}, {schedule: rate(1 day)}]
          iamRoleStatements: [{Effect: Allow, Action: 's3:*', Resource: 'arn:aws:s3:::#{Bucket}/*'}]
      `,
      "feeders/landsat/source/main.js": "export function run() {}",
    });
    expect(problems).toEqual([]);
    const feeder = project.feeders.get("landsat");
    expect(feeder?.description).toBe("Feeds scenes");
    expect(feeder?.environment).toEqual({ LEVEL: "1", FLAG: "true", TOPIC: { Ref: "Topic" } });
    expect(feeder?.lambda).toMatchObject({ memorySize: 256, timeout: 900, handler: "source/main.run" });
    expect(feeder?.lambda?.settings).toMatchObject({
      events: [{ sqs: { arn: { "Fn::GetAtt": ["Queue", "Arn"] } } }, { schedule: "rate(1 day)" }],
      iamRoleStatements: [{ Resource: { "Fn::Sub": "arn:aws:s3:::${Bucket}/*" } }],
    });
  });

  test.each(["handler.mjs", "handler.js", "handler.cjs", "handler.ts"])("may be written in %s", (file) => {
    expect(read({ "tasks/a/definition.yml": LAMBDA, [`tasks/a/${file}`]: "" }).problems).toEqual([]);
  });

  test("without its handler's file is a problem", () => {
    const { problems } = read({
      "tasks/a/definition.yml": "lambda:\n  handler: lambda_function.lambda_handler\n",
      "tasks/a/lambda_function.py": "",
    });
    expect(show(problems)).toEqual([
      "tasks/a/definition.yml:2:12 missing-handler: There is no tasks/a/lambda_function (.ts, .js, .mjs, .cjs) for the " +
        "handler lambda_function.lambda_handler [The handler is module.export, the module a file of this folder.]",
    ]);
  });

  test.each([
    ["a value of the wrong kind", "lambda:\n  memorySize: big\n", "2:15 bad-value"],
    ["an unknown key", "lambda:\n  memory: 1\n", "2:3 unknown-key"],
    ["an unknown key beside the Lambda", "lambda: {enabled: true}\nbatsh: {}\n", "2:1 unknown-key"],
  ])("without its handler's file is a problem beside %s as well", (_, text, place) => {
    expect(show(read({ "tasks/a/definition.yml": text }).problems)).toEqual([
      expect.stringContaining(`tasks/a/definition.yml:${place}: `),
      expect.stringMatching(/^tasks\/a\/definition.yml:\d:\d+ missing-handler: There is no tasks\/a\/handler /),
    ]);
    expect(read({ "tasks/a/definition.yml": text, "tasks/a/handler.ts": "" }).problems).toHaveLength(1);
  });

  test.each([
    ["which handler is meant", "lambda: {handlr: main.run}\n"],
    ["whether it comes from an image", "lambda: {imag: 'repository/image:1'}\n"],
    ["whether it is enabled", "enabeld: false\nlambda: {}\n"],
    ["what its Lambda is", "lambda: text\n"],
    ["how its handler is written", "lambda: {handler: 1}\n"],
  ])("that does not say %s is not said to miss its handler", (_, text) => {
    expect(read({ "tasks/a/definition.yml": text }).problems).toHaveLength(1);
  });

  test("may not take its handler from outside its folder", () => {
    const files = { "tasks/a/definition.yml": "lambda: {handler: ./../b/handler.handler}\n", "tasks/b/handler.ts": "" };
    expect(show(read(files).problems).join("\n")).toContain("tasks/a/definition.yml:1:19 bad-value: lambda.handler");
    const hidden = {
      "tasks/a/definition.yml": "lambda: {handler: x/../../b/handler.handler}\n",
      "tasks/b/handler.ts": "",
    };
    expect(show(read(hidden).problems).join("\n")).toContain("tasks/a/definition.yml:1:19 missing-handler");
  });

  test("from an image needs no handler", () => {
    expect(read({ "tasks/a/definition.yml": "lambda: {image: 'repository/image:1'}\n" }).problems).toEqual([]);
  });

  test("whose name is over Lambda's 64 characters is a problem", () => {
    const name = "a".repeat(60);
    const { problems } = read({ [`tasks/${name}/definition.yml`]: LAMBDA, [`tasks/${name}/handler.ts`]: "" });
    expect(show(problems)).toEqual([
      `tasks/${name}/definition.yml name-too-long: The Lambda's name demo-dev-${name} has 69 characters; AWS allows 64 ` +
        "[Shorten the service, the stage or the folder.]",
    ]);
  });
});

describe("enabled", () => {
  const batch = "batch: {enabled: true, resources: {Resources: {Job: {Type: 'AWS::Batch::JobDefinition'}}}}\n";

  test("at the top turns off Lambda and Batch, and a disabled Lambda needs no handler", () => {
    const { project, problems } = read({ "tasks/a/definition.yml": `enabled: false\n${LAMBDA}${batch}` });
    expect(problems).toEqual([]);
    expect(project.tasks.get("a")).toMatchObject({
      enabled: false,
      lambda: { enabled: false },
      batch: { enabled: false },
    });
    expect(project.resources.Resources.size).toBe(0);
  });

  test("in a section turns off that section alone", () => {
    const { project, problems } = read({ "tasks/a/definition.yml": `lambda: {enabled: false}\n${batch}` });
    expect(problems).toEqual([]);
    expect(project.tasks.get("a")).toMatchObject({
      enabled: true,
      lambda: { enabled: false },
      batch: { enabled: true },
    });
    expect([...project.resources.Resources.keys()]).toEqual(["Job"]);
  });
});

describe("everything that is wrong with a definition comes at once, each with its place", () => {
  test("unknown keys at every level, with the nearest known one", () => {
    const { problems } = read({
      "tasks/a/definition.yml": yaml`
        descripton: x
        lambda:
          memorysize: 256
          enabled: true
        batch:
          resource: {}
      `,
      "tasks/a/handler.ts": "",
      "feeders/b/definition.yml": "batch: {}\nlambda: {}\n",
      "feeders/b/handler.ts": "",
    });
    expect(show(problems).sort()).toEqual([
      "feeders/b/definition.yml:1:1 unknown-key: Unknown key batch [There are: description, enabled, environment, lambda, uses.]",
      "tasks/a/definition.yml:1:1 unknown-key: Unknown key descripton [Did you mean description?]",
      "tasks/a/definition.yml:3:3 unknown-key: Unknown key memorysize in lambda [Did you mean memorySize?]",
      "tasks/a/definition.yml:6:3 unknown-key: Unknown key resource in batch [Did you mean resources?]",
    ]);
  });

  test("values of the wrong kind or out of range", () => {
    const { problems } = read({
      "tasks/a/definition.yml": yaml`
        enabled: sometimes
        environment:
          GOOD: 1
          9BAD: x
          EMPTY:
          LIST: [a]
        lambda:
          memorySize: 64
          timeout: 901
          runtime: python3.9
          environment: text
      `,
    });
    expect(show(problems)).toEqual([
      expect.stringMatching(/^tasks\/a\/definition.yml:1:10 bad-value: enabled: expected boolean/),
      expect.stringMatching(/^tasks\/a\/definition.yml:4:3 bad-value: environment.9BAD: expected letters, digits/),
      expect.stringMatching(/^tasks\/a\/definition.yml:5:\d+ bad-value: environment.EMPTY: expected a text, a number/),
      expect.stringMatching(/^tasks\/a\/definition.yml:6:9 bad-value: environment.LIST: expected a text, a number/),
      expect.stringMatching(/^tasks\/a\/definition.yml:8:15 bad-value: lambda.memorySize: Too small/),
      expect.stringMatching(/^tasks\/a\/definition.yml:9:12 bad-value: lambda.timeout: Too big/),
      expect.stringMatching(/^tasks\/a\/definition.yml:10:12 bad-value: lambda.runtime: handlers run on Node/),
      expect.stringMatching(/^tasks\/a\/definition.yml:11:16 bad-value: lambda.environment: /),
    ]);
  });

  test("a variable that cannot be resolved is one problem, not two", () => {
    const { problems } = read({
      "tasks/a/definition.yml": "lambda:\n  memorySize: ${self:custom.memory}\n",
      "tasks/a/handler.ts": "",
    });
    expect(show(problems)).toEqual([
      "tasks/a/definition.yml:2:15 unresolved-variable: ${self:custom.memory} cannot be resolved: there is no custom [There are: provider, service.]",
    ]);
  });

  test("an empty file, a list, and a definition that runs nothing", () => {
    const { problems } = read({
      "tasks/a/definition.yml": "",
      "tasks/b/definition.yml": "[1]\n",
      "tasks/c/definition.yml": "description: x\n",
      "functions/d/definition.yml": "description: x\n",
    });
    expect(show(problems)).toEqual([
      "tasks/a/definition.yml:1:1 bad-definition: tasks/a/definition.yml is empty",
      "tasks/b/definition.yml:1:1 bad-definition: tasks/b/definition.yml holds no map of keys and values",
      "tasks/c/definition.yml:1:1 nothing-to-run: The task c has neither a lambda nor a batch nor a bulk section " +
        "[Add `lambda: {}` or `bulk: {}` beside a handler.ts, or `batch:` with a job definition.]",
      "functions/d/definition.yml:1:1 missing-key: lambda is missing",
    ]);
  });
});

describe("the bulk section", () => {
  test("a task may have nothing else; it runs its handler, or a command", () => {
    const { project, problems } = read({
      "tasks/a/definition.yml": "bulk:\n  maxRuntime: 60\n  retryOnExit: 2\n",
      "tasks/a/handler.ts": "",
      "tasks/b/definition.yml": "bulk:\n  command: [python3, worker.py]\n",
    });
    expect(show(problems)).toEqual([]);
    expect(project.tasks.get("a")?.bulk).toMatchObject({
      enabled: true,
      handlerFile: expect.stringMatching(/tasks\/a\/handler\.ts$/),
      settings: { maxRuntime: 60, retryOnExit: 2 },
    });
    expect(project.tasks.get("b")?.bulk).toMatchObject({ command: ["python3", "worker.py"], handlerFile: undefined });
  });

  test("a handler that is not there and a misspelt key are problems with their place", () => {
    const { problems } = read({
      "tasks/a/definition.yml": "bulk:\n  handler: worker.run\n",
      "tasks/b/definition.yml": "bulk:\n  maxRuntme: 5\n",
    });
    expect(show(problems)).toEqual([
      "tasks/a/definition.yml:2:12 missing-handler: There is no tasks/a/worker (.ts, .js, .mjs, .cjs) for the handler worker.run [The handler is module.export, the module a file of this folder.]",
      "tasks/b/definition.yml:2:3 unknown-key: Unknown key maxRuntme in bulk [Did you mean maxRuntime?]",
    ]);
  });
});

describe("folders", () => {
  test("hidden ones and plain files are skipped; one without a definition or with a bad name is a problem", () => {
    const root = writeFolder({
      "cirrus.yml": CONFIG,
      "tasks/.hidden/file": "",
      "tasks/README.md": "",
      "tasks/1st/definition.yml": LAMBDA,
      "tasks/a_b/definition.yml": LAMBDA,
    });
    mkdirSync(join(root, "tasks/empty"));
    symlinkSync("nowhere", join(root, "tasks/lost"));
    expect(show(readAt(root).problems)).toEqual([
      "tasks/1st bad-name: tasks/1st is no name that AWS accepts " +
        "[Use letters, digits and hyphens, beginning with a letter, 63 at most.]",
      "tasks/a_b bad-name: tasks/a_b is no name that AWS accepts " +
        "[Use letters, digits and hyphens, beginning with a letter, 63 at most.]",
      "tasks/empty missing-definition: tasks/empty has no definition.yml " +
        "[Write one, or hide the folder by a name that begins with a dot.]",
      "tasks/lost missing-definition: tasks/lost has no definition.yml " +
        "[Write one, or hide the folder by a name that begins with a dot.]",
    ]);
  });

  test("two Lambdas of one name are a problem, whatever their kinds", () => {
    const { problems } = read({
      "tasks/a/definition.yml": LAMBDA,
      "tasks/a/handler.ts": "",
      "feeders/a/definition.yml": LAMBDA,
      "feeders/a/handler.ts": "",
    });
    expect(show(problems)).toEqual([
      "feeders/a/definition.yml:1:1 duplicate-name: The feeder a has the name of the task in tasks/a/definition.yml " +
        "[Rename one of the two folders: each Lambda is called after its folder.]",
    ]);
  });
});

describe("built-in parts", () => {
  const files = { "tasks/publish/definition.yml": LAMBDA, "tasks/publish/handler.ts": "" };
  const builtIns = () =>
    writeFolder({
      ...files,
      "cirrus.yml":
        "service: package\ncustom: {batch: {Subnets: [built-in], Other: 1}}\nprovider: {environment: {DATA: '${self:service}-data', B: 1}}\n",
      "tasks/copy/definition.yml": "lambda: {}\nenvironment: {SUBNET: '${self:custom.batch.Subnets.0}'}\n",
      "tasks/copy/handler.ts": "",
    });

  test("come first, and the project's own of the same name replaces one with a notice", () => {
    const { project, problems } = read(files, { builtIns: builtIns() });
    expect(problems).toEqual([]);
    expect([...project.tasks.values()].map(({ name, source }) => [name, source])).toEqual([
      ["copy", "built-in"],
      ["publish", "project"],
    ]);
    expect(project.notices).toEqual(["tasks/publish replaces the built-in task publish"]);
  });

  test("find in `custom` and the environment what the package gives, unless the project says otherwise", () => {
    const plain = read({}, { builtIns: builtIns() });
    expect(plain.project.tasks.get("copy")?.environment).toEqual({ SUBNET: "built-in" });
    expect(plain.project.config.environment).toEqual({ DATA: "demo-data", B: "1" });
    const own = read(
      { "cirrus.yml": `${CONFIG}custom: {batch: {Subnets: [own]}}\nprovider: {environment: {B: 2}}\n` },
      { builtIns: builtIns() },
    );
    expect(own.project.tasks.get("copy")?.environment).toEqual({ SUBNET: "own" });
    expect(own.project.config.environment).toEqual({ DATA: "demo-data", B: "2" });
    expect(own.project.config.custom).toEqual({ batch: { Subnets: ["own"], Other: 1 } });
  });

  test("are simply the project where the package itself is read", () => {
    const root = builtIns();
    const { project, problems } = readAt(root, { builtIns: root });
    expect(problems).toEqual([]);
    expect(project.tasks.get("publish")?.source).toBe("project");
    expect(project.notices).toEqual([]);
  });

  test("name their files from the project's root in problems", () => {
    const broken = writeFolder({ "tasks/x/definition.yml": "lambda: {}\nfoo: 1\n", "tasks/x/handler.ts": "" });
    const [problem] = read({}, { builtIns: broken }).problems;
    expect(problem?.file).toMatch(/^\.\.\/.*\/tasks\/x\/definition\.yml$/);
  });
});

describe("cirrus.yml", () => {
  test("without a service, or with a bad one, is a problem", () => {
    expect(show(read({ "cirrus.yml": "provider: {}\n" }).problems)).toEqual([
      "cirrus.yml:1:1 missing-key: service is missing",
    ]);
    expect(show(read({ "cirrus.yml": "service: my service\n" }).problems)).toEqual([
      "cirrus.yml:1:10 bad-value: service: expected letters, digits and hyphens, beginning with a letter",
    ]);
  });

  test("that is not there is a problem", () => {
    expect(show(readAt(writeFolder({})).problems)).toEqual(["cirrus.yml missing-file: cirrus.yml does not exist"]);
  });

  test("has a cirrus section whose keys are checked", () => {
    const { problems, project } = read({ "cirrus.yml": `${CONFIG}cirrus:\n  local: {concurrentJobs: 4}\n` });
    expect([problems, project.config.cirrus]).toEqual([[], { payloadUrls: [], local: { concurrentJobs: 4 } }]);
    expect(show(read({ "cirrus.yml": `${CONFIG}cirrus:\n  payloadUrls: [https://example.com/]\n` }).problems)).toEqual([
      "cirrus.yml:3:17 bad-value: cirrus.payloadUrls.0: expected s3://bucket or s3://bucket/prefix",
    ]);
    expect(show(read({ "cirrus.yml": `${CONFIG}cirrus:\n  local: {concurentJobs: 4}\n` }).problems)).toEqual([
      "cirrus.yml:3:11 unknown-key: Unknown key concurentJobs in cirrus.local [Did you mean concurrentJobs?]",
    ]);
  });

  test("that is broken still gives a project and every other problem", () => {
    const { problems, project } = read({
      "cirrus.yml": "service: demo\n  bad: [\n",
      "tasks/a/definition.yml": "lambda: {x: 1}\n",
    });
    expect(problems.map(({ code }) => code)).toContain("yaml");
    expect(problems.map(({ code }) => code)).toContain("unknown-key");
    expect(project.tasks.size).toBe(0);
  });
});
