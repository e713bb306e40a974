/** `uses` in a definition: the code of another component, with settings of one's own. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { listEntries } from "../../src/compile/serverless/entries.ts";
import { bind, HANDLER, read, show, writeFolder, yaml } from "./project-folder.ts";

const BUILT_IN = {
  "cirrus.yml": "service: package\n",
  "feeders/feed-far/definition.yml": yaml`
    description: Finds what is far
    environment:
      FAR: 'yes'
      NEAR: 'no'
    lambda:
      enabled: false
      timeout: 900
      environment:
        DEPTH: 3
      events:
        - schedule: rate(1 day)
      iamRoleStatements:
        - Effect: Allow
          Action: s3:ListBucket
          Resource: '*'`,
  "feeders/feed-far/handler.ts": HANDLER,
};

const OWN = yaml`
  uses: feed-far
  environment:
    NEAR: 'yes'
  lambda:
    memorySize: 512
    events:
      - schedule: rate(1 hour)
    iamRoleStatements:
      - Effect: Allow
        Action: s3:GetObject
        Resource: '*'`;

const builtIns = () => writeFolder(BUILT_IN);

describe("A component that uses another", () => {
  test("has its code and its settings, its own over them, and no events but its own", () => {
    const { project, problems } = read({ "feeders/mine/definition.yml": OWN }, { builtIns: builtIns() });
    expect(show(problems)).toEqual([]);
    const mine = project.feeders.get("mine");
    const far = project.feeders.get("feed-far");
    expect(mine).toMatchObject({
      uses: "feed-far",
      description: "Finds what is far",
      environment: { FAR: "yes", NEAR: "yes", CIRRUS_COMPONENT: "mine" },
      codeDirectory: far?.directory,
      lambda: {
        enabled: true,
        handlerFile: far?.lambda?.handlerFile,
        memorySize: 512,
        timeout: 900,
        environment: { DEPTH: "3" },
        settings: {
          events: [{ schedule: "rate(1 hour)" }],
          iamRoleStatements: [{ Action: "s3:ListBucket" }, { Action: "s3:GetObject" }],
        },
      },
    });
    expect(far?.lambda?.enabled).toBe(false);
  });

  test("may have a role of its own in place of what the other one asks for", () => {
    const role = "arn:aws:iam::123456789012:role/mine";
    const text = `uses: feed-far\nlambda:\n  role: ${role}\n`;
    const { project, problems } = read({ "feeders/mine/definition.yml": text }, { builtIns: builtIns() });
    const { functions, problems: compiled } = compile(project);
    expect(show([...problems, ...compiled])).toEqual([]);
    expect(functions).toMatchObject({ mine: { role } });
  });

  test("may have the name of the built-in one that it replaces", () => {
    const { project, problems } = read(
      { "feeders/feed-far/definition.yml": "uses: feed-far\n" },
      { builtIns: builtIns() },
    );
    expect(show(problems)).toEqual([]);
    expect(project.feeders.get("feed-far")).toMatchObject({ source: "project", lambda: { enabled: true } });
  });

  test("is switched off by its own definition alone", () => {
    const text = "uses: feed-far\nlambda:\n  enabled: false\n";
    const { project } = read({ "feeders/mine/definition.yml": text }, { builtIns: builtIns() });
    expect(project.feeders.get("mine")?.lambda?.enabled).toBe(false);
  });

  test("is told when there is no such component, when that one uses a third, and when a setting is wrong", () => {
    const { problems } = read(
      {
        "feeders/typo/definition.yml": "uses: feed-fa\n",
        "feeders/self/definition.yml": "uses: self\n",
        "feeders/mine/definition.yml": "uses: feed-far\n",
        "feeders/third/definition.yml": "uses: mine\n",
        "feeders/wrong/definition.yml": "uses: feed-far\nlambda:\n  memorySize: 1\n",
        "feeders/list/definition.yml": "uses: feed-far\nlambda: [1]\n",
      },
      { builtIns: builtIns() },
    );
    expect(show(problems)).toMatchInlineSnapshot(`
      [
        "feeders/list/definition.yml:2:9 bad-value: lambda: expected object, received array",
        "feeders/self/definition.yml:1:7 unknown-component: The feeder self uses self, and there is no such feeder [There are: feed-far, list, mine, third, typo, wrong.]",
        "feeders/third/definition.yml:1:7 unknown-component: The feeder third uses mine, which itself uses feed-far [Write: uses: feed-far]",
        "feeders/typo/definition.yml:1:7 unknown-component: The feeder typo uses feed-fa, and there is no such feeder [Did you mean feed-far?]",
        "feeders/wrong/definition.yml:3:15 bad-value: lambda.memorySize: Too small: expected number to be >=128",
      ]
    `);
  });
});

test("The Lambda here and the one that is deployed both run the used code", () => {
  const files = { "feeders/mine/definition.yml": OWN };
  const { project, lambdas, problems } = bind(files, { builtIns: builtIns() });
  expect(show(problems)).toEqual([]);
  const far = project.feeders.get("feed-far");
  expect([...lambdas.values()]).toMatchObject([{ name: "demo-dev-mine", directory: far?.directory }]);
  const [entry] = listEntries(project);
  expect(entry?.path).toBe(`${project.root}/.cirrus/entries/mine/handler.ts`);
  expect(entry?.text).toContain(far?.lambda?.handlerFile);
  const { functions } = compile(project);
  expect(functions).toMatchObject({ mine: { handler: ".cirrus/entries/mine/handler.handler" } });
});

test("A task's job runs the used code, in the task's own folder", () => {
  const job = yaml`
    uses: far
    batch:
      resources:
        Resources:
          MineAsBatchJob:
            Type: AWS::Batch::JobDefinition
            Properties:
              Type: container
              ContainerProperties:
                Image: x
                Command: [cirrus-batch]
                ResourceRequirements:
                  - {Type: VCPU, Value: 1}
                  - {Type: MEMORY, Value: 512}`;
  const { project, jobDefinitions, problems } = bind({
    "tasks/far/definition.yml": "lambda: {}\n",
    "tasks/far/handler.ts": HANDLER,
    "tasks/mine/definition.yml": job,
  });
  expect(show(problems)).toEqual([]);
  const [mine, far] = [project.tasks.get("mine"), project.tasks.get("far")];
  expect([...jobDefinitions.values()][0]).toMatchObject({
    directory: mine?.directory,
    environment: { LAMBDA_TASK_ROOT: far?.directory, CIRRUS_COMPONENT: "mine" },
  });
});
