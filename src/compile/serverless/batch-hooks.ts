/** Where in the Serverless Framework's run Batch resources get their revisions, and former ones are carried over. */

import { type BatchAccount, openBatchAccount } from "../../aws/batch/account.ts";
import type { ClientOptions } from "../../aws/services/settings.ts";
import { CirrusError } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { overlongNames, reviseBatch, type Template } from "../batch/batch-revisions.ts";
import { prepareBatchChange, refuseRollback } from "../batch/prepare-batch-change.ts";

/** As much of the Serverless Framework as is used here. */
export interface DeployingServerless {
  readonly processedInput: { readonly options: Readonly<Record<string, unknown>> };
  readonly service: {
    readonly custom?: object | undefined;
    readonly provider: { compiledCloudFormationTemplate?: Template | undefined };
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: "aws"): {
    readonly naming: { getStackName(): string };
    getRegion(): string;
    getAwsSdkV3CredentialsProvider(): ClientOptions["credentials"];
  };
}

export interface DeployLog {
  notice(message: string): void;
  warning(message: string): void;
}

export function batchHooks(
  serverless: DeployingServerless,
  log: DeployLog,
): Readonly<Record<string, () => void | Promise<void>>> {
  const { service, classes } = serverless;
  const fail = (message: string, code: string) => new classes.Error(message, code);

  /**
   * Every part of the template is there by then, also what the Serverless Framework makes of functions and their roles, and
   * what serverless.yml and other plugins add: jobs and queues of theirs are as hard to change. The project's own have their
   * revisions since it was compiled, and keep them.
   */
  function revise(): void {
    const { provider } = service;
    if (provider.compiledCloudFormationTemplate === undefined) return;
    const template = reviseBatch(provider.compiledCloudFormationTemplate);
    const stackName = serverless.getProvider("aws").naming.getStackName();
    const overlong = overlongNames(template, stackName).map(
      ({ logicalId, name, longest }) => `${logicalId} is called ${name}: AWS allows ${longest} characters`,
    );
    if (overlong.length > 0)
      throw fail(
        `${overlong.join("\n")}\nShorten them in the definition, or the service's name.`,
        "CIRRUS_NAME_TOO_LONG",
      );
    provider.compiledCloudFormationTemplate = template;
  }

  /** The template that is compared with the last one, and then uploaded, is the one that is set here. */
  async function prepare(): Promise<void> {
    const { provider } = service;
    if (provider.compiledCloudFormationTemplate === undefined) return;
    await asking(async (account, stackName) => {
      provider.compiledCloudFormationTemplate = await prepareBatchChange({
        template: provider.compiledCloudFormationTemplate ?? {},
        stackName,
        account,
        quotas: quotasIn(service.custom),
        notice: (message) => log.notice(message),
        warn: (message) => log.warning(message),
      });
    });
  }

  /** Without a time, the command only lists the deployments there are. */
  async function checkRollback(): Promise<void> {
    if (serverless.processedInput.options.timestamp !== undefined) await asking(refuseRollback);
  }

  /** With the credentials that deploy; what Cirrus refuses is an error of the Serverless Framework. */
  async function asking(work: (account: BatchAccount, stackName: string) => Promise<void>): Promise<void> {
    const aws = serverless.getProvider("aws");
    const account = await openBatchAccount({
      region: aws.getRegion(),
      credentials: aws.getAwsSdkV3CredentialsProvider(),
    });
    try {
      await work(account, aws.naming.getStackName());
    } catch (thrown) {
      if (!(thrown instanceof CirrusError)) throw thrown;
      throw fail([thrown.message, thrown.hint].filter(Boolean).join("\n"), "CIRRUS_BATCH");
    }
  }

  return {
    "after:aws:package:finalize:mergeCustomProviderResources": revise,
    "before:aws:deploy:deploy:checkForChanges": prepare,
    "before:rollback:rollback": checkRollback,
  };
}

/** `custom.batch.Quotas` of cirrus.yml: `ComputeEnvironments` and `JobQueues`. */
function quotasIn(custom: object | undefined): { environments?: number; queues?: number } {
  // Written in YAML, so it is JSON.
  const batch = (custom as { readonly batch?: Json } | undefined)?.batch;
  const quotas = isJsonObject(batch) && isJsonObject(batch.Quotas) ? batch.Quotas : {};
  const { ComputeEnvironments: environments, JobQueues: queues } = quotas;
  return {
    ...(typeof environments === "number" && { environments }),
    ...(typeof queues === "number" && { queues }),
  };
}
