import { beforeEach, describe, expect, test, vi } from "vitest";
import { reviseBatch, type Template } from "../../src/compile/batch/batch-revisions.ts";
import { keepFormerBatch } from "../../src/compile/batch/former-batch.ts";
import { batchHooks, type DeployingServerless } from "../../src/compile/serverless/batch-hooks.ts";
import { STACK, startFakeStage } from "../aws/batch/fake-stage.ts";
import { batchTemplate } from "./batch-template.ts";

const PACKAGED = "after:aws:package:finalize:mergeCustomProviderResources";
const DEPLOYING = "before:aws:deploy:deploy:checkForChanges";
const ROLLING_BACK = "before:rollback:rollback";

const first = reviseBatch(batchTemplate());
const changed = reviseBatch(batchTemplate({ volume: 800 }));

class ServerlessError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** As much of the Serverless Framework as the hooks use. */
function serverlessWith(template: Template, { name = STACK, custom = {}, options = {} } = {}) {
  const said: string[] = [];
  const provider: { compiledCloudFormationTemplate?: Template } = { compiledCloudFormationTemplate: template };
  const serverless: DeployingServerless = {
    processedInput: { options },
    service: { custom, provider },
    classes: { Error: ServerlessError },
    getProvider: () => ({
      naming: { getStackName: () => name },
      getRegion: () => "us-west-2",
      getAwsSdkV3CredentialsProvider: () => async () => ({ accessKeyId: "test", secretAccessKey: "test" }),
    }),
  };
  const hooks = batchHooks(serverless, { notice: (line) => said.push(line), warning: (line) => said.push(line) });
  const at = async (hook: string) => {
    await hooks[hook]?.();
    return provider.compiledCloudFormationTemplate;
  };
  return { at, said };
}

describe("the Serverless Framework's run", () => {
  test("gives the packaged template its revisions without asking AWS", async () => {
    expect(await serverlessWith(batchTemplate()).at(PACKAGED)).toEqual(first);
  });

  test("refuses names that their revision makes too long, every one at once", async () => {
    const { at } = serverlessWith(batchTemplate(), { name: `demo-${"x".repeat(115)}` });
    await expect(at(PACKAGED)).rejects.toThrow(
      /^WarpQueue.*\nWarpEnvironment.*\nWarpLaunchTemplate.*AWS allows 128 characters\n[\s\S]*\nShorten/,
    );
  });

  describe("at its deployment", () => {
    beforeEach(() => {
      return () => vi.unstubAllEnvs();
    });

    async function deployed(template: Template) {
      const stage = await startFakeStage(template);
      vi.stubEnv("AWS_ENDPOINT_URL", stage.endpoint);
      return stage;
    }

    test("carries the former queue over, before the template is compared with the last one", async () => {
      await deployed(first);
      const { at, said } = serverlessWith(changed);
      expect(await at(DEPLOYING)).toEqual(keepFormerBatch(changed, first, new Set()).template);
      expect(said).toEqual([expect.stringContaining("Kept until nothing uses them")]);
    });

    test("refuses over a quota with an error of the framework, and takes a raised one from cirrus.yml", async () => {
      const stage = await deployed(first);
      stage.others = { environments: 48, queues: 48 };
      await expect(serverlessWith(changed).at(DEPLOYING)).rejects.toMatchObject({ code: "CIRRUS_BATCH" });
      const custom = { batch: { Quotas: { ComputeEnvironments: 100, JobQueues: 100 } } };
      await expect(serverlessWith(changed, { custom }).at(DEPLOYING)).resolves.toBeDefined();
    });

    test("refuses a rollback that would delete a queue with jobs, and lets the list of deployments be shown", async () => {
      const stage = await deployed(first);
      const [queue = ""] = Object.keys(first.Resources ?? {}).filter((id) => id.startsWith("WarpQueue"));
      stage.jobs.set(`${STACK}-${queue}`, [{ status: "RUNNING", definition: "arn:x:job-definition/a:1" }]);
      const rolling = serverlessWith(changed, { options: { timestamp: "1" } });
      await expect(rolling.at(ROLLING_BACK)).rejects.toThrow("A rollback would delete queues");
      await expect(serverlessWith(changed).at(ROLLING_BACK)).resolves.toBeDefined();
    });
  });
});
