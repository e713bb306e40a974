/** The doors to the Serverless Framework: what reaches it, what never does, and what is said when it fails. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { type Answer, type Call, json, queryError, startFakeAws, xml } from "../aws/fake-aws.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus } from "./cirrus.ts";
import { installFakeServerless, type Told } from "./fake-serverless.ts";
import { temporaryProject, writeFiles } from "./temporary-project.ts";

const IDENTITY = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>
  <Arn>arn:aws:sts::123456789012:assumed-role/deployer/me</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;

function stackIs(status: string): string {
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>demo-prod</StackName>
    <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus></member></Stacks>
    </DescribeStacksResult></DescribeStacksResponse>`;
}

/** Latest first, as CloudFormation lists them; all of them after any deployment of the tests but for the last. */
const EVENTS = `<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>
  ${event("StateTable", "AWS::DynamoDB::Table", "UPDATE_FAILED", "Resource update cancelled", "2101-01-01T00:00:02Z")}
  ${event("WarpQueue", "AWS::SQS::Queue", "CREATE_FAILED", "demo-warp already exists", "2101-01-01T00:00:01Z")}
  ${event("Topic", "AWS::SNS::Topic", "CREATE_COMPLETE", "", "2101-01-01T00:00:00Z")}
  ${event("Former", "AWS::SNS::Topic", "CREATE_FAILED", "of another time", "2001-01-01T00:00:00Z")}
  </StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>`;

function event(id: string, type: string, status: string, reason: string, at: string): string {
  return `<member><EventId>${id}</EventId><StackName>demo-prod</StackName><LogicalResourceId>${id}</LogicalResourceId>
    <ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus>
    <ResourceStatusReason>${reason}</ResourceStatusReason><Timestamp>${at}</Timestamp></member>`;
}

type Answers = Readonly<Record<string, Answer>>;

const NO_STACK = queryError(400, "ValidationError", "Stack with id demo-prod does not exist");

/** AWS as these answers have it, by operation; a person is signed in unless told otherwise. */
async function startAws(answers: Answers = {}) {
  const all: Answers = { GetCallerIdentity: xml(IDENTITY), DescribeStacks: NO_STACK, ...answers };
  const aws = await startFakeAws((call: Call) => all[call.operation] ?? queryError(400, "Unexpected", call.operation));
  const values = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_PROFILE: undefined,
  };
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await aws.close();
  });
  return aws;
}

/** A project that has all it needs, with a Serverless Framework that does as it is told. */
function installed(told: Told = {}, files: Readonly<Record<string, string>> = {}) {
  const cwd = temporaryProject(files);
  const serverless = installFakeServerless(cwd, told);
  return { cwd, calls: () => serverless.calls().map(({ args }) => args), serverless };
}

const BROKEN = { "tasks/broken/definition.yml": "lambda:\n  memory: 5\n", "tasks/broken/handler.ts": "" };

const TARGET = ["--stage", "prod", "--region", "eu-west-1"];

describe.each(["build", "deploy", "diff"])("cirrus %s", (door) => {
  test("refuses a project with problems before anything is asked, packaged or sent", async () => {
    const aws = await startAws();
    const { cwd, calls } = installed({}, BROKEN);
    const { code, stdout, stderr } = await cirrus([door, ...TARGET], { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.config, stdout: "" });
    expect(stderr).toContain("tasks/broken/definition.yml:2:3");
    expect(stderr).toContain("nothing was built or changed");
    expect([...calls(), ...aws.calls]).toEqual([]);
  });

  test("without the Serverless Framework it says what to install", async () => {
    await startAws({ GetTemplate: NO_STACK });
    const { code, stderr } = await cirrus([door, ...TARGET], { cwd: temporaryProject() });
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain("The Serverless Framework is not installed");
    expect(stderr).toContain("Run npm install there");
  });
});

