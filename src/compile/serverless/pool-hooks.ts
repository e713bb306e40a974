/**
 * Where in the Serverless Framework's run machines of bulk runs are looked for: before a stack is removed. They are no part of it,
 * and once its supervise is gone nobody takes them away: they would cost money, and keep the stack's network from being deleted.
 */
import { AccessDenied } from "../../aws/failures.ts";
import { readMachinesLeft } from "../../aws/pool/machines-left.ts";
import { poolNames } from "../../aws/pool/pool-names.ts";
import type { DeployingServerless, DeployLog } from "./batch-hooks.ts";

export function poolHooks(
  serverless: DeployingServerless,
  log: DeployLog,
  readLeft: typeof readMachinesLeft = readMachinesLeft,
): Readonly<Record<string, () => Promise<void>>> {
  async function check(): Promise<void> {
    const aws = serverless.getProvider("aws");
    const stack = aws.naming.getStackName();
    const account = { region: aws.getRegion(), credentials: aws.getAwsSdkV3CredentialsProvider() };
    const left = await readLeft(stack, account).catch((thrown: unknown) => {
      if (!(thrown instanceof AccessDenied)) throw thrown;
      log.warning(`Whether bulk runs still have machines is not known: ${thrown.message}`);
      return { runs: [], isSupervised: false };
    });
    if (left.runs.length === 0) return;
    if (!left.isSupervised) return log.warning(byHand(stack, left.runs));
    throw new serverless.classes.Error(stopFirst(left.runs), "CIRRUS_POOLS");
  }

  return { "before:remove:remove": check };
}

function stopFirst(runs: readonly string[]): string {
  return [
    `Bulk runs of this stack have machines, which nothing would take away once it is removed: ${runs.join(", ")}.`,
    "Nothing was removed. Stop them, and remove the stack when they are gone, which takes some minutes:",
    ...runs.map((run) => `  npx cirrus bulk stop ${run} --stage <stage>`),
  ].join("\n");
}

function byHand(stack: string, runs: readonly string[]): string {
  return [
    "Machines of bulk runs are left, and the stack has no supervise any more that takes them away.",
    "Disable and delete these in Batch, then the launch template in EC2:",
    ...runs.map((run) => {
      const { base, spot, onDemand } = poolNames(stack, run);
      return `  job queue ${base}, compute environments ${spot} and ${onDemand}, launch template ${base}`;
    }),
  ].join("\n");
}
