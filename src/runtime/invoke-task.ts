/** Runs what a Task state names: a Lambda in its own process, one of the built-in functions here, or a Batch job. */
import { TaskError } from "../asl/errors.ts";
import type { InvokeTask, TaskCall } from "../asl/run.ts";
import type { Jobs } from "../embedded/jobs/jobs.ts";
import { LambdaError, type LambdaPool } from "../embedded/lambda/lambda-pool.ts";
import { describeError } from "../errors.ts";
import { integrationOf } from "../executions/integration.ts";
import type { SubmitJob } from "../executions/jobs.ts";
import type { LambdaFunction } from "../executions/lambda-function.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { NAMESPACE_URL, uuid5 } from "../payload/payload-id.ts";

export type BuiltInFunction = (event: Json) => Promise<Json>;

export interface TaskTargets {
  readonly lambdas: () => ReadonlyMap<string, LambdaFunction>;
  /** By ARN. */
  readonly functions: ReadonlyMap<string, BuiltInFunction>;
  readonly pool: LambdaPool;
  readonly jobs: Jobs;
}

export function makeInvokeTask(targets: TaskTargets): InvokeTask {
  return async (call) => {
    const { resource, input } = call;
    const integration = integrationOf(resource);
    if (integration === "lambda:invoke") {
      const { FunctionName: name, Payload: payload = {} } = parameters(input, resource);
      if (typeof name !== "string")
        throw new TaskError("States.Runtime", "lambda:invoke needs the parameter FunctionName.");
      return {
        ExecutedVersion: "$LATEST",
        Payload: await invokeFunction(name, payload, call, targets),
        StatusCode: 200,
      };
    }
    if (integration === "batch:submitJob.sync") return runJob(input, call, targets.jobs);
    return invokeFunction(resource, input, call, targets);
  };
}

async function invokeFunction(nameOrArn: string, payload: Json, call: TaskCall, targets: TaskTargets): Promise<Json> {
  const arn = nameOrArn.replace(/:\$LATEST$/, "");
  const builtIn = targets.functions.get(arn);
  if (builtIn) return invokeBuiltIn(builtIn, payload);
  const lambda = targets.lambdas().get(arn) ?? [...targets.lambdas().values()].find(({ name }) => name === arn);
  if (!lambda)
    throw new TaskError("Lambda.ResourceNotFoundException", `There is no function ${nameOrArn} in this project.`);
  try {
    return await targets.pool.invoke(lambda, payload, {
      requestId: uuid5(NAMESPACE_URL, call.token),
      signal: call.signal,
    });
  } catch (thrown) {
    if (thrown instanceof LambdaError) throw new TaskError(thrown.error, thrown.errorCause);
    throw thrown;
  }
}

/** As Lambda reports what a handler throws: the error's name, and a cause that holds type and message. */
async function invokeBuiltIn(run: BuiltInFunction, payload: Json): Promise<Json> {
  try {
    return await run(payload);
  } catch (thrown) {
    const { error, cause } =
      thrown instanceof TaskError ? { error: thrown.error, cause: thrown.errorCause } : describeError(thrown);
    throw new TaskError(error, JSON.stringify({ errorType: error, errorMessage: cause }));
  }
}

async function runJob(input: Json, call: TaskCall, jobs: Jobs): Promise<Json> {
  const submit = parameters(input, call.resource);
  for (const member of ["JobName", "JobQueue", "JobDefinition"]) {
    if (typeof submit[member] !== "string")
      throw new TaskError("Batch.ClientException", `SubmitJob needs the parameter ${member}.`);
  }
  let job: Awaited<ReturnType<Jobs["run"]>>;
  try {
    // The members that matter were checked above; the rest is passed on as it is.
    job = await jobs.run(submit as unknown as SubmitJob, { token: call.token, signal: call.signal });
  } catch (thrown) {
    const { error, cause } = describeError(thrown);
    if (error.startsWith("Batch.")) throw new TaskError(error, cause);
    throw thrown;
  }
  const description = JSON.parse(JSON.stringify(job)) as JsonObject;
  if (job.Status === "FAILED") throw new TaskError("States.TaskFailed", JSON.stringify(description));
  return description;
}

function parameters(input: Json, resource: string): JsonObject {
  if (isJsonObject(input)) return input;
  throw new TaskError("States.Runtime", `${resource} needs Parameters that are an object.`);
}
