// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts hold the project's own variables
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bind, HANDLER, read, show, yaml } from "./project-folder.ts";

const PUBLISH = { "tasks/publish/definition.yml": "lambda: {}\n", "tasks/publish/handler.ts": HANDLER };

const REPROJECT = {
  "tasks/reproject/definition.yml": yaml`
    batch:
      resources:
        Resources:
          ReprojectJob:
            Type: AWS::Batch::JobDefinition
            Properties: {ContainerProperties: {Command: [x], Vcpus: 1, Memory: 512}}
          ReprojectQueue: {Type: AWS::Batch::JobQueue, Properties: {JobQueueName: slow}}
  `,
};

/** A workflow of one Task state. */
const flow = (state: string) => ({
  "workflows/w/definition.yml": `definition:\n  StartAt: t\n  States:\n    t: ${state}\n`,
});

describe("the name of a workflow", () => {
  const named = (name: string) => ({
    "workflows/publish-only/definition.yml": `name: ${name}\ndefinition: {StartAt: a, States: {a: {Type: Succeed}}}\n`,
  });

  test.each([
    "'#{AWS::StackName}-publish-only'",
    "!Sub '${AWS::StackName}-publish-only'",
    "${self:service}-${self:provider.stage}-publish-only",
    "demo-dev-publish-only",
  ])("%s agrees with the folder publish-only", (name) => {
    const { project, problems } = read(named(name));
    expect(show(problems)).toEqual([]);
    expect(project.workflows.get("publish-only")?.stateMachineName).toBe("demo-dev-publish-only");
  });

  test("that does not agree is a problem at its place", () => {
    expect(show(read(named("'#{AWS::StackName}-mirror'")).problems)).toEqual([
      "workflows/publish-only/definition.yml:1:7 name-mismatch: The workflow is called demo-dev-mirror, but its folder " +
        "publish-only makes it demo-dev-publish-only [Write name: '#{AWS::StackName}-publish-only', or leave it out.]",
    ]);
  });

  test("over Step Functions' 80 characters is a problem", () => {
    const { problems } = read(
      { "cirrus.yml": `service: ${"s".repeat(70)}\n`, ...named("${self:service}-dev-publish-only") },
      {},
    );
    expect(show(problems)[0]).toContain("name-too-long: The state machine's name");
  });
});

test("a workflow keeps its references in the project and has local ARNs once it is bound", () => {
  const { project, readProblems, problems, workflows } = bind({
    ...PUBLISH,
    ...REPROJECT,
    "workflows/all/definition.yml": yaml`
      description: Everything a workflow may refer to
      definition:
        StartAt: first
        States:
          first: {Type: Task, Resource: !GetAtt publish.Arn, Next: second}
          second: {Type: Task, Resource: {'Fn::GetAtt': [pre-batch, Arn]}, Next: third}
          third:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: '#{publish}', Payload.$: $}
            Next: group
          group:
            Type: Parallel
            Branches:
              - StartAt: job
                States:
                  job:
                    Type: Task
                    Resource: 'arn:#{AWS::Partition}:states:::batch:submitJob.sync'
                    Parameters:
                      JobName: job
                      JobQueue: '#{ReprojectQueue}'
                      JobDefinition: '#{ReprojectJob}'
                      Parameters: {url.$: $.url}
                    End: True
            End: True
    `,
  });
  expect([readProblems, show(problems)]).toEqual([[], []]);
  expect(project.workflows.get("all")?.definition).toMatchObject({
    States: { first: { Resource: { "Fn::GetAtt": ["publish", "Arn"] } } },
  });
  const workflow = workflows.get("all");
  expect(workflow).toMatchObject({
    name: "all",
    arn: "arn:aws:states:local:000000000000:stateMachine:cirrus-all",
    file: join(project.root, "workflows/all/definition.yml"),
  });
  expect(workflow?.definition.States).toEqual({
    first: { Type: "Task", Resource: "arn:aws:lambda:local:000000000000:function:demo-dev-publish", Next: "second" },
    second: { Type: "Task", Resource: "arn:aws:lambda:local:000000000000:function:demo-dev-pre-batch", Next: "third" },
    third: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "demo-dev-publish", "Payload.$": "$" },
      Next: "group",
    },
    group: {
      Type: "Parallel",
      Branches: [
        {
          StartAt: "job",
          States: {
            job: {
              Type: "Task",
              Resource: "arn:aws:states:::batch:submitJob.sync",
              Parameters: {
                JobName: "job",
                JobQueue: "arn:aws:batch:local:000000000000:job-queue/slow",
                JobDefinition: "arn:aws:batch:local:000000000000:job-definition/demo-dev-ReprojectJob",
                Parameters: { "url.$": "$.url" },
              },
              End: true,
            },
          },
        },
      ],
      End: true,
    },
  });
});

test("a disabled workflow is read and checked, but not bound", () => {
  const { project, workflows } = bind({
    "workflows/w/definition.yml": "enabled: false\ndefinition: {StartAt: a, States: {a: {Type: Succeed}}}\n",
  });
  expect([project.workflows.get("w")?.enabled, workflows.size]).toEqual([false, 0]);
});

