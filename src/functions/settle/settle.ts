/**
 * Records how an execution ended and lets its effects follow. The end is written first, marked as having effects
 * pending; announcements, items and chained payloads come after it, and the mark goes last. A crash in between leaves
 * the mark, and whoever sees it (a repeated event, reconcile) performs the effects again under the same IDs.
 */
import { isoTime } from "../../clock.ts";
import { errorOfExecution } from "../../events/status-change.ts";
import type { ExecutionDescription } from "../../executions/executions.ts";
import { canonicalJson, type Json } from "../../json.ts";
import type { Payload } from "../../payload/payload.ts";
import type { FinishRequest, PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import { performEffects } from "./effects.ts";
import { readOutput } from "./output.ts";
import { storedJson } from "./stored.ts";

export type ExecutionEnd = Pick<
  ExecutionDescription,
  "workflow" | "name" | "status" | "output" | "error" | "cause" | "stoppedAt"
>;

export type SettleOutcome =
  | { readonly outcome: "settled"; readonly record: PayloadRecord }
  /** Another execution is the current one, or a later end is recorded: nothing changed. */
  | { readonly outcome: "stale"; readonly current: PayloadRecord | undefined };

export async function recordEnd(
  execution: ExecutionEnd,
  payloadId: string,
  actor: string,
  ports: FunctionPorts,
): Promise<SettleOutcome> {
  const at = execution.stoppedAt;
  if (at === undefined) throw new Error(`execution ${execution.name} is closed but has no stop time`);
  const base = { payloadId, execution: execution.name, at, actor };

  if (execution.status !== "SUCCEEDED") {
    const { error, cause, invalid } = errorOfExecution(execution);
    const state = execution.status === "ABORTED" ? "ABORTED" : invalid ? "INVALID" : "FAILED";
    return settle(
      { ...base, state, error: { error, cause }, outputs: [], reason: `the execution ended ${execution.status}` },
      undefined,
      ports,
    );
  }
  const output = await readOutput(execution.output, ports);
  if (output.outcome === "unreadable") {
    const error = { error: "OutputUnreadable", cause: output.reason };
    return settle(
      { ...base, state: "FAILED", error, outputs: [], reason: "the execution succeeded without a usable output" },
      undefined,
      ports,
    );
  }
  const url = ports.payloads.urls.output(payloadId, execution.name);
  await ports.objects.put(url, canonicalJson(output.value), { contentType: "application/json" });
  const request = {
    ...base,
    state: "SUCCEEDED",
    outputUrl: url,
    outputs: output.payload ? itemUrls(output.payload) : [],
    reason: output.payload ? "the execution succeeded" : `the execution succeeded; ${output.reason}`,
  } as const;
  return settle(request, output.value, ports);
}

/**
 * An execution that can never start ends its payload FAILED at once: no retry would help. `expected` guards what was
 * concluded from the record alone against a message that starts the execution in the same moment.
 */
export async function recordImpossible(
  record: PayloadRecord,
  { error, cause }: { readonly error: string; readonly cause: string },
  actor: string,
  ports: FunctionPorts,
  expected?: number,
): Promise<SettleOutcome> {
  const at = isoTime(ports.clock.now());
  const { payloadId, execution } = record;
  const reason = "the execution cannot be started";
  return settle(
    { payloadId, execution, expected, at, actor, state: "FAILED", error: { error, cause }, outputs: [], reason },
    undefined,
    ports,
  );
}

/** The effects of an end whose recorder died, or could not reach everyone, before they were all out. */
export async function resumeEffects(record: PayloadRecord, ports: FunctionPorts): Promise<void> {
  const output = record.outputUrl === undefined ? undefined : await storedJson(record.outputUrl, ports);
  await performEffects(record, output, ports);
}

async function settle(request: FinishRequest, output: Json | undefined, ports: FunctionPorts): Promise<SettleOutcome> {
  const [written] = await ports.state.finish([request]);
  if (written?.outcome === "written") {
    await performEffects(written.record, output, ports);
    return { outcome: "settled", record: written.record };
  }
  const current = written?.current;
  const isRepeat =
    current?.execution === request.execution && current.state === request.state && current.effectsPending;
  if (!isRepeat) return { outcome: "stale", current };
  await performEffects(current, output, ports);
  return { outcome: "settled", record: current };
}

/** Where the items can be found afterwards: their own `self` links. */
function itemUrls(payload: Payload): readonly string[] {
  return payload.features.flatMap(({ links }) =>
    (links ?? []).filter(({ rel }) => rel === "self").map(({ href }) => href),
  );
}
