// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of definitions.
import { rmSync } from "node:fs";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { AccessDenied } from "../../src/aws/failures.ts";
import type { ImageLookup, RegistryImage } from "../../src/aws/registry-images.ts";
import { checkImages } from "../../src/compile/check/check-images.ts";
import { compile } from "../../src/compile/compile.ts";
import type { DeployingServerless } from "../../src/compile/serverless/batch-hooks.ts";
import { imageHooks } from "../../src/compile/serverless/image-hooks.ts";
import type { Project } from "../../src/project/project.ts";
import { readProject } from "../../src/project/read-project.ts";
import { type Answer, json, jsonError, startFakeAws, xml } from "../aws/fake-aws.ts";
import { read, show, writeFolder, yaml } from "../project/project-folder.ts";
import { makeProjectWithLoops } from "../stack/with-loops.ts";

const ACCOUNT = "123456789012";
const REGISTRY = `${ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com`;

/** A task whose one job runs in the image. */
function jobTask(name: string, image: string, more = ""): Record<string, string> {
  const text = yaml`
    batch:
      enabled: true
      resources:
        Resources:
          WarpJob:
            Type: AWS::Batch::JobDefinition
            Properties:
              Type: container
              ContainerProperties:
                Image: IMAGE
    `.replace("IMAGE", image);
  return { [`tasks/${name}/definition.yml`]: text + more };
}

function projectOf(files: Readonly<Record<string, string>>, stage = "dev"): Project {
  const { project, problems } = read(files, { stage });
  expect(show(problems)).toEqual([]);
  return project;
}

/** The check with a registry in which every image is as `found` says; `asked` are those that were looked up. */
async function checking(project: Project, found: ImageLookup | Error = "no-image", partition = "aws") {
  const asked: string[] = [];
  const check = await checkImages(project, {
    whereTo: async () => ({ account: ACCOUNT, partition }),
    lookUp: async ({ repository, tag, digest }: RegistryImage) => {
      asked.push(`${repository} ${tag ?? digest}`);
      if (found instanceof Error) throw found;
      return found;
    },
  });
  return { ...check, asked };
}

