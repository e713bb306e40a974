/**
 * update-state: from status changes of executions to the state of their payloads. Changes come late, twice, out of
 * order or without their input and output; each is checked against the record, and nothing newer is ever overwritten.
 */

import { isoTime } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import { parseStatusChange, type StatusChange } from "../../events/status-change.ts";
import { isJsonObject, parseJson } from "../../json.ts";
import { loadPayloadObject } from "../../payload/load.ts";
import { parsePayloadId, writtenId } from "../../payload/payload-id.ts";
import { afterGrace, NO_TIME_LEFT, orLeave } from "../deadline.ts";
import type { FunctionPorts } from "../ports.ts";
import { retryReason } from "../process/admit.ts";
import { type End, type ExecutionEnd, recordEnds } from "../settle/settle.ts";

export interface StatusRecord {
  readonly messageId: string;
  /** JSON: an EventBridge event. */
  readonly body: string;
}

export type UpdateOutcome = { readonly messageId: string; readonly payloadId?: string | undefined } & (
  | { readonly outcome: "updated"; readonly state: string }
  /** Late, repeated, or of an execution that is not the payload's current one. */
  | { readonly outcome: "unchanged"; readonly reason: string }
  | { readonly outcome: "rejected"; readonly reason: string }
  | { readonly outcome: "retry"; readonly reason: string }
);

/** In the order of the records; all ends of a batch are recorded at once. What is not done by the deadline is left for another time. */
export async function updateState(
  records: readonly StatusRecord[],
  ports: FunctionPorts,
  deadline?: AbortSignal,
): Promise<readonly UpdateOutcome[]> {
  const read = await Promise.all(
    records.map(async (record): Promise<Read> => {
      const retry = (reason: string): Read => ({ messageId: record.messageId, outcome: "retry", reason });
      try {
        return await orLeave(readOne(record, ports), deadline, () => retry(NO_TIME_LEFT));
      } catch (thrown) {
        return retry(retryReason(thrown));
      }
    }),
  );
  const ends = read.filter((one) => one.outcome === "ended");
  const recorded = await orLeave<readonly UpdateOutcome[]>(recordAll(ends, ports, deadline), afterGrace(deadline), () =>
    ends.map(({ messageId, payloadId }) => ({ messageId, payloadId, outcome: "retry", reason: NO_TIME_LEFT })),
  );
  const outcomes = new Map(ends.map((end, index) => [end, recorded[index]]));
  return read.flatMap((one) => (one.outcome === "ended" ? (outcomes.get(one) ?? []) : one));
}

/** An outcome, or an end that is still to be recorded. */
type Read = UpdateOutcome | EndRead;
type EndRead = End & { readonly outcome: "ended"; readonly messageId: string };

async function recordAll(
  ends: readonly EndRead[],
  ports: FunctionPorts,
  deadline: AbortSignal | undefined,
): Promise<readonly UpdateOutcome[]> {
  const recorded = await recordEnds(ends, "update-state", ports, deadline);
  return recorded.map((result, index) => {
    const { messageId = "", payloadId } = ends[index] ?? {};
    if (result.status === "rejected") {
      return { messageId, payloadId, outcome: "retry", reason: retryReason(result.reason) };
    }
    const settled = result.value;
    if (settled.outcome === "settled") {
      return { messageId, payloadId, outcome: "updated", state: settled.record.state };
    }
    const { current } = settled;
    const reason = current
      ? `the payload is ${current.state} by execution ${current.execution}`
      : "there is no record of the payload";
    return { messageId, payloadId, outcome: "unchanged", reason };
  });
}

async function readOne({ messageId, body }: StatusRecord, ports: FunctionPorts): Promise<Read> {
  const change = parseStatusChange(body, ports.stateMachinePrefix);
  if ("problem" in change) {
    const reason = change.problem.message;
    await ports.rejections.record([
      { id: `status-${messageId}`, at: isoTime(ports.clock.now()), code: change.problem.code, reason, raw: body },
    ]);
    return { messageId, outcome: "rejected", reason };
  }
  const payloadId = await payloadOf(change, ports);
  if (payloadId === undefined)
    return { messageId, outcome: "unchanged", reason: `execution ${change.name} runs no payload of ours` };

  // The stage `prod` hears of `prod-eu` too, whose executions of the same payloads have the same names.
  if (parsePayloadId(payloadId)?.workflow !== change.workflow)
    return { messageId, payloadId, outcome: "unchanged", reason: `${change.executionArn} is of another deployment` };

  if (change.status === "RUNNING" || change.status === "PENDING_REDRIVE") {
    const redriven = change.redriveCount > 0;
    // The event names no time of a redrive, so a late one cannot be told from a new one: the execution can.
    if (redriven && (await ports.executions.describe(change))?.status !== "RUNNING") {
      return { messageId, payloadId, outcome: "unchanged", reason: "the redriven execution has ended again" };
    }
    const at = redriven ? isoTime(ports.clock.now()) : (change.startDate ?? isoTime(ports.clock.now()));
    const [written] = await ports.state.started([
      { payloadId, execution: change.name, at, actor: "update-state", redriven },
    ]);
    if (written?.outcome === "written")
      return { messageId, payloadId, outcome: "updated", state: written.record.state };
    return {
      messageId,
      payloadId,
      outcome: "unchanged",
      reason: `the payload is ${written?.current?.state ?? "unknown"} already`,
    };
  }

  const execution = await endOf(change, ports);
  if (!execution) return { messageId, payloadId, outcome: "unchanged", reason: "the execution was redriven since" };
  return { messageId, payloadId, outcome: "ended", execution };
}

/** Milliseconds within which nobody redrives what has just failed. */
const FRESH_MS = 60_000;

/**
 * The event where it says everything and cannot be outdated, else the execution itself. Undefined where the execution
 * was redriven after the event: a late FAILED must not end a payload that runs again.
 */
async function endOf(change: StatusChange, ports: FunctionPorts): Promise<ExecutionEnd | undefined> {
  const { name, status, output, redriveCount, stopDate: stoppedAt } = change;
  const complete = stoppedAt !== undefined && (status !== "SUCCEEDED" || output !== undefined);
  // Nothing follows success, and the engine is not asked about each of ten thousand failures of this minute.
  const lasting = complete && (status === "SUCCEEDED" || ports.clock.now() - Date.parse(stoppedAt) < FRESH_MS);
  if (lasting) return { ...change, stoppedAt };

  const described = await ports.executions.describe(change);
  if (described?.stoppedAt !== undefined) return described;
  if (described && described.redriveCount > redriveCount) return undefined;
  // The engine forgets executions after 90 days.
  if (!described && complete) return { ...change, stoppedAt };
  throw new TransientError(`execution ${name} is ${status}, but cannot be described as such yet`);
}

/** The payload's ID from the execution's input: in the event, in the object it names, or in the execution's description. */
async function payloadOf(change: StatusChange, ports: FunctionPorts): Promise<string | undefined> {
  const text = change.input ?? (await ports.executions.describe(change))?.input;
  const input = text === undefined ? undefined : parseJson(text);
  if (!isJsonObject(input)) return undefined;
  if (typeof input.id === "string") return input.id;
  if (typeof input.url !== "string") return undefined;
  const { allowedUrls, maxBytes } = ports.payloads;
  const loaded = await loadPayloadObject(ports.objects, input.url, { allowed: allowedUrls, maxBytes });
  return loaded.outcome === "loaded" ? writtenId(loaded.value) : undefined;
}
