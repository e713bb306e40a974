/** `cirrus check` where one file is broken: that file is what is reported, and not everything that refers to it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { payloadText, temporaryProject, writeFiles } from "./temporary-project.ts";

const TASK = `lambda:
  memorySize: 512
batch:
  enabled: true
  resources:
    Conditions:
      Always: !Equals [a, a]
    Resources:
      WarpJob:
        Type: AWS::Batch::JobDefinition
        Condition: Always
        Properties:
          ContainerProperties:
            ResourceRequirements: [{ Type: VCPU, Value: 1 }, { Type: MEMORY, Value: 512 }]
`;

const FLOW = `definition:
  StartAt: lambda
  States:
    lambda:
      Type: Task
      Resource: !GetAtt warp.Arn
      Next: job
    job:
      Type: Task
      Resource: arn:aws:states:::batch:submitJob.sync
      Parameters: { JobName: warp, JobQueue: "#{BasicSpotJobQueue}", JobDefinition: "#{WarpJob}" }
      End: true
`;

const FILES = {
  "tasks/warp/handler.ts": "export const handler = () => {};\n",
  "tasks/warp/definition.yml": TASK,
  "workflows/flow/definition.yml": FLOW,
  "workflows/flow/payload.json": payloadText("flow", "a", { process: [{ workflow: "flow", tasks: { warp: {} } }] }),
  "cloudformation/more.yml":
    "Outputs:\n  Job: { Condition: Always, Value: !Ref WarpJob }\n  Flow: { Value: !Ref flow }\n",
};

/** The places with problems, each once. */
async function check(changes: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const cwd = temporaryProject(FILES);
  writeFiles(cwd, changes);
  const { code, stdout, stderr } = await cirrus(["check", "-o", "json"], { cwd });
  const problems: readonly { file: string; line?: number }[] = JSON.parse(stdout);
  expect(code, stderr).toBe(problems.length === 0 ? EXIT.ok : EXIT.config);
  return [...new Set(problems.map(({ file, line }) => `${file}:${line}`))];
}

test("the whole project has no problem", async () => {
  expect(await check({})).toEqual([]);
});

test.each([
  ["an unknown key", TASK.replace("memorySize", "memory"), "tasks/warp/definition.yml:2"],
  ["an error of syntax", TASK.replace("512\nbatch", "[\nbatch"), "tasks/warp/definition.yml:3"],
])(
  "%s in a task is the only problem, though a workflow, a payload and a template refer to it",
  async (_, text, problem) => {
    expect(await check({ "tasks/warp/definition.yml": text })).toEqual([problem]);
  },
);

test("a handler that imports what is not installed is told of, and is no problem", async () => {
  const cwd = temporaryProject({
    ...FILES,
    "tasks/warp/handler.ts": 'import "not-there";\nexport const handler = () => {};\n',
  });
  const { code, stdout, stderr } = await cirrus(["check"], { cwd });
  expect({ code, stdout }).toEqual({ code: EXIT.ok, stdout: "" });
  expect(stderr).toMatch(
    /warning: tasks\/warp\/handler\.ts could not be loaded, .*: the package not-there is not installed/,
  );
});

test("a handler that cannot be loaded is loaded once, though each check wants to know what it takes", async () => {
  const cwd = temporaryProject({
    ...FILES,
    "tasks/warp/handler.ts": `import { appendFileSync } from "node:fs";
appendFileSync(new URL("loads", import.meta.url), "x");
throw new Error("no key");
export const handler = () => {};
`,
    "tasks/warp/payload.json": payloadText("warp", "a"),
    "workflows/flow/definition.yml": FLOW.replace(
      "submitJob.sync",
      "submitJob.sync\n      InputPath: $.process[0].tasks.warp.size",
    ),
  });
  const { code, stderr } = await cirrus(["check"], { cwd });
  expect(code, stderr).toBe(EXIT.ok);
  expect(stderr).toMatch(/warning: tasks\/warp\/handler\.ts could not be loaded, .*: no key/);
  expect(readFileSync(join(cwd, "tasks/warp/loads"), "utf8")).toBe("x");
});

test("a schedule that could leave failures out is told of, and is no problem", async () => {
  const schedule = "{ rate: rate(6 hours), input: { state: FAILED, since: 6h } }";
  const cwd = temporaryProject(FILES);
  writeFiles(cwd, {
    "feeders/again/definition.yml": `uses: feed-rerun\nlambda:\n  events:\n    - schedule: ${schedule}\n`,
  });
  const { code, stdout, stderr } = await cirrus(["check"], { cwd });
  expect({ code, stdout }).toEqual({ code: EXIT.ok, stdout: "" });
  expect(stderr).toContain("again looks back 6h and is called by rate(6 hours)");
});

test("what would only fail once it is deployed is found: a handler, an event, a resource", async () => {
  expect(
    await check({
      "tasks/warp/definition.yml": TASK.replace("512\nbatch", "512\n  events: [schedule: rate(5 minute)]\nbatch"),
      "tasks/warp/handler.ts": "\nexport const handlr = () => {};\n",
      "cloudformation/bucket.yml": "Resources:\n  Bucket:\n    Type: aws::s3::bucket\n    DependOn: WarpJob\n",
    }),
  ).toEqual([
    "cloudformation/bucket.yml:3",
    "cloudformation/bucket.yml:4",
    "tasks/warp/definition.yml:3",
    "tasks/warp/handler.ts:2",
  ]);
});

test("a workflow that cannot be read is the only problem, though a template and a payload refer to it", async () => {
  expect(await check({ "workflows/flow/definition.yml": `descriptions: a\n${FLOW}` })).toEqual([
    "workflows/flow/definition.yml:1",
  ]);
});

test("what stands in no file is still missed beside a broken one", async () => {
  const broken = {
    "tasks/warp/definition.yml": TASK.replace("memorySize", "memory"),
    "workflows/flow/definition.yml": FLOW.replace("#{WarpJob}", "#{WrapJob}"),
  };
  expect(await check(broken)).toEqual(["tasks/warp/definition.yml:2", "workflows/flow/definition.yml:11"]);
});

test("what a broken file only refers to is missed elsewhere, as it declares it no more than others do", async () => {
  const task = TASK.replace("memorySize", "memory").replace("Always: !Equals [a", "Always: !Equals [!Ref Missing");
  const more = "Outputs:\n  Missed: { Value: !Ref Missing }\n";
  const flow = FLOW.replace("#{BasicSpotJobQueue}", "#{Missing}");
  expect(
    await check({
      "tasks/warp/definition.yml": task,
      "cloudformation/more.yml": more,
      "workflows/flow/definition.yml": flow,
    }),
  ).toEqual(["cloudformation/more.yml:2", "tasks/warp/definition.yml:2", "workflows/flow/definition.yml:11"]);
});