describe("before a deployment, an image", () => {
  test("is looked up by the name that account, region, stack and stage make of it", async () => {
    const files = {
      ...jobTask("warp", "\"#{AWS::AccountId}.dkr.ecr.#{AWS::Region}.#{AWS::URLSuffix}/warp:${opt:stage, 'dev'}\""),
      "cloudformation/shared.yml": yaml`
        Parameters:
          Repository: {Type: String, Default: shared}
        Resources:
          SharedJob:
            Type: AWS::Batch::JobDefinition
            Properties:
              NodeProperties:
                NodeRangeProperties:
                  - Container: {Image: !Join ["", [!Ref AWS::AccountId, .dkr.ecr., !Ref AWS::Region, .amazonaws.com/, !Ref Repository]]}
                  - Container: {Image: !Sub "\${AWS::AccountId}.dkr.ecr.us-west-2.amazonaws.com/\${AWS::StackName}/a@sha256:0a"}
      `.replaceAll("\\$", "$"),
    };
    const { asked } = await checking(projectOf(files, "prod"), "there");
    expect(asked.sort()).toEqual(["demo-prod/a sha256:0a", "shared latest", "warp prod"]);
  });

  test("that is there is not spoken of", async () => {
    const { refusals, warnings, notices } = await checking(projectOf(jobTask("warp", `${REGISTRY}/warp:1`)), "there");
    expect([...refusals, ...warnings, ...notices]).toEqual([]);
  });

  test("of another registry, account or region is not looked up", async () => {
    for (const image of [
      "public.ecr.aws/docker/library/node:24",
      "ghcr.io/some/one:1",
      "busybox",
      "999999999999.dkr.ecr.us-west-2.amazonaws.com/warp:1",
      `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/warp:1`,
    ]) {
      const { asked, refusals, notices } = await checking(projectOf(jobTask("warp", image)));
      expect([...asked, ...refusals, ...notices]).toEqual([]);
    }
  });

  test("that a task of the project lacks stops the deployment, and says who needs it, where, and how it gets there", async () => {
    const { refusals, warnings } = await checking(projectOf(jobTask("warp", `${REGISTRY}/cirrus-batch:warp-dev`)));
    expect(warnings).toEqual([]);
    expect(refusals).toEqual([
      [
        `There is no image ${REGISTRY}/cirrus-batch:warp-dev: the repository is there without it. Its jobs will fail when they start.`,
        "  task warp, job definition WarpJob (tasks/warp/definition.yml:10)",
        "Push it:",
        `  aws ecr get-login-password --region us-west-2 | docker login --username AWS --password-stdin ${REGISTRY}`,
        `  docker build -f node_modules/cirrus-pipeline/docker/Dockerfile --target task --build-arg TASK=warp -t ${REGISTRY}/cirrus-batch:warp-dev .`,
        `  docker push ${REGISTRY}/cirrus-batch:warp-dev`,
        "Or leave its Batch part out: `batch: {enabled: false}` in tasks/warp/definition.yml. To deploy first and push later: custom.batch.MissingImages: warn, in cirrus.yml.",
      ].join("\n"),
    ]);
  });

  test("without a repository is told how to make one, and one by its digest where to find another", async () => {
    const tagged = await checking(projectOf(jobTask("warp", `${REGISTRY}/warp:1`)), "no-repository");
    expect(tagged.refusals[0]).toContain("aws ecr create-repository --region us-west-2 --repository-name warp");
    const pinned = await checking(projectOf(jobTask("warp", `${REGISTRY}/warp@sha256:0a`)));
    expect(pinned.refusals[0]).toContain("aws ecr describe-images --region us-west-2 --repository-name warp");
    expect(pinned.refusals[0]).not.toContain("docker push");
  });

  test("that only built-in tasks lack is warned of: the rest works without", async () => {
    const builtIns = writeFolder(jobTask("warp", `${REGISTRY}/cirrus-batch:dev`));
    const { project } = read({}, { builtIns });
    const { refusals, warnings } = await checking(project);
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/Nothing else needs it: Lambdas and their workflows work without\.$/),
    ]);
  });

  test("that several name is looked up and spoken of once, with all of them", async () => {
    const other = jobTask("bend", `${REGISTRY}/warp:1`)["tasks/bend/definition.yml"] ?? "";
    const files = {
      ...jobTask("warp", `${REGISTRY}/warp:1`),
      "tasks/bend/definition.yml": other.replace("WarpJob", "BendJob"),
    };
    const { asked, refusals } = await checking(projectOf(files));
    expect(asked).toEqual(["warp 1"]);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatch(/task bend, job definition BendJob .*\n {2}task warp, job definition WarpJob/);
  });

  test("is not missed by a job that is disabled, or left out by its condition", async () => {
    const disabled = jobTask("warp", `${REGISTRY}/warp:1`)["tasks/warp/definition.yml"] ?? "";
    const files = {
      "tasks/warp/definition.yml": disabled.replace("enabled: true", "enabled: false"),
      "cloudformation/shared.yml": yaml`
        Conditions:
          Never: !Equals [!Ref AWS::Region, eu-west-1]
        Resources:
          SharedJob:
            Type: AWS::Batch::JobDefinition
            Condition: Never
            Properties: {ContainerProperties: {Image: 123456789012.dkr.ecr.us-west-2.amazonaws.com/shared:1}}
      `,
    };
    expect((await checking(projectOf(files))).asked).toEqual([]);
  });

  test("whose name only CloudFormation knows, is said to be left out", async () => {
    const files = {
      ...jobTask("warp", "!GetAtt Images.RepositoryUri"),
      "cloudformation/images.yml": "Resources: {Images: {Type: AWS::ECR::Repository}}\n",
    };
    const { asked, refusals, notices } = await checking(projectOf(files));
    expect([...asked, ...refusals]).toEqual([]);
    expect(notices).toEqual([
      "The image of the job definition WarpJob (tasks/warp/definition.yml:10) was not looked up: only CloudFormation knows its name.",
    ]);
  });

  test("in a repository that this very deployment makes is warned of, as it cannot be there yet", async () => {
    const files = {
      ...jobTask("warp", `${REGISTRY}/warp:1`),
      "cloudformation/images.yml":
        "Resources: {Images: {Type: AWS::ECR::Repository, Properties: {RepositoryName: warp}}}\n",
    };
    const { refusals, warnings } = await checking(projectOf(files), "no-repository");
    expect([refusals.length, warnings.length]).toEqual([0, 1]);
  });

  test("is warned of or refused as cirrus.yml chooses; a choice that is none is a problem there", async () => {
    const config = (choice: string) => `service: demo\ncustom: {batch: {MissingImages: ${choice}}}\n`;
    const files = jobTask("warp", `${REGISTRY}/warp:1`);
    const { warnings } = await checking(projectOf({ ...files, "cirrus.yml": config("warn") }));
    expect(warnings).toHaveLength(1);
    const wrong = projectOf({ ...files, "cirrus.yml": config("refused") });
    expect(show(compile(wrong).problems)).toEqual([
      'cirrus.yml:2:33 bad-value: MissingImages is `refuse` or `warn`, not "refused" [Did you mean refuse?]',
    ]);
  });

  test("of a Lambda is refused whatever is chosen, as CloudFormation would refuse it halfway", async () => {
    const files = {
      "cirrus.yml": "service: demo\ncustom: {batch: {MissingImages: warn}}\n",
      "tasks/warp/definition.yml": `lambda: {image: "${REGISTRY}/warp@sha256:0a"}\n`,
    };
    const { refusals } = await checking(projectOf(files));
    expect(refusals[0]).toMatch(
      /CloudFormation will refuse it\.\n {2}Lambda of the task warp \(tasks\/warp\/definition.yml:1\)/,
    );
  });

  test("of a task with a Dockerfile of its own is built from the task's folder", async () => {
    const files = { ...jobTask("warp", `${REGISTRY}/warp:1`), "tasks/warp/Dockerfile": "FROM python:3.13-slim\n" };
    const { refusals } = await checking(projectOf(files));
    expect(refusals[0]).toContain(`docker build -t ${REGISTRY}/warp:1 tasks/warp\n`);
    const without = await checking(projectOf(jobTask("warp", `${REGISTRY}/warp:1`)));
    expect(without.refusals[0]).toContain(`docker build -f <its Dockerfile> -t ${REGISTRY}/warp:1 .\n`);
  });

  test("that may not be looked up is a notice, once", async () => {
    const files = { ...jobTask("warp", `${REGISTRY}/warp:1`) };
    const denied = await checking(projectOf(files), new AccessDenied("ecr:DescribeImages is not allowed"));
    expect(denied).toMatchObject({ refusals: [], warnings: [] });
    expect(denied.notices).toEqual(["Images were not looked up: ecr:DescribeImages is not allowed"]);
  });
});

