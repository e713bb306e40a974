/** The environment of a Lambda worker: Lambda's own variables and the definition's, and nothing of the caller's. */
import { dirname } from "node:path";
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import { SANDBOX } from "../processes/processes.ts";

/** `folder` is the worker's own: its `/tmp`, and its home, so that no credentials file of the caller's is found. */
export function lambdaEnvironment(fn: LambdaFunction, folder: string): Record<string, string> {
  // arn:aws:lambda:REGION:ACCOUNT:function:NAME
  const region = fn.arn.split(":")[3] || "us-west-2";
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: folder,
    TMPDIR: folder,
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...fn.environment,
    // Reserved: in Lambda too a definition cannot set these.
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    LAMBDA_TASK_ROOT: fn.directory,
    _HANDLER: fn.handler,
    [SANDBOX]: folder,
  };
}
