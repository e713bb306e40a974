/** Reads Step Functions' status change of an execution, as EventBridge delivers it: at times late, twice, or cut. */
import * as z from "zod";
import type { Problem } from "../errors.ts";
import type { ExecutionStatus } from "../executions/executions.ts";
import { isJsonObject } from "../json.ts";
import { parseBoundedJson } from "../payload/bounded-json.ts";
import { jsonPath } from "../payload/problems.ts";

export { type ExecutionError, errorOfExecution } from "./execution-error.ts";

export interface StatusChange {
  readonly executionArn: string;
  /** The state machine's name without the deployment's prefix. */
  readonly workflow: string;
  /** The execution's name. */
  readonly name: string;
  readonly status: ExecutionStatus;
  /** JSON text; absent where EventBridge left it out for its size: describe the execution, or read the stored object. */
  readonly input?: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** ISO 8601 */
  readonly startDate?: string;
  /** ISO 8601; absent while it runs. */
  readonly stopDate?: string;
  readonly redriveCount: number;
}

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"] as const;

const text = z.string().min(1);
const optionalText = z.string().nullish();
const details = z.object({ included: z.boolean().nullish() }).nullish();
/** Milliseconds since 1970, in the range that a Date holds. */
const instant = z.number().min(-8.64e15).max(8.64e15).nullish();

const statusChangeDetail = z.object({
  executionArn: text,
  stateMachineArn: text.nullish(),
  name: text,
  status: z.enum(STATUSES),
  input: optionalText,
  output: optionalText,
  inputDetails: details,
  outputDetails: details,
  error: optionalText,
  cause: optionalText,
  startDate: instant,
  stopDate: instant,
  redriveCount: z.int().min(0).nullish(),
});

/**
 * `event` is the event of EventBridge, its `detail` alone, or either as JSON text (the body of an SQS message).
 * `prefix` stands before the workflow in the names of the deployment's state machines. Never throws.
 */
export function parseStatusChange(event: unknown, prefix = ""): StatusChange | { readonly problem: Problem } {
  if (typeof event === "string") {
    const parsed = parseBoundedJson(event);
    return "problem" in parsed ? parsed : parseStatusChange(parsed.value, prefix);
  }
  const wrapped = isJsonObject(event) && "detail" in event;
  const parsed = statusChangeDetail.safeParse(wrapped ? event.detail : event);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return problem(
      "not-a-status-change",
      [...(wrapped ? ["detail"] : []), ...(issue?.path ?? [])],
      issue?.message ?? "",
    );
  }
  const detail = parsed.data;
  const machine = machineName(detail.stateMachineArn, detail.executionArn);
  if (!machine.startsWith(prefix) || machine.length === prefix.length) {
    const path = [...(wrapped ? ["detail"] : []), "stateMachineArn"];
    return problem("foreign-state-machine", path, `found ${machine}, expected a name that starts with ${prefix}`);
  }
  return { ...pick(detail), workflow: machine.slice(prefix.length) };
}

function pick(detail: z.infer<typeof statusChangeDetail>): Omit<StatusChange, "workflow"> {
  const { executionArn, name, status, input, output, error, cause, startDate, stopDate, redriveCount } = detail;
  const inputThere = typeof input === "string" && detail.inputDetails?.included !== false;
  const outputThere = typeof output === "string" && detail.outputDetails?.included !== false;
  return {
    executionArn,
    name,
    status,
    ...(inputThere ? { input } : {}),
    ...(outputThere ? { output } : {}),
    ...(typeof error === "string" ? { error } : {}),
    ...(typeof cause === "string" ? { cause } : {}),
    ...(typeof startDate === "number" ? { startDate: new Date(startDate).toISOString() } : {}),
    ...(typeof stopDate === "number" ? { stopDate: new Date(stopDate).toISOString() } : {}),
    redriveCount: redriveCount ?? 0,
  };
}

/** `arn:aws:states:region:account:stateMachine:NAME`, `arn:aws:states:region:account:execution:NAME:execution`. */
function machineName(stateMachineArn: string | null | undefined, executionArn: string): string {
  return (stateMachineArn ?? executionArn).split(":")[6] ?? "";
}

function problem(code: string, path: readonly PropertyKey[], message: string): { readonly problem: Problem } {
  const hint = "Route only Step Functions Execution Status Change events of this deployment here.";
  return { problem: { code, path: jsonPath(path), message, hint } };
}
