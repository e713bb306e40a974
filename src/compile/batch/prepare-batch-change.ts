/**
 * Just before a deployment: carries over what jobs still need, and checks the quotas. Packaging asks AWS nothing, so that
 * the same project is the same package; only here is the deployed stack looked at.
 */

import type { BatchAccount } from "../../aws/batch/account.ts";
import type { DeployedStack } from "../../aws/batch/deployed-stack.ts";
import type { QuotaUse } from "../../aws/batch/quota-use.ts";
import { AccessDenied } from "../../aws/failures.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { countJobs, inUseOf, overviewOf } from "./batch-overview.ts";
import { COMPUTE_ENVIRONMENT, entriesOf, JOB_QUEUE, type Template } from "./batch-revisions.ts";
import { type Former, formerOf, keepFormerBatch } from "./former-batch.ts";
import { checkQuotas, QUOTAS } from "./quotas.ts";

/** What is asked of AWS. */
export type AskedAccount = Pick<BatchAccount, "readDeployedStack" | "readUses" | "readQuotaUse" | "openQueues">;

export interface BatchChange {
  readonly template: Template;
  readonly stackName: string;
  readonly account: AskedAccount;
  readonly quotas?: Partial<QuotaUse> | undefined;
  readonly notice: (message: string) => void;
  readonly warn: (message: string) => void;
}

/** The template to deploy; throws where it does not fit. */
export async function prepareBatchChange(change: BatchChange): Promise<Template> {
  const { template, stackName, account, notice } = change;
  const stack = await account.readDeployedStack(stackName);
  const deployed = stack?.template ?? {};
  const inUse = stack === undefined ? new Set<string>() : await usedFormer(stack, change);
  const { template: whole, kept, dropped } = keepFormerBatch(template, deployed, inUse);
  if (kept.length > 0) notice(`Kept until nothing uses them: ${list(kept)}. See them with: npx cirrus batch status`);
  if (dropped.length > 0) notice(`Removed, as nothing uses them any more: ${list(dropped)}`);
  await refuseOverQuota(change, whole, deployed);
  if (stack !== undefined) await openAgain(stack, template, account);
  return whole;
}

/** A former queue that the project wants again may still be closed, where its retirement was cut off: its template says open. */
async function openAgain({ template: deployed, resources }: DeployedStack, template: Template, account: AskedAccount) {
  const wanted = new Set(entriesOf(template.Resources).map(([id]) => id));
  const again = formerOf(deployed).filter(({ type, logicalId }) => type === JOB_QUEUE && wanted.has(logicalId));
  const queues = resources.filter(({ logicalId }) => again.some((one) => one.logicalId === logicalId));
  if (queues.length > 0) await account.openQueues(queues.map(({ physicalId }) => physicalId));
}

/** An earlier template does not have the queues of today, and CloudFormation would delete them with their jobs. */
export async function refuseRollback(account: AskedAccount, stackName: string): Promise<void> {
  const stack = await account.readDeployedStack(stackName);
  if (stack === undefined) return;
  const overview = overviewOf(stack.template, await account.readUses(stack.resources));
  const busy = overview.filter(({ type, jobs }) => type === JOB_QUEUE && countJobs(jobs) > 0);
  if (busy.length === 0) return;
  throw new CirrusError(
    `A rollback would delete queues with the jobs in them: ${busy.map(({ logicalId, jobs }) => `${logicalId} (${countJobs(jobs)} jobs)`).join(", ")}.`,
    { hint: "Deploy the earlier version of the project instead: that keeps them.", exitCode: EXIT.conflict },
  );
}

async function usedFormer({ template, resources }: DeployedStack, change: BatchChange): Promise<ReadonlySet<string>> {
  const former = formerOf(template);
  if (former.length === 0) return new Set();
  try {
    return inUseOf(overviewOf(template, await change.account.readUses(resources)));
  } catch (thrown) {
    if (!(thrown instanceof AccessDenied)) throw thrown;
    change.warn(`What uses former Batch resources cannot be told, so all of them stay: ${thrown.message}`);
    return new Set(former.map(({ logicalId }) => logicalId));
  }
}

async function refuseOverQuota(
  { account, quotas, warn }: BatchChange,
  whole: Template,
  deployed: Template,
): Promise<void> {
  const types = entriesOf(whole.Resources).map(([, { Type }]) => Type);
  if (!types.includes(COMPUTE_ENVIRONMENT) && !types.includes(JOB_QUEUE)) return;
  try {
    const used = await account.readQuotaUse();
    const { refusals, warnings } = checkQuotas(whole, deployed, used, { ...QUOTAS, ...quotas });
    for (const warning of warnings) warn(warning);
    if (refusals.length === 0) return;
    throw new CirrusError(`Batch has no room for this deployment; nothing was changed. ${refusals.join(" ")}`, {
      exitCode: EXIT.conflict,
    });
  } catch (thrown) {
    if (!(thrown instanceof AccessDenied)) throw thrown;
    warn(`The quotas of Batch were not checked: ${thrown.message}`);
  }
}

function list(former: readonly Former[]): string {
  return former.map(({ logicalId }) => logicalId).join(", ");
}