describe.each(["deploy", "diff", "remove"])("cirrus %s", (door) => {
  test("says whose account, which region and which stage it is", async () => {
    await startAws({ DescribeStacks: xml(stackIs("UPDATE_COMPLETE")), GetTemplate: NO_STACK });
    const template = JSON.stringify({ Resources: {} });
    const { cwd } = installed({ files: { "cloudformation-template-update-stack.json": template } });
    const confirmed = door === "remove" ? ["--confirm", "prod"] : [];
    const { code, stderr } = await cirrus([door, ...TARGET, ...confirmed], { cwd });
    expect(code, stderr).toBe(EXIT.ok);
    expect(stderr.split("\n").slice(0, 4)).toEqual([
      "account 123456789012 (arn:aws:sts::123456789012:assumed-role/deployer/me)",
      "region  eu-west-1",
      "stage   prod",
      "stack   demo-prod",
    ]);
  });

  test("with credentials that have expired, or single sign-on that has, it ends with 4 and changes nothing", async () => {
    await startAws({ GetCallerIdentity: queryError(403, "ExpiredToken", "The security token included is expired") });
    const { cwd, calls } = installed();
    const expired = await cirrus([door, ...TARGET], { cwd });
    expect(expired.code).toBe(EXIT.credentials);
    expect(expired.stderr).toContain("aws sso login");

    const config = join(temporaryFolder(), "config");
    writeFiles(join(config, ".."), { config: SSO_PROFILE });
    vi.stubEnv("AWS_CONFIG_FILE", config);
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    const signedOut = await cirrus([door, ...TARGET, "--profile", "work"], { cwd });
    expect(signedOut.code).toBe(EXIT.credentials);
    expect(signedOut.stderr).toContain("Sign in again: aws sso login --profile work");
    expect(calls()).toEqual([]);
  });
});

describe("without any AWS credentials", () => {
  /** A machine on which nobody ever configured AWS. */
  function nobody(): void {
    const nowhere = join(temporaryFolder(), "none");
    const none = { AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere, AWS_EC2_METADATA_DISABLED: "true" };
    for (const [name, value] of Object.entries(none)) vi.stubEnv(name, value);
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
  }

  test("says so and how to get some, and not that AWS had refused any", async () => {
    const aws = await startAws();
    nobody();
    const { cwd, calls } = installed();
    const { code, stderr } = await cirrus(["deploy", ...TARGET], { cwd });
    expect(code).toBe(EXIT.credentials);
    expect(stderr).toContain("There are no AWS credentials; STS GetCallerIdentity needs them.");
    expect(stderr).toMatch(/AWS_PROFILE.*aws configure.*aws sso login/);
    expect([...aws.calls, ...calls()]).toEqual([]);
  });

  test("names the profile that was chosen and is not there", async () => {
    await startAws();
    nobody();
    const { code, stderr } = await cirrus(["deploy", ...TARGET, "--profile", "work"], { cwd: installed().cwd });
    expect(code).toBe(EXIT.credentials);
    expect(stderr).toContain("The profile work has no AWS credentials, or is not there;");
    expect(stderr).toContain("aws configure --profile work");
  });
});

const SSO_PROFILE = `[profile work]
sso_session = work
sso_account_id = 123456789012
sso_role_name = deployer
[sso-session work]
sso_region = eu-west-1
sso_start_url = https://example.awsapps.com/start
`;

describe("cirrus build", () => {
  test("packages with the stage and whatever stands after --, in the project's root, and asks AWS nothing", async () => {
    const aws = await startAws();
    const { cwd, serverless } = installed({ files: { "template.json": "{}" } });
    const inside = join(cwd, "tasks");
    mkdirSync(inside);
    const { code, stderr } = await cirrus(["build", "--stage", "prod", "--", "--verbose"], { cwd: inside });
    expect(code, stderr).toBe(EXIT.ok);
    expect(serverless.calls()).toEqual([
      { args: ["package", "--stage", "prod", "--region", "us-west-2", "--verbose"], cwd },
    ]);
    expect(stderr).toBe("Built: ../.serverless/\n");
    expect(aws.calls).toEqual([]);
  });

  test("ends with 1 where packaging fails", async () => {
    const { cwd } = installed({ exit: 3 });
    const { code, stderr } = await cirrus(["build"], { cwd });
    expect(code).toBe(EXIT.failed);
    expect(stderr).toContain("serverless package failed with exit code 3.");
  });
});

