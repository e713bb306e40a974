/**
 * reconcile: finds payloads whose record has not moved for too long and asks the engine what became of their execution.
 * Step Functions' events are best effort, and any process may die between two lines; this is what makes up for both.
 */
import { isoTime } from "../../clock.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { isOpen } from "../../state/states.ts";
import { NO_TIME_LEFT, orLeave } from "../deadline.ts";
import type { FunctionPorts } from "../ports.ts";
import { retryReason } from "../process/admit.ts";
import { NEVER_STARTED } from "../process/decide.ts";
import { isOfEarlierLife, launch } from "../process/launch.ts";
import { recordEnd, recordImpossible, resumeEffects } from "../settle/settle.ts";
import { storedJson } from "../settle/stored.ts";

export interface ReconcileOptions {
  /** Records that were written later than this many milliseconds ago are left alone. */
  readonly olderThanMs: number;
  /** How many records one run looks at. */
  readonly limit?: number;
  /** `next` of the run before: long executions at the front must not keep the rest from being looked at. */
  readonly cursor?: string | undefined;
  /** Those that are not looked at by then are left for the next round. */
  readonly deadline?: AbortSignal | undefined;
}

export interface Reconciled {
  readonly payloadId: string;
  readonly action: "adopted" | "restarted" | "ended" | "failed" | "effects" | "running" | "later" | "unseen";
  readonly reason: string;
}

type Result = Omit<Reconciled, "payloadId">;

export async function reconcile(
  { olderThanMs, limit = 100, cursor, deadline }: ReconcileOptions,
  ports: FunctionPorts,
): Promise<{ readonly results: readonly Reconciled[]; readonly next?: string | undefined }> {
  const before = isoTime(ports.clock.now() - olderThanMs);
  const { items, next } = await ports.state.listUnsettled({ before, limit, ...(cursor !== undefined && { cursor }) });
  const results: Reconciled[] = [];
  // One after the other: DescribeExecution refills at 15 calls a second, and nothing here is urgent.
  for (const record of items) {
    results.push({ payloadId: record.payloadId, ...(await settleInTime(record, ports, deadline)) });
  }
  return { results, next };
}

async function settleInTime(record: PayloadRecord, ports: FunctionPorts, deadline?: AbortSignal): Promise<Result> {
  const unseen = (): Result => ({ action: "unseen", reason: NO_TIME_LEFT });
  if (deadline?.aborted) return unseen();
  try {
    return await orLeave(settleOne(record, ports), deadline, unseen);
  } catch (thrown) {
    return { action: "later", reason: retryReason(thrown) };
  }
}

async function settleOne(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  if (!isOpen(record.state)) {
    await resumeEffects(record, ports);
    return { action: "effects", reason: `its end (${record.state}) had not been announced in full` };
  }
  const execution = await ports.executions.describe({ workflow: record.workflow, name: record.execution });
  if (!execution) return record.state === "CLAIMED" ? restart(record, ports) : lost(record, ports);
  if (execution.status === "RUNNING" || execution.status === "PENDING_REDRIVE") {
    if (record.state === "PROCESSING") return { action: "running", reason: `running since ${execution.startedAt}` };
    await markStarted(record, ports);
    return { action: "adopted", reason: "its execution was running without being marked as started" };
  }
  if (record.state === "CLAIMED" && isOfEarlierLife(execution, record)) return nameTaken(record, ports);
  await recordEnd(execution, record.payloadId, "reconcile", ports);
  return { action: "ended", reason: `its execution had ended ${execution.status} without being recorded` };
}

/** The process died between claim and start. */
async function restart(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  const { payloadId, version, claimedAt } = record;
  const input = await storedJson(record.inputUrl, ports);
  if (input === undefined) {
    const cause = `The payload was claimed at ${claimedAt}, but neither its execution nor its input was ever stored. Publish it again.`;
    return fail(record, { error: NEVER_STARTED, cause }, ports);
  }
  const [taken] = await ports.state.takeOver([{ payloadId, expected: version }]);
  if (taken?.outcome !== "written") return { action: "later", reason: "its record has just changed" };
  const launched = await launch(taken.record, input, false, ports);
  switch (launched.outcome) {
    case "running":
      await markStarted(record, ports);
      return { action: "restarted", reason: "it was claimed but its execution had not been started" };
    case "ended":
      await recordEnd(launched.execution, payloadId, "reconcile", ports);
      return { action: "ended", reason: "its execution had ended without being recorded" };
    case "name-taken":
      return nameTaken(taken.record, ports);
    case "impossible":
      return fail(taken.record, launched, ports);
  }
}

/** Its message, or the next one, plans another name. */
function nameTaken(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  const cause = `The name of execution ${record.execution} belongs to an older execution. Publish the payload again.`;
  return fail(record, { error: NEVER_STARTED, cause }, ports);
}

/** A started execution that the engine does not know any more has no result to wait for. */
function lost(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  const cause = `Execution ${record.execution} was started at ${record.startedAt ?? record.claimedAt}, but the engine has no trace of it. Publish the payload again.`;
  return fail(record, { error: "ExecutionLost", cause }, ports);
}

/** Only if the record is still the one that was looked at: a message may be starting its execution at this moment. */
async function fail(
  record: PayloadRecord,
  { error, cause }: { readonly error: string; readonly cause: string },
  ports: FunctionPorts,
): Promise<Result> {
  const recorded = await recordImpossible(record, { error, cause }, "reconcile", ports, record.version);
  if (recorded.outcome === "stale") return { action: "later", reason: "its record has just changed" };
  return { action: "failed", reason: `${error}: ${cause}` };
}

async function markStarted({ payloadId, execution }: PayloadRecord, ports: FunctionPorts): Promise<void> {
  await ports.state.started([{ payloadId, execution, at: isoTime(ports.clock.now()), actor: "reconcile" }]);
}
