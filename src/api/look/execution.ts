/** One execution: how it stands, and its steps as its history tells of them. */
import { errorOfExecution } from "../../events/execution-error.ts";
import type { ExecutionDescription, ExecutionKey } from "../../executions/executions.ts";
import { stepsOf } from "../../executions/steps-of-history.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { executionName, parsePayloadId } from "../../payload/payload-id.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { hasEnded } from "../../state/states.ts";
import { NotFound } from "../answers.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { ExecutionView } from "../shapes/executions.ts";
import { chooseSteps } from "./choose-steps.ts";
import { resolveReadable } from "./resolve-readable.ts";
import { stepView } from "./step-view.ts";
import { makeTaskFinder } from "./task-finder.ts";

export interface ExecutionQuery extends ExecutionKey {
  /** Only steps in the branches or iterations below this path. */
  readonly below?: string | undefined;
}

export async function lookAtExecution(
  { below, ...key }: ExecutionQuery,
  ports: ApiPorts,
  settings: ApiSettings,
): Promise<ExecutionView> {
  const { executions, clock } = ports.functions;
  const execution = await requireExecution(key, ports, settings);
  const [history, definition, record] = await Promise.all([
    executions.history(key),
    ports.workflows.definitionOf(key),
    recordOf(execution, ports),
  ]);
  const taskOf = makeTaskFinder(ports.workflows, definition);
  const { steps, more } = chooseSteps(stepsOf(history), below);
  const now = clock.now();
  const { arn, status, startedAt, stoppedAt, redriveCount } = execution;
  const consoleUrl = consoleUrlOf(arn);
  const end = stoppedAt === undefined ? now : Date.parse(stoppedAt);
  return {
    workflow: key.workflow,
    name: key.name,
    arn,
    ...(consoleUrl !== undefined && { consoleUrl }),
    status,
    ...(record !== undefined && { payloadId: record.payloadId, ...attemptOf(record, key.name) }),
    startedAt,
    ...(stoppedAt !== undefined && { stoppedAt }),
    durationMs: Math.max(0, end - Date.parse(startedAt)),
    ...errorOf(execution),
    redriveCount,
    mayRedrive: mayRedrive(execution, record),
    ...(definition !== undefined && { definition }),
    steps: steps.map((step) => stepView(step, taskOf(step), now)),
    moreSteps: more,
  };
}

export async function requireExecution(
  key: ExecutionKey,
  { functions }: Pick<ApiPorts, "functions">,
  { place, flags }: ApiSettings,
): Promise<ExecutionDescription> {
  const execution = await functions.executions.describe(key);
  if (execution !== undefined) return execution;
  throw new NotFound(
    `There is no execution ${key.name.slice(0, 100)} of the workflow ${key.workflow.slice(0, 100)} ${place}.`,
    `It may be too old to be kept. Look at the payload that it ran: npx cirrus payload get${flags} ID`,
  );
}

/** Of the payload that it runs, where it runs one of ours. */
async function recordOf({ input }: ExecutionDescription, { functions }: ApiPorts): Promise<PayloadRecord | undefined> {
  // The engine took it only as JSON.
  const given = await resolveReadable(JSON.parse(input) as Json, functions);
  if (!isJsonObject(given) || typeof given.id !== "string" || parsePayloadId(given.id) === undefined) return undefined;
  const [record] = await functions.state.get([given.id]);
  return record;
}

/** The names of a payload's executions follow from their numbers. */
function attemptOf(record: PayloadRecord, execution: string): { attempt?: number } {
  if (record.execution === execution) return { attempt: record.attempt };
  for (let attempt = record.attempt - 1; attempt >= 1; attempt--) {
    if (executionName(record.payloadId, attempt) === execution) return { attempt };
  }
  return {};
}

function errorOf(execution: ExecutionDescription): Pick<ExecutionView, "error"> {
  if (execution.status === "RUNNING" || execution.status === "SUCCEEDED") return {};
  const { error, cause } = errorOfExecution(execution);
  return { error: { error, cause } };
}

/** What `cirrus execution redrive` asks for as well, but for what only the engine knows. */
function mayRedrive({ status, name }: ExecutionDescription, record: PayloadRecord | undefined): boolean {
  if (!["FAILED", "TIMED_OUT", "ABORTED"].includes(status)) return false;
  return record !== undefined && record.execution === name && hasEnded(record.state) && !record.effectsPending;
}

/** A machine's own executions are of the region `local`. */
function consoleUrlOf(arn: string): string | undefined {
  const [, partition, , region = "local"] = arn.split(":");
  if (region === "local" || partition !== "aws") return undefined;
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${arn}`;
}