describe("cirrus clean", () => {
  test("removes what building made and nothing else", async () => {
    const cwd = temporaryProject({ ".serverless/a.json": "{}", ".esbuild/b.js": "", ".cirrus/cirrus.db": "" });
    expect(await cirrus(["clean"], { cwd })).toMatchObject({
      code: EXIT.ok,
      stderr: "Removed .serverless/, .esbuild/.\n",
    });
    expect([".serverless", ".esbuild", ".cirrus"].map((name) => existsSync(join(cwd, name)))).toEqual([
      false,
      false,
      true,
    ]);
    expect((await cirrus(["clean"], { cwd })).stderr).toBe("There was nothing to remove.\n");
  });
});

describe("cirrus deploy", () => {
  test("passes stage, region, profile and whatever stands after --", async () => {
    await startAws();
    const config = join(temporaryFolder(), "config");
    writeFiles(join(config, ".."), { config: "[profile work]\naws_access_key_id = a\naws_secret_access_key = b\n" });
    vi.stubEnv("AWS_CONFIG_FILE", config);
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    const { cwd, calls } = installed();
    const { code, stderr } = await cirrus(["deploy", ...TARGET, "--profile", "work", "--", "--force"], { cwd });
    expect(code, stderr).toBe(EXIT.ok);
    expect(calls()).toEqual([["deploy", ...TARGET, "--aws-profile", "work", "--force"]]);
  });

  test("that fails shows the resources that failed, the first cause first, and how the stack was left", async () => {
    const stack = xml(stackIs("UPDATE_ROLLBACK_COMPLETE"));
    await startAws({ DescribeStacks: stack, DescribeStackEvents: xml(EVENTS) });
    const { cwd } = installed({ exit: 1 });
    const { code, stderr } = await cirrus(["deploy", ...TARGET], { cwd });
    expect(code).toBe(EXIT.failed);
    expect(stderr.split("\n").slice(4)).toEqual([
      "  CREATE_FAILED WarpQueue [AWS::SQS::Queue]: demo-warp already exists",
      "  UPDATE_FAILED StateTable [AWS::DynamoDB::Table]: Resource update cancelled",
      "The stack demo-prod is UPDATE_ROLLBACK_COMPLETE. It is as it was before this deployment.",
      "error: serverless deploy failed with exit code 1.",
      "",
    ]);
  });

  test("that fails before there is a stack says that nothing was deployed", async () => {
    await startAws();
    const { cwd } = installed({ exit: 1 });
    const { code, stderr } = await cirrus(["deploy", ...TARGET], { cwd });
    expect(code).toBe(EXIT.failed);
    expect(stderr).toContain("The stack demo-prod does not exist: nothing was deployed.");
  });

  test("that fails keeps its error where the stack cannot be looked at", async () => {
    await startAws({ DescribeStacks: queryError(403, "AccessDenied", "not you") });
    const { cwd } = installed({ exit: 1 });
    const { code, stderr } = await cirrus(["deploy", ...TARGET], { cwd });
    expect(code).toBe(EXIT.failed);
    expect(stderr).toMatch(/How the stack demo-prod was left could not be asked: .*DescribeStacks is not allowed/);
    expect(stderr).toContain("serverless deploy failed with exit code 1.");
  });
});

