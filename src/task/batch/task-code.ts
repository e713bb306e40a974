/** Finds the handler that a Batch job runs: in the folder it is started in, or in the zip of the task's Lambda. */
import { resolve } from "node:path";
import { findHandlerFile } from "../../embedded/lambda/lambda-handler.ts";
import type { Environment } from "../../env.ts";
import type { TaskCode } from "./lambda-code.ts";

/** What lies in an image, or on one machine in the task's folder, comes first: nothing has to be fetched. */
export async function findTaskCode(
  environment: Environment,
  signal: AbortSignal,
  print: (line: string) => void,
): Promise<TaskCode> {
  const directory = resolve(environment.LAMBDA_TASK_ROOT ?? ".");
  const handler = environment._HANDLER ?? "handler.handler";
  const name = environment.CIRRUS_TASK_FUNCTION;
  if (name === undefined || findHandlerFile(directory, handler) !== undefined) {
    return { directory, handler, remove: async () => {} };
  }
  print(`Fetching the code of the Lambda ${name}`);
  // Loaded only here: most jobs of one machine have their code at hand.
  const { lazyLambda } = await import("../../aws/clients/lambda.ts");
  const { locateLambdaCode } = await import("../../aws/lambda-code.ts");
  const { fetchLambdaCode } = await import("./lambda-code.ts");
  const code = await locateLambdaCode(name, lazyLambda({}));
  if (code.layers.length > 0) print(`Warning: the files of its layers are not here: ${code.layers.join(", ")}`);
  return fetchLambdaCode(name, code, { signal, allowLocal: environment.AWS_ENDPOINT_URL !== undefined });
}
