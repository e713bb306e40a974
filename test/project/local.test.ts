// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts hold the project's own variables
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bindLocally } from "../../src/project/local/local.ts";
import { projectVariable } from "../../src/project/local/local-environment.ts";
import { bind, CONFIG, HANDLER, read, show, yaml } from "./project-folder.ts";

const task = (name: string, more = "") => ({
  [`tasks/${name}/definition.yml`]: `lambda: {}\n${more}`,
  [`tasks/${name}/handler.ts`]: HANDLER,
});

const job = (properties: string) => ({
  "tasks/work/definition.yml": `environment: {FROM_TASK: task, BOTH: task}\nbatch:\n  resources:\n    Resources:\n      WorkJob:\n        Type: AWS::Batch::JobDefinition\n        Properties: ${properties}\n`,
});

const SIZE = "ResourceRequirements: [{Type: VCPU, Value: '0.5'}, {Type: MEMORY, Value: 512}]";

describe("Lambdas", () => {
  test("are bound by their local ARN, with the environment of project < component < lambda < this machine", () => {
    const { project } = read({
      "cirrus.yml": yaml`
        service: demo
        provider:
          region: eu-west-1
          environment: {A: provider, B: provider, C: provider, D: provider, N: 5, STACK: '#{AWS::StackName}'}
      `,
      "tasks/publish/definition.yml": yaml`
        environment: {B: component, C: component, AWS_REGION: mine}
        lambda:
          memorySize: 256
          timeout: 60
          environment: {C: lambda, T: true}
      `,
      "tasks/publish/handler.ts": HANDLER,
    });
    const { lambdas, problems } = bindLocally(project, { environment: { D: "machine" } });
    expect(problems).toEqual([]);
    const arn = "arn:aws:lambda:local:000000000000:function:demo-dev-publish";
    expect([...lambdas]).toEqual([
      [
        arn,
        {
          name: "demo-dev-publish",
          arn,
          directory: join(project.root, "tasks/publish"),
          handler: "handler.handler",
          memorySize: 256,
          timeout: 60,
          environment: {
            AWS_DEFAULT_REGION: "eu-west-1",
            AWS_REGION: "mine",
            ...{ A: "provider", B: "component", C: "lambda", D: "machine", N: "5", T: "true", STACK: "demo-dev" },
          },
        },
      ],
    ]);
  });

  test("that are disabled are not there", () => {
    expect(bind({ "tasks/a/definition.yml": "enabled: false\nlambda: {}\n" }).lambdas.size).toBe(0);
  });

  test("that run from an image are there, with their handler where one lies beside it", () => {
    const image = "lambda: {image: {uri: registry.example/warp:1, command: [app.run]}}\n";
    const { lambdas, readProblems, problems } = bind({
      "tasks/warp/definition.yml": image,
      "tasks/both/definition.yml": image,
      "tasks/both/handler.ts": HANDLER,
    });
    expect([...readProblems, ...problems]).toEqual([]);
    const of = (name: string) => [...lambdas.values()].find((lambda) => lambda.name.endsWith(name));
    expect(of("warp")?.fromImage).toBe(true);
    expect(of("both")?.fromImage).toBeUndefined();
  });

  test("whose environment only a deployment knows are a problem at the value that counts", () => {
    const { problems } = bind({
      "cirrus.yml": `${CONFIG}provider:\n  environment:\n    KEY: $\{ssm:/key}\n    OTHER: $\{cf:stack.out}\n    LIST: !GetAZs ''\n`,
      ...task("a", "environment: {OTHER: here}\n"),
      ...task("b", "environment: {OTHER: here}\n"),
    });
    expect(show(problems)).toEqual([
      "cirrus.yml:4:10 bad-reference: ${ssm:/key} is known only where the project is deployed " +
        "[Give it a value for this stage, or a fallback.]",
      "cirrus.yml:6:19 bad-value: The variable LIST is a list or a map, not a text",
    ]);
  });
});

