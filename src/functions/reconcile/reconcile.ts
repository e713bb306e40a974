/**
 * reconcile: finds payloads whose record has not moved for too long and asks the engine what became of their execution.
 * Step Functions' events are best effort, and any process may die between two lines; this is what makes up for both.
 */
import { isoTime } from "../../clock.ts";
import type { Page, PayloadRecord } from "../../state/state-store.ts";
import { isOpen } from "../../state/states.ts";
import { NO_TIME_LEFT, orLeave } from "../deadline.ts";
import { errorOfRefusal, FanInRefused } from "../fan-in/refused.ts";
import type { FunctionPorts } from "../ports.ts";
import { retryReason } from "../process/admit.ts";
import { isOfEarlierLife } from "../process/launch.ts";
import { recordEnd, resumeEffects } from "../settle/settle.ts";
import { fail, markStarted, nameTaken, type Reconciled, type Result } from "./conclude.ts";
import { type Interval, isDue } from "./due.ts";
import { restart } from "./restart.ts";
import { isOver, lookAgain } from "./waiting.ts";

export type { Reconciled } from "./conclude.ts";

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

export interface ReconciledPage {
  readonly results: readonly Reconciled[];
  readonly next?: string | undefined;
}

export async function reconcile(
  { olderThanMs, limit = 100, cursor, deadline }: ReconcileOptions,
  ports: FunctionPorts,
): Promise<ReconciledPage> {
  const before = isoTime(ports.clock.now() - olderThanMs);
  const page = await ports.state.listUnsettled({ before, limit, ...(cursor !== undefined && { cursor }) });
  return lookAtEach(page, settleOne, ports, deadline);
}

export interface WaitingOptions extends Omit<ReconcileOptions, "olderThanMs"> {
  /** What has no look due in it is passed over, unless its time is over. Left out: each is looked at. */
  readonly due?: Interval | undefined;
}

/** However young: who waits is in nobody's hands. */
export async function reconcileWaiting(
  { limit = 100, cursor, deadline, due }: WaitingOptions,
  ports: FunctionPorts,
): Promise<ReconciledPage> {
  const page = await ports.state.listWaiting({ limit, ...(cursor !== undefined && { cursor }) });
  const look: LookAtOne = async (record) => {
    if (due === undefined || isOver(record, ports) || isDue(record, due)) return lookAgain(record, ports);
    return { action: "waiting", reason: "it has waited for long, and is looked at less often" };
  };
  return lookAtEach(page, look, ports, deadline);
}

type LookAtOne = (record: PayloadRecord, ports: FunctionPorts) => Promise<Result>;

/** One after the other: DescribeExecution refills at 15 calls a second, and nothing here is urgent. */
async function lookAtEach(
  { items, next }: Page<PayloadRecord>,
  lookAtOne: LookAtOne,
  ports: FunctionPorts,
  deadline: AbortSignal | undefined,
): Promise<ReconciledPage> {
  const results: Reconciled[] = [];
  for (const record of items) {
    results.push({ payloadId: record.payloadId, ...(await settleInTime(record, lookAtOne, ports, deadline)) });
  }
  return { results, next };
}

async function settleInTime(
  record: PayloadRecord,
  lookAtOne: LookAtOne,
  ports: FunctionPorts,
  deadline?: AbortSignal,
): Promise<Result> {
  const unseen = (): Result => ({ action: "unseen", reason: NO_TIME_LEFT });
  if (deadline?.aborted) return unseen();
  try {
    return await orLeave(lookAtOne(record, ports), deadline, unseen);
  } catch (thrown) {
    if (thrown instanceof FanInRefused) return failRefused(record, thrown, ports);
    return { action: "later", reason: retryReason(thrown) };
  }
}

async function failRefused(record: PayloadRecord, refusal: FanInRefused, ports: FunctionPorts): Promise<Result> {
  try {
    return await fail(record, errorOfRefusal(refusal), ports);
  } catch (failed) {
    return { action: "later", reason: retryReason(failed) };
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

/** A started execution that the engine does not know any more has no result to wait for. */
function lost(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  const cause = `Execution ${record.execution} was started at ${record.startedAt ?? record.claimedAt}, but the engine has no trace of it. Publish the payload again.`;
  return fail(record, { error: "ExecutionLost", cause }, ports);
}
