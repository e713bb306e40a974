/** After a deployment or a removal that failed: what failed, and in which state the stack is left. */
import { makeClients } from "../../aws/clients.ts";
import { makeStack, type Stack, type StackStatus } from "../../aws/stack.ts";
import { describeError } from "../../errors.ts";
import type { Project } from "../../project/project.ts";
import { type Io, paint } from "../terminal/io.ts";
import type { AwsOptions } from "./target.ts";

export async function openStack({ config }: Project, { profile }: AwsOptions): Promise<Stack> {
  const clients = makeClients({ region: config.region, profile });
  return makeStack({ client: await clients.cloudformation(), name: config.stackName });
}

/** Never throws: it comes after another error, which must not be lost. */
export async function explainStack(io: Io, stack: Stack, name: string, since: number): Promise<void> {
  try {
    const status = await stack.describe();
    if (status === undefined) return void io.stderr.write(`The stack ${name} does not exist: nothing was deployed.\n`);
    const failures = await stack.failures(since);
    for (const { logicalId, type, status: what, reason } of failures) {
      io.stderr.write(`  ${paint(io, io.stderr, "red", what)} ${logicalId} [${type}]: ${reason}\n`);
    }
    io.stderr.write(`The stack ${name} is ${status.status}. ${adviceFor(status)}\n`);
  } catch (thrown) {
    io.stderr.write(`How the stack ${name} was left could not be asked: ${describeError(thrown).cause}\n`);
  }
}

/** What each of CloudFormation's resting states means for the next step. */
function adviceFor({ status }: StackStatus): string {
  if (status === "ROLLBACK_COMPLETE" || status === "ROLLBACK_FAILED") {
    return "It was never deployed and cannot be updated: remove it with `cirrus remove`, then deploy again.";
  }
  if (status === "UPDATE_ROLLBACK_FAILED") {
    return "It is between two versions: mend the cause, then `aws cloudformation continue-update-rollback`.";
  }
  if (status === "UPDATE_ROLLBACK_COMPLETE") return "It is as it was before this deployment.";
  if (status === "DELETE_FAILED") return "Some of its resources are still there: mend the cause, then remove it again.";
  if (status.endsWith("_IN_PROGRESS")) return "It is still being changed; wait for its end before you deploy again.";
  return "It is as it was: CloudFormation had not begun to change it.";
}
