/** Runs one Lambda alone, as Lambda would, and shows what it wrote. */
import { randomUUID } from "node:crypto";
import { TaskError } from "../asl/errors.ts";
import { LambdaError } from "../embedded/lambda/lambda-pool.ts";
import { EXIT } from "../errors.ts";
import { errorOfExecution } from "../events/status-change.ts";
import type { LambdaFunction } from "../executions/lambda-function.ts";
import type { Json } from "../json.ts";
import { lambdaArn } from "../project/local/local-names.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { type Io, paint } from "./terminal/io.ts";

/** Undefined where the component has no Lambda that runs here. */
export function findLambda(component: string, runtime: Runtime): LambdaFunction | undefined {
  return runtime.bound().lambdas.get(lambdaArn(runtime.project().config, component));
}

/** `environment` is added to the Lambda's own. Throws a LambdaError where it fails. */
export async function runLambda(
  lambda: LambdaFunction,
  event: Json,
  environment: Readonly<Record<string, string>>,
  runtime: Runtime,
  io: Io,
): Promise<Json> {
  const requestId = randomUUID();
  const configured: LambdaFunction = { ...lambda, environment: { ...lambda.environment, ...environment } };
  try {
    return await runtime.lambdaPool.invoke(configured, event, { requestId, signal: io.signal });
  } finally {
    await printLog(runtime, io, `/aws/lambda/${lambda.name}/${requestId}`);
  }
}

export async function printLog(runtime: Runtime, io: Io, stream: string | undefined): Promise<void> {
  const lines = stream === undefined ? undefined : await runtime.logs.tail(stream, 1000);
  for (const { at, message } of lines ?? []) io.stderr.write(`${paint(io, io.stderr, "dim", at)} ${message}\n`);
}

/** The failure of what ran is its result; anything else is thrown on. */
export function reportFailure(thrown: unknown, io: Io): 1 {
  if (!(thrown instanceof LambdaError) && !(thrown instanceof TaskError)) throw thrown;
  const { error, cause } = errorOfExecution({ status: "FAILED", error: thrown.error, cause: thrown.errorCause });
  io.stderr.write(`${paint(io, io.stderr, "red", "error:")} ${error}: ${cause}\n`);
  return EXIT.failed;
}
