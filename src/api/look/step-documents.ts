/** What a state of an execution got and made, or the whole execution. A payload behind a URL is fetched. */

import { errorOfExecution } from "../../events/execution-error.ts";
import type { ExecutionDescription, ExecutionKey, HistoryEvent } from "../../executions/executions.ts";
import type { StepError } from "../../executions/steps-of-history.ts";
import { stepsOf } from "../../executions/steps-of-history.ts";
import type { Json } from "../../json.ts";
import { NotFound } from "../answers.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { StepDocuments } from "../shapes/executions.ts";
import { requireExecution } from "./execution.ts";
import { resolveReadable } from "./resolve-readable.ts";
import { shortError } from "./step-view.ts";

export async function readDocuments(
  key: ExecutionKey,
  path: string | undefined,
  ports: ApiPorts,
  settings: ApiSettings,
): Promise<StepDocuments> {
  const execution = await requireExecution(key, ports, settings);
  const found = path === undefined ? ofExecution(execution) : await ofStep(key, path, ports);
  const resolved = async (value: Json | undefined) =>
    value === undefined ? undefined : await resolveReadable(value, ports.functions);
  const [input, output] = await Promise.all([resolved(found.input), resolved(found.output)]);
  return {
    ...(path !== undefined && { path }),
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...shortError(found.error, MOST_OF_CAUSE),
  };
}

/** Step Functions' own limit: the whole of it. */
const MOST_OF_CAUSE = 32_768;

interface Documents {
  readonly input?: Json | undefined;
  readonly output?: Json | undefined;
  readonly error?: StepError | undefined;
}

/** The engine took its texts only as JSON. */
function ofExecution(execution: ExecutionDescription): Documents {
  const { input, output, status } = execution;
  return {
    input: JSON.parse(input) as Json,
    output: output === undefined ? undefined : (JSON.parse(output) as Json),
    error: status === "RUNNING" || status === "SUCCEEDED" ? undefined : errorOfExecution(execution),
  };
}

async function ofStep(key: ExecutionKey, path: string, { functions }: ApiPorts): Promise<Documents> {
  const history = await functions.executions.history(key);
  const step = stepsOf(history).find((one) => one.path === path);
  if (step === undefined) {
    throw new NotFound(`The execution ${key.name} has no step ${path.slice(0, 200)}.`, "Take a path of its `steps`.");
  }
  const detail = (ending: string, member: string): Json | undefined => detailOf(history, path, ending, member);
  return { input: detail("StateEntered", "input"), output: detail("StateExited", "output"), error: step.error };
}

function detailOf(history: readonly HistoryEvent[], path: string, ending: string, member: string): Json | undefined {
  return history.findLast((event) => event.path === path && event.type.endsWith(ending))?.details[member];
}