test("a workflow without a definition, or with an unknown key, is a problem", () => {
  const { problems } = read({
    "workflows/a/definition.yml": "description: x\n",
    "workflows/b/definition.yml": "definitions: {}\ndefinition: {}\n",
  });
  expect(show(problems)).toEqual([
    "workflows/a/definition.yml:1:1 missing-key: definition is missing",
    "workflows/b/definition.yml:1:1 unknown-key: Unknown key definitions [Did you mean definition?]",
  ]);
});

describe("what a Task names must be there", () => {
  const at = "workflows/w/definition.yml";

  test.each([
    [
      "{Type: Task, Resource: !GetAtt publsh.Arn, End: true}",
      "4:39 bad-reference: There is no publsh in the project [Did you mean publish?]",
    ],
    [
      "{Type: Task, Resource: !GetAtt publish.Name, End: true}",
      "4:39 bad-reference: publish has no attribute Name on one machine [There is: Arn.]",
    ],
    [
      "{Type: Task, Resource: publish, End: true}",
      "4:31 unknown-function: There is no Lambda publish on this machine [Did you mean !GetAtt publish.Arn?]",
    ],
    [
      "{Type: Task, Resource: 'arn:aws:lambda:us-west-2:123456789012:function:demo-dev-publsh', End: true}",
      "4:31 unknown-function: There is no Lambda arn:aws:lambda:us-west-2:123456789012:function:demo-dev-publsh on this " +
        "machine [Did you mean !GetAtt publish.Arn?]",
    ],
    [
      "{Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: demo-dev-publik}, End: true}",
      "4:92 unknown-function: There is no Lambda demo-dev-publik on this machine [Did you mean !GetAtt publish.Arn?]",
    ],
    [
      "{Type: Task, Resource: 'arn:aws-us-gov:states:::lambda:invoke', Parameters: {FunctionName: demo-dev-publik}, End: true}",
      "4:99 unknown-function: There is no Lambda demo-dev-publik on this machine [Did you mean !GetAtt publish.Arn?]",
    ],
    [
      "{Type: Task, Resource: 'arn:aws:states:::batch:submitJob.sync', Parameters: {JobName: j, JobQueue: slow, JobDefinition: demo-dev-ReprojctJob}, End: true}",
      "4:128 unknown-job-definition: There is no job definition demo-dev-ReprojctJob on this machine [Did you mean demo-dev-ReprojectJob?]",
    ],
    [
      "{Type: Task, Resource: 'arn:aws:states:::batch:submitJob.sync', Parameters: {JobName: j, JobQueue: slwo, JobDefinition: 'demo-dev-ReprojectJob:3'}, End: true}",
      "4:107 unknown-job-queue: There is no job queue slwo on this machine [Did you mean slow?]",
    ],
  ])("%s", (state, problem) => {
    const { problems } = bind({ ...PUBLISH, ...REPROJECT, ...flow(state) });
    expect(show(problems)).toEqual([`${at}:${problem}`]);
  });

  test("inside branches and Maps as well", () => {
    const inner = "{StartAt: x, States: {x: {Type: Task, Resource: !GetAtt nope.Arn, End: true}}}";
    const { problems } = bind(flow(`{Type: Parallel, End: true, Branches: [${inner}]}`));
    expect(show(problems)).toEqual([expect.stringMatching(/definition\.yml:4:\d+ bad-reference: There is no nope/)]);
    const literal = inner.replace("!GetAtt nope.Arn", "nope");
    const mapped = bind(flow(`{Type: Map, End: true, ItemProcessor: ${literal}}`)).problems;
    expect(show(mapped)).toContainEqual(expect.stringContaining("unknown-function: There is no Lambda nope"));
  });
});

test("what is wrong with a state machine is a problem at its line and column", () => {
  const { problems } = bind({
    ...PUBLISH,
    "workflows/w/definition.yml": yaml`
      definition:
        StartAt: publish
        States:
          publish:
            Type: Task
            Resource: !GetAtt publish.Arn
            Next: 'the end'
          'the end':
            Type: Fail
            Next: publish
          lost.state:
            Type: Nothing
    `,
  });
  const shown = show(problems);
  expect(shown).toContainEqual(expect.stringMatching(/^workflows\/w\/definition\.yml:10:\d+ /));
  expect(shown).toContainEqual(expect.stringMatching(/^workflows\/w\/definition\.yml:12:\d+ /));
  expect(problems.map(({ path }) => path)).toContain("$.definition.States['the end'].Next");
});

test("two reads of a project give the same", () => {
  const files = { ...PUBLISH, ...REPROJECT, ...flow("{Type: Task, Resource: !GetAtt publish.Arn, End: true}") };
  const plain = (value: unknown, root: string) =>
    JSON.stringify(value, (_key, member) => (member instanceof Map ? [...member] : member)).replaceAll(root, "");
  const [first, second] = [bind(files), bind(files)];
  expect(plain(first, first.project.root)).toBe(plain(second, second.project.root));
});