describe("cirrus remove", () => {
  const there = { DescribeStacks: xml(stackIs("UPDATE_COMPLETE")) };

  test("passes the stage on once its name was given", async () => {
    await startAws(there);
    const { cwd, calls } = installed();
    const { code, stderr } = await cirrus(["remove", ...TARGET, "--confirm", "prod", "--", "--verbose"], { cwd });
    expect(code, stderr).toBe(EXIT.ok);
    expect(calls()).toEqual([["remove", ...TARGET, "--verbose"]]);
  });

  test("asks nobody where nobody can answer, and names the option instead", async () => {
    await startAws(there);
    const { cwd, calls } = installed();
    const { code, stderr } = await cirrus(["remove", ...TARGET], { cwd });
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("--confirm");
    expect(calls()).toEqual([]);
  });

  test("removes nothing for the name of another stage", async () => {
    await startAws(there);
    const { cwd, calls } = installed();
    const { code, stderr } = await cirrus(["remove", ...TARGET, "--confirm", "dev"], { cwd });
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("dev is not the stage prod; nothing was removed.");
    expect(calls()).toEqual([]);
  });

  test("of a stage that is not there ends with 5, whatever was confirmed", async () => {
    await startAws();
    const { cwd, calls } = installed();
    const { code, stderr } = await cirrus(["remove", ...TARGET, "--confirm", "prod"], { cwd });
    expect(code).toBe(EXIT.notFound);
    expect(stderr).toContain("There is no stack demo-prod in eu-west-1.");
    expect(calls()).toEqual([]);
  });

  test("that fails says what is still there", async () => {
    await startAws({ DescribeStacks: xml(stackIs("DELETE_FAILED")), DescribeStackEvents: xml(EVENTS) });
    const { cwd } = installed({ exit: 1 });
    const { code, stderr } = await cirrus(["remove", ...TARGET, "--confirm", "prod"], { cwd });
    expect(code).toBe(EXIT.failed);
    expect(stderr).toContain("The stack demo-prod is DELETE_FAILED. Some of its resources are still there");
  });

  test("works for a project with problems: it may be what has to go", async () => {
    await startAws(there);
    const { cwd, calls } = installed({}, BROKEN);
    expect((await cirrus(["remove", ...TARGET, "--confirm", "prod"], { cwd })).code).toBe(EXIT.ok);
    expect(calls()).toHaveLength(1);
  });
});

describe("cirrus diff", () => {
  const queue = (seconds: number) => ({ Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: seconds } });
  const lambda = {
    Type: "AWS::Lambda::Function",
    Properties: { FunctionName: "demo-prod-a", Code: { S3Key: "x/a.zip" } },
  };
  const packaged = { Resources: { Kept: queue(1), Changed: queue(2), ALambdaFunction: lambda } };
  const files = {
    "cloudformation-template-update-stack.json": JSON.stringify(packaged),
    "a.zip": "the zip",
  };

  async function deployed(resources: object, code = "another") {
    const CodeSha256 = createHash("sha256").update(code).digest("base64");
    const template = JSON.stringify({ Resources: resources }).replaceAll('"', "&quot;");
    await startAws({
      GetTemplate: xml(
        `<GetTemplateResponse><GetTemplateResult><TemplateBody>${template}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
      ),
      GET: json({ Configuration: { CodeSha256 } }),
    });
  }

  test("tells what would be added, changed and removed, code included, and leaves .serverless/ as it was", async () => {
    await deployed({ Kept: queue(1), Changed: queue(1), Gone: queue(1), ALambdaFunction: lambda });
    const { cwd } = installed({ files });
    const { code, stdout, stderr } = await cirrus(["diff", ...TARGET, "-o", "json"], { cwd });
    expect(code, stderr).toBe(EXIT.ok);
    expect(
      JSON.parse(stdout)
        .map(({ change, logicalId }: Record<string, string>) => `${change} ${logicalId}`)
        .sort(),
    ).toEqual(["change ALambdaFunction", "change Changed", "remove Gone"]);
    expect(existsSync(join(cwd, ".serverless"))).toBe(false);
  });

  test("says that nothing would change, and ends with 8 for changes where that was asked", async () => {
    await deployed(packaged.Resources, "the zip");
    const { cwd } = installed({ files });
    const same = await cirrus(["diff", ...TARGET, "--exit-code"], { cwd });
    expect(same).toMatchObject({ code: EXIT.ok, stdout: "" });
    expect(same.stderr).toContain("Nothing would change.");
    const changed = installed({ files: { ...files, "a.zip": "a new zip" } });
    expect((await cirrus(["diff", ...TARGET, "--exit-code"], { cwd: changed.cwd })).code).toBe(EXIT.partial);
  });

  test("says of a stage that is not there that all would be new", async () => {
    await startAws({ GetTemplate: NO_STACK });
    const { cwd } = installed({ files });
    const { code, stdout, stderr } = await cirrus(["diff", ...TARGET], { cwd });
    expect(code, stderr).toBe(EXIT.ok);
    expect(stderr).toContain("The stack demo-prod does not exist: all would be new.");
    expect(stdout).toContain("3 to add, 0 to change, 0 to replace, 0 to remove");
  });
});