describe("references", () => {
  test("mean local names, ARNs and values", () => {
    const { lambdas, problems } = bind({
      ...task(
        "a",
        yaml`
          environment:
            BUCKET: !Ref Bucket
            BUCKET_ARN: !GetAtt Bucket.Arn
            TABLE: '#{Table}'
            TOPIC: !Ref Topic
            TOPIC_NAME: '#{Topic.TopicName}'
            QUEUE: !Ref Queue
            GROUP: !GetAtt Group.GroupId
            SELF: !Ref a
            FUNCTION: !GetAtt process.Arn
            PARAMETER: !Ref Parameter
            SUB: !Sub '\${AWS::AccountId}/\${Bucket.Arn}/\${!literal}/#{AWS::Partition}'
            SUB_LIST: !Sub ['\${X}-\${Bucket}', {X: !Ref Parameter}]
            JOIN: !Join ['-', [a, !Ref 'AWS::NoValue', !Select [1, !Split [',', 'x,y']]]]
            IF: !If [IsDev, !FindInMap [Map, !Ref 'AWS::Region', Key], no]
            GONE: !Ref 'AWS::NoValue'
            BASE: !Base64 hi
        `,
      ),
      "cloudformation/all.yml": yaml`
        Parameters: {Parameter: {Type: String, Default: value}}
        Mappings: {Map: {us-west-2: {Key: mapped}}}
        Conditions:
          IsDev: !And [!Condition Plain, !Not [!Or [!Equals [a, b], !Equals [c, d]]]]
          Plain: !Equals ['#{AWS::StackName}', demo-dev]
        Resources:
          Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: 'data-#{AWS::StackName}'}}
          Table: {Type: AWS::DynamoDB::Table}
          Topic: {Type: AWS::SNS::Topic}
          Queue: {Type: AWS::SQS::Queue}
          Group: {Type: AWS::EC2::SecurityGroup}
      `,
    });
    expect(show(problems)).toEqual([]);
    const [lambda] = lambdas.values();
    expect(lambda?.environment).toEqual({
      AWS_REGION: "us-west-2",
      AWS_DEFAULT_REGION: "us-west-2",
      BUCKET: "data-demo-dev",
      BUCKET_ARN: "arn:aws:s3:::data-demo-dev",
      TABLE: "demo-dev-Table",
      TOPIC: "arn:aws:sns:local:000000000000:demo-dev-Topic",
      TOPIC_NAME: "demo-dev-Topic",
      QUEUE: "https://sqs.local.amazonaws.com/000000000000/demo-dev-Queue",
      GROUP: "demo-dev-Group",
      SELF: "demo-dev-a",
      FUNCTION: "arn:aws:lambda:local:000000000000:function:demo-dev-process",
      PARAMETER: "value",
      SUB: "000000000000/arn:aws:s3:::data-demo-dev/${literal}/aws",
      SUB_LIST: "value-data-demo-dev",
      JOIN: "a-y",
      IF: "mapped",
      BASE: "aGk=",
    });
  });

  test("that lead nowhere are problems at their places, with the nearest name", () => {
    const { problems } = bind({
      ...task(
        "a",
        yaml`
          environment:
            A: !Ref Buckt
            B: !GetAtt Bucket.StreamLabel
            C: '#{AWS::Regoin}'
            D: !Ref NoDefault
            E: !ImportValue Shared
            F: !If [Missing, a, b]
            G: !If [Round, a, b]
            H: !FindInMap [No, Such, Key]
            I: !Ref off
        `,
      ),
      "tasks/off/definition.yml": "enabled: false\nlambda: {}\n",
      "cloudformation/all.yml": yaml`
        Parameters: {NoDefault: {Type: String}}
        Conditions: {Round: !Not [!Condition Round]}
        Resources: {Bucket: {Type: AWS::S3::Bucket}}
      `,
    });
    const at = (line: number, text: string) =>
      expect.stringMatching(new RegExp(`^tasks/a/definition.yml:${line}:\\d+ bad-reference: ${text}`));
    expect(show(problems)).toEqual([
      at(3, "There is no Buckt in the project \\[Did you mean Bucket\\?\\]"),
      at(4, "Bucket has no attribute StreamLabel on one machine"),
      at(5, "There is no AWS::Regoin in the project"),
      at(6, "The parameter NoDefault has no Default \\[Give it one.\\]"),
      at(7, "Fn::ImportValue cannot be evaluated on one machine"),
      at(8, "There is no condition Missing"),
      at(9, "The condition Round depends on itself"),
      at(10, "Fn::FindInMap finds no No.Such.Key in the Mappings"),
      at(11, "The task off is disabled \\[See tasks/off/definition.yml.\\]"),
    ]);
  });
});

