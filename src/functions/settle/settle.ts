/**
 * Records how an execution ended and lets its effects follow. The end is written first, marked as having effects
 * pending; announcements, items and chained payloads come after it, and the mark goes last. A crash in between leaves
 * the mark, and whoever sees it (a repeated event, reconcile) performs the effects again under the same IDs.
 */
import { isoTime } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import { errorOfExecution } from "../../events/status-change.ts";
import type { ExecutionDescription } from "../../executions/executions.ts";
import { canonicalJson, type Json } from "../../json.ts";
import { cutText } from "../../payload/cut.ts";
import type { Payload } from "../../payload/payload.ts";
import type { FinishRequest, PayloadError, PayloadRecord, WriteOutcome } from "../../state/state-store.ts";
import { NO_TIME_LEFT, orLeave } from "../deadline.ts";
import type { FunctionPorts } from "../ports.ts";
import { only, together } from "../together.ts";
import { type Ended, performEffects } from "./effects.ts";
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

/** Characters: the history of a record has only so much room. */
const MOST_OF_REASON = 1_000;

export interface End {
  readonly execution: ExecutionEnd;
  readonly payloadId: string;
}

/** In the order of the ends; one that is rejected could not be recorded, or not all that follows it. */
export async function recordEnds(
  ends: readonly End[],
  actor: string,
  ports: FunctionPorts,
  deadline?: AbortSignal,
): Promise<readonly PromiseSettledResult<SettleOutcome>[]> {
  const read = await Promise.allSettled(
    ends.map((end) =>
      orLeave(readEnd(end, actor, ports), deadline, () => {
        throw new TransientError(NO_TIME_LEFT);
      }),
    ),
  );
  return settleRead(read, ports);
}

export async function recordEnd(
  execution: ExecutionEnd,
  payloadId: string,
  actor: string,
  ports: FunctionPorts,
): Promise<SettleOutcome> {
  return only(await recordEnds([{ execution, payloadId }], actor, ports));
}

interface ReadEnd {
  readonly request: FinishRequest;
  readonly output?: Json | undefined;
}

/** What is to be recorded; the output is stored before anybody is told of it. */
async function readEnd({ execution, payloadId }: End, actor: string, ports: FunctionPorts): Promise<ReadEnd> {
  const at = execution.stoppedAt;
  if (at === undefined) throw new Error(`execution ${execution.name} is closed but has no stop time`);
  const base = { payloadId, execution: execution.name, at, actor, outputs: [] };

  if (execution.status !== "SUCCEEDED") {
    const { error, cause, invalid } = errorOfExecution(execution);
    const state = execution.status === "ABORTED" ? "ABORTED" : invalid ? "INVALID" : "FAILED";
    // Who stopped it, and why, is nowhere but in the cause; an error of the next run would take its place.
    const told = state === "ABORTED" && execution.cause ? `: ${cutText(cause, MOST_OF_REASON)}` : "";
    const reason = `the execution ended ${execution.status}${told}`;
    return { request: { ...base, state, error: { error, cause }, reason } };
  }
  const output = await readOutput(execution.output, ports);
  if (output.outcome === "unreadable") {
    const error = { error: "OutputUnreadable", cause: output.reason };
    const reason = "the execution succeeded without a usable output";
    return { request: { ...base, state: "FAILED", error, reason } };
  }
  const outputUrl = ports.payloads.urls.output(payloadId, execution.name);
  await ports.objects.put(outputUrl, canonicalJson(output.value), { contentType: "application/json" });
  const outputs = output.payload ? itemUrls(output.payload) : [];
  const reason = output.payload
    ? "the execution succeeded"
    : `the execution succeeded; ${cutText(output.reason, MOST_OF_REASON)}`;
  return { request: { ...base, state: "SUCCEEDED", outputUrl, outputs, reason }, output: output.value };
}

/**
 * An execution that can never start ends its payload FAILED at once: no retry would help. `expected` guards what was
 * concluded from the record alone against a message that starts the execution in the same moment.
 */
export async function recordImpossible(
  record: PayloadRecord,
  { error, cause, reason = "the execution cannot be started" }: PayloadError & { readonly reason?: string },
  actor: string,
  ports: FunctionPorts,
  expected?: number,
): Promise<SettleOutcome> {
  const at = isoTime(ports.clock.now());
  const { payloadId, execution } = record;
  const end = { payloadId, execution, expected, at, actor, error: { error, cause }, outputs: [], reason };
  return only(await settle([{ request: { ...end, state: "FAILED" } }], ports));
}

/** The effects of an end whose recorder died, or could not reach everyone, before they were all out. */
export async function resumeEffects(record: PayloadRecord, ports: FunctionPorts): Promise<void> {
  const output = record.outputUrl === undefined ? undefined : await storedJson(record.outputUrl, ports);
  only(await performEffects([{ record, output }], ports));
}

async function settleRead(
  read: readonly PromiseSettledResult<ReadEnd>[],
  ports: FunctionPorts,
): Promise<readonly PromiseSettledResult<SettleOutcome>[]> {
  const settled = await settle(
    read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    ports,
  );
  const results = settled.values();
  return read.map((one) => (one.status === "rejected" ? one : (results.next().value ?? noOutcome())));
}

/** Writes all ends at once and performs what follows those that were written, or whose effects are pending still. */
async function settle(
  ends: readonly ReadEnd[],
  ports: FunctionPorts,
): Promise<readonly PromiseSettledResult<SettleOutcome>[]> {
  const written = await together(
    ends.map(({ request }) => request),
    (requests) => ports.state.finish(requests),
  );
  const pending = new Map<string, Ended>();
  const outcomes = ends.map(({ request, output }, index): PromiseSettledResult<SettleOutcome> => {
    const one = written[index] ?? noOutcome();
    if (one.status === "rejected") return one;
    const record = pendingOf(request, one.value);
    if (record === undefined) return { status: "fulfilled", value: staleOf(one.value) };
    // An end that came twice has its effects once.
    pending.set(keyOf(record), { record, output });
    return { status: "fulfilled", value: { outcome: "settled", record } };
  });
  const performed = await performEffects([...pending.values()], ports);
  const results = new Map([...pending.keys()].map((key, index) => [key, performed[index] ?? noOutcome()]));
  return outcomes.map((one) => {
    if (one.status === "rejected" || one.value.outcome === "stale") return one;
    const result = results.get(keyOf(one.value.record));
    return result?.status === "rejected" ? result : one;
  });
}

/** The record whose effects are to be performed: the end was written now, or before by somebody who did not get further. */
function pendingOf(request: FinishRequest, written: WriteOutcome): PayloadRecord | undefined {
  if (written.outcome === "written") return written.record;
  const { current } = written;
  const isRepeat =
    current?.execution === request.execution && current.state === request.state && current.effectsPending;
  return isRepeat ? current : undefined;
}

function staleOf(written: WriteOutcome): SettleOutcome {
  return { outcome: "stale", current: written.outcome === "refused" ? written.current : undefined };
}

function keyOf({ payloadId, version }: PayloadRecord): string {
  return `${version} ${payloadId}`;
}

function noOutcome(): PromiseRejectedResult {
  return { status: "rejected", reason: new TransientError("no outcome was reported") };
}

/** Where the items can be found afterwards: their own `self` links. */
function itemUrls(payload: Payload): readonly string[] {
  return payload.features.flatMap(({ links }) =>
    (links ?? []).filter(({ rel }) => rel === "self").map(({ href }) => href),
  );
}
