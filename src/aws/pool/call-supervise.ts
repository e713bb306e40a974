/** Has the stack's own supervise look at one run at once: whoever starts a run needs no rights on machines for it. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CirrusError, EXIT } from "../../errors.ts";
import { type ClientOptions, clientSettings, explained } from "../services/settings.ts";

/** As supervise answers. */
export interface SupervisedRun {
  readonly run: string;
  readonly action: string;
  readonly reason: string;
}

/** The function makes steps that Batch takes seconds for. */
const ANSWER_MS = 60_000;

export async function callSupervise(
  stack: string,
  run: string,
  options: ClientOptions,
): Promise<SupervisedRun | undefined> {
  const settings = clientSettings({ ...options, timeoutMs: ANSWER_MS });
  const client = explained(new LambdaClient(settings), "Lambda", options);
  const FunctionName = `${stack}-supervise`;
  const { FunctionError, Payload } = await client
    .send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ run }) }))
    .catch((thrown: unknown) => {
      throw thrown instanceof Error && thrown.name === "ResourceNotFoundException" ? notThere(FunctionName) : thrown;
    });
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString("utf8") || "null");
  if (FunctionError !== undefined) {
    throw new CirrusError(`${FunctionName} failed: ${JSON.stringify(answer)}`, {
      hint: "The run is loaded and stays open: it is looked at again each minute.",
    });
  }
  // What superviseLambda returns.
  const [supervised] = Array.isArray(answer) ? (answer as SupervisedRun[]) : [];
  return supervised;
}

function notThere(name: string): CirrusError {
  return new CirrusError(`There is no Lambda ${name}, which gives bulk runs their workers.`, {
    hint: "Deploy the stage again with this version: npx cirrus deploy --stage <stage>.",
    exitCode: EXIT.notFound,
  });
}
