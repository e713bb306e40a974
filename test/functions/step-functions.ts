/**
 * A model of Step Functions with its true rules: a name starts one execution, the same name and input is idempotent only
 * while it runs, a redriven execution keeps its name. How and when an execution ends is up to the test.
 */
import { type Clock, isoTime } from "../../src/clock.ts";
import type {
  ExecutionDescription,
  ExecutionKey,
  ExecutionStatus,
  Executions,
} from "../../src/executions/executions.ts";
import { isJsonObject, type Json, utf8Length } from "../../src/json.ts";

export const PREFIX = "cirrus-";

export type End =
  | { readonly status: "SUCCEEDED"; readonly output: string }
  | { readonly status: "FAILED" | "TIMED_OUT" | "ABORTED"; readonly error?: string; readonly cause?: string };

export interface StepFunctions extends Executions {
  /** Every start that made a new execution, in order. */
  readonly starts: readonly ExecutionDescription[];
  /** Payload IDs that had two executions running at once. It has to stay empty. */
  readonly overlaps: readonly string[];
  /** Status changes in the order they happened; the test decides what becomes of them. */
  readonly events: readonly string[];
  running(): readonly ExecutionDescription[];
  end(key: ExecutionKey, end: End): void;
}

/** Step Functions' limit for an execution's input, in bytes. */
const MAX_INPUT_BYTES = 262_144;

export function makeStepFunctions(workflows: readonly string[], clock: Clock): StepFunctions {
  const executions = new Map<string, ExecutionDescription>();
  const starts: ExecutionDescription[] = [];
  const overlaps: string[] = [];
  const events: string[] = [];
  const keyOf = ({ workflow, name }: ExecutionKey): string => `${workflow}/${name}`;

  function change(execution: ExecutionDescription): void {
    const others = [...executions.values()].filter((one) => isRunning(one) && keyOf(one) !== keyOf(execution));
    const payloadId = payloadIdOf(execution);
    if (isRunning(execution) && others.some((one) => payloadIdOf(one) === payloadId)) overlaps.push(String(payloadId));
    executions.set(keyOf(execution), execution);
    events.push(statusEvent(execution));
  }

  function existing(key: ExecutionKey): ExecutionDescription {
    const execution = executions.get(keyOf(key));
    if (!execution) throw new Error(`no execution ${keyOf(key)}`);
    return execution;
  }

  function end(key: ExecutionKey, how: End): void {
    const execution = existing(key);
    if (!isRunning(execution)) throw new Error(`execution ${keyOf(key)} is ${execution.status}`);
    change({ ...execution, ...how, stoppedAt: isoTime(clock.now()) });
  }

  return {
    starts,
    overlaps,
    events,
    running: () => [...executions.values()].filter(isRunning),
    end,
    async redrive(key) {
      const { output: _output, error: _error, cause: _cause, stoppedAt, ...execution } = existing(key);
      if (stoppedAt === undefined || execution.status === "SUCCEEDED") throw new Error(`cannot redrive ${keyOf(key)}`);
      const redriveCount = execution.redriveCount + 1;
      change({ ...execution, status: "RUNNING", redriveCount });
      return { outcome: "redriven" };
    },

    async start({ workflow, name, input }) {
      const arn = `arn:aws:states:eu-west-1:123456789012:execution:${PREFIX}${workflow}:${name}`;
      if (!workflows.includes(workflow)) return { outcome: "no-such-workflow", message: `no workflow ${workflow}` };
      if (utf8Length(input) > MAX_INPUT_BYTES) {
        return { outcome: "refused", error: "InvalidExecutionInput", message: `input has ${utf8Length(input)} bytes` };
      }
      const found = executions.get(keyOf({ workflow, name }));
      if (found) return { outcome: isRunning(found) && found.input === input ? "started" : "exists", arn };
      const startedAt = isoTime(clock.now());
      const execution = { workflow, name, arn, status: "RUNNING", input, startedAt, redriveCount: 0 } as const;
      starts.push(execution);
      change(execution);
      return { outcome: "started", arn };
    },
    describe: async (key) => executions.get(keyOf(key)),
    async stop(key, why) {
      const execution = executions.get(keyOf(key));
      if (execution && isRunning(execution)) end(key, { status: "ABORTED", ...why });
    },
    history: async () => [],
  };
}

function isRunning({ status }: { readonly status: ExecutionStatus }): boolean {
  return status === "RUNNING";
}

/** A payload that travels by url is named by it: the key holds the ID. */
function payloadIdOf({ input }: ExecutionDescription): Json | undefined {
  const value = JSON.parse(input) as Json;
  return isJsonObject(value) ? (value.id ?? value.url) : undefined;
}

/** The event as EventBridge delivers it to a queue. */
export function statusEvent(execution: ExecutionDescription): string {
  const { arn, name, status, input, output, error, cause, startedAt, stoppedAt, redriveCount } = execution;
  return JSON.stringify({
    version: "0",
    source: "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    detail: {
      executionArn: arn,
      stateMachineArn: arn.replace(":execution:", ":stateMachine:").replace(`:${name}`, ""),
      name,
      status,
      startDate: Date.parse(startedAt),
      stopDate: stoppedAt === undefined ? null : Date.parse(stoppedAt),
      input,
      inputDetails: { included: true },
      output: output ?? null,
      outputDetails: output === undefined ? null : { included: true },
      error: error ?? null,
      cause: cause ?? null,
      redriveCount,
    },
  });
}

/** What EventBridge makes of an event whose input and output are larger than 248 KiB. */
export function truncated(event: string): string {
  const { detail, ...rest } = JSON.parse(event) as { readonly detail: object };
  const none = { included: false };
  return JSON.stringify({
    ...rest,
    detail: { ...detail, input: null, inputDetails: none, output: null, outputDetails: none },
  });
}