describe("job definitions", () => {
  test("keep command, parameters, size, attempts, timeout and exit rules; values become texts", () => {
    const { jobDefinitions, problems } = bind({
      "cirrus.yml": `${CONFIG}provider: {environment: {FROM_PROVIDER: provider, BOTH: provider}}\n`,
      ...job(`
          Type: container
          Parameters: {url: "", count: 3}
          RetryStrategy:
            Attempts: 3
            EvaluateOnExit: [{Action: retry, OnExitCode: 137}, {Action: EXIT, OnReason: '*'}]
          Timeout: {AttemptDurationSeconds: 90}
          ContainerProperties:
            Command: [run, 5, 'Ref::url']
            Environment: [{Name: BOTH, Value: own}, {Name: STACK, Value: !Ref 'AWS::StackName'}]
            ResourceRequirements: [{Type: VCPU, Value: '0.5'}, {Type: MEMORY, Value: 512}]
            JobRoleArn: !GetAtt RoleElsewhere.Arn
            Image: $\{ssm:/image}`),
    });
    expect(show(problems)).toEqual([]);
    expect(jobDefinitions.get("demo-dev-WorkJob")).toMatchObject({
      command: ["run", "5", "Ref::url"],
      parameters: { url: "", count: "3" },
      environment: { FROM_PROVIDER: "provider", FROM_TASK: "task", BOTH: "own", STACK: "demo-dev" },
      vcpus: 0.5,
      memory: 512,
      attempts: 3,
      timeoutSeconds: 90,
      evaluateOnExit: [
        { action: "RETRY", onExitCode: "137" },
        { action: "EXIT", onReason: "*" },
      ],
    });
    expect(jobDefinitions.get("demo-dev-WorkJob")).not.toHaveProperty("image");
  });

  test("shared ones in cloudformation/ run in the project's root, with the project's environment alone", () => {
    const { jobDefinitions, project } = bind({
      "cloudformation/jobs.yml": yaml`
        Resources:
          Shared:
            Type: AWS::Batch::JobDefinition
            Properties:
              JobDefinitionName: shared
              ContainerProperties: {Command: [x], Vcpus: 2, Memory: 1024}
      `,
    });
    expect(jobDefinitions.get("shared")).toMatchObject({ directory: project.root, vcpus: 2, memory: 1024 });
  });

  test("whose own condition is false are not there", () => {
    const { jobDefinitions, problems } = bind({
      "cloudformation/jobs.yml": yaml`
        Conditions: {Never: !Equals [a, b]}
        Resources:
          Shared: {Type: AWS::Batch::JobDefinition, Condition: Never, Properties: {}}
      `,
    });
    expect([jobDefinitions.size, problems]).toEqual([0, []]);
  });

  test.each([
    ["{}", "missing-key: ContainerProperties is missing"],
    [
      "{ContainerProperties: {}}",
      "missing-key: The job definition WorkJob needs a ResourceRequirements entry VCPU above zero",
    ],
    [`{Type: multinode, ContainerProperties: {${SIZE}}}`, "bad-value: Type: "],
    [`{ContainerProperties: {${SIZE}, Command: text}}`, "bad-value: ContainerProperties.Command: expected array"],
    [`{RetryStrategy: {Attempts: 11}, ContainerProperties: {${SIZE}}}`, "bad-value: RetryStrategy.Attempts: Too big"],
    [
      `{ContainerProperties: {${SIZE}, Environment: {A: b}}}`,
      "bad-value: ContainerProperties.Environment: expected array",
    ],
    [`{ContainerProperties: {${SIZE}, Command: ['$\{ssm:/x}']}}`, "bad-reference: ${ssm:/x} is known only where"],
  ])("%s is a problem at its place", (properties, message) => {
    const { problems } = bind(job(properties));
    expect(show(problems)).toEqual([expect.stringMatching(/^tasks\/work\/definition\.yml:7:\d+ /)]);
    expect(show(problems)[0]).toContain(message);
  });
});

test("queues run as many jobs at a time as cirrus.yml says", () => {
  const { jobQueues } = bind({
    "cirrus.yml": `${CONFIG}cirrus: {local: {concurrentJobs: 7}}\n`,
    "cloudformation/q.yml": "Resources: {Q: {Type: AWS::Batch::JobQueue, Properties: {JobQueueName: q}}}\n",
  });
  expect([...jobQueues.keys()]).toEqual(["q", "arn:aws:batch:local:000000000000:job-queue/q"]);
  expect(jobQueues.get("q")).toEqual({ name: "q", maxConcurrent: 7 });
});

describe("variables of the project", () => {
  const variables = (environment: string) => {
    const { project } = read({
      "cirrus.yml": `service: demo\nprovider: {environment: ${environment}}\n`,
      "cloudformation/buckets.yml": yaml`
        Resources:
          Nameless: {Type: AWS::S3::Bucket}
          Local:
            Type: AWS::S3::Bucket
            Metadata: {cirrus: {localName: '#{AWS::StackName}-local'}}
          Both:
            Type: AWS::S3::Bucket
            Metadata: {cirrus: {localName: local}}
            Properties: {BucketName: deployed}
      `,
    });
    return (name: string) => projectVariable(project, name);
  };

  test("that name a bucket of the stack have its name, else the one it has on one machine alone", () => {
    const variable = variables("{A: '#{Nameless}', B: '#{Local}', C: '#{Both}', D: !Sub 's3://${Local}/x', E: mine}");
    expect(["A", "B", "C", "D", "E"].map(variable)).toEqual([
      "demo-dev-Nameless",
      "demo-dev-local",
      "deployed",
      "s3://demo-dev-local/x",
      "mine",
    ]);
  });

  test("that are not set, empty or known only to AWS are none", () => {
    const variable = variables("{A: '', B: !GetAtt Local.WebsiteURL, C: '${ssm:/path}'}");
    expect(["A", "B", "C", "D"].map(variable)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