test("the checkout itself deploys before any image was pushed, with the commands to push them", async () => {
  const { project } = readProject(process.cwd(), { env: {}, stage: "prod" });
  const { refusals, warnings } = await checking(project, "no-repository");
  expect(refusals).toEqual([]);
  expect(warnings).toEqual([
    expect.stringContaining(`docker build -f docker/Dockerfile -t ${REGISTRY}/cirrus-batch:prod .`),
    expect.stringContaining(
      `docker build -f docker/Dockerfile --target task --build-arg TASK=reproject -t ${REGISTRY}/cirrus-batch:reproject-prod .`,
    ),
  ]);
  expect(warnings.join()).not.toContain("MissingImages");
});

test("loops are not deployed without their image, which Lambdas need when they are made", async () => {
  const folder = makeProjectWithLoops();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { project } = readProject(folder, { env: {}, stage: "prod" });
  const { refusals } = await checking(project, "no-repository");
  expect(refusals).toEqual([expect.stringContaining(`There is no image ${REGISTRY}/cirrus-loops:prod`)]);
  for (const text of [
    `docker build -f node_modules/cirrus-pipeline/docker/loops/Dockerfile -t ${REGISTRY}/cirrus-loops:prod .`,
    "Lambda RegisterLoopsFunction",
    "Lambda ExecuteTurnFunction",
    "job definition LoopJobDefinition",
    "custom.loops.Enabled: false",
  ]) {
    expect(refusals[0]).toContain(text);
  }
});

describe("at the deployment's beginning", () => {
  const IDENTITY = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/me</Arn>
    <Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

  /** The hook's run with real calls to a server; `said` are its lines. */
  async function deploying(project: Project | undefined, ecr: () => Answer) {
    const aws = await startFakeAws(({ operation }) => (operation === "GetCallerIdentity" ? xml(IDENTITY) : ecr()));
    vi.stubEnv("AWS_ENDPOINT_URL", aws.endpoint);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await aws.close();
    });
    const said: string[] = [];
    const serverless: DeployingServerless = {
      processedInput: { options: {} },
      service: { provider: {} },
      classes: { Error },
      getProvider: () => ({
        naming: { getStackName: () => "demo-dev" },
        getRegion: () => "us-west-2",
        getAwsSdkV3CredentialsProvider: () => async () => ({ accessKeyId: "test", secretAccessKey: "test" }),
      }),
    };
    const log = { notice: (line: string) => said.push(line), warning: (line: string) => said.push(line) };
    const hooks = imageHooks(serverless, log, () => project);
    const run = hooks["before:aws:deploy:deploy:createStack"];
    return { run: async () => run?.(), said, calls: aws.calls };
  }

  test("ECR is asked by tag, and a missing image ends the run before there is a stack", async () => {
    const project = projectOf(jobTask("warp", `${REGISTRY}/warp:1`));
    const { run, calls } = await deploying(project, () => jsonError(400, "ImageNotFoundException"));
    await expect(run()).rejects.toThrow(/There is no image .*warp:1[\s\S]*Nothing was deployed\.$/);
    expect(JSON.parse(calls.at(-1)?.body ?? "")).toEqual({
      registryId: ACCOUNT,
      repositoryName: "warp",
      imageIds: [{ imageTag: "1" }],
    });
  });

  test("an image that is there is asked for by its digest and lets the run go on", async () => {
    const project = projectOf(jobTask("warp", `${REGISTRY}/warp:1@sha256:0a`));
    const { run, said, calls } = await deploying(project, () => json({ imageDetails: [{ imageDigest: "sha256:0a" }] }));
    await run();
    expect(said).toEqual([]);
    expect(JSON.parse(calls.at(-1)?.body ?? "").imageIds).toEqual([{ imageDigest: "sha256:0a" }]);
  });

  test("without the right to look, the run goes on with a notice", async () => {
    const project = projectOf(jobTask("warp", `${REGISTRY}/warp:1`));
    const { run, said } = await deploying(project, () => jsonError(400, "AccessDeniedException", "not you"));
    await run();
    expect(said).toEqual([expect.stringMatching(/^Images were not looked up: ecr:DescribeImages is not allowed/)]);
  });

  test("a project without images asks AWS nothing", async () => {
    const { run, calls } = await deploying(projectOf({}), () => json({}));
    await run();
    expect(calls).toEqual([]);
  });
});
