/**
 * reconcile: finds payloads whose record has not moved for too long and asks the engine what became of their execution.
 * Step Functions' events are best effort, and any process may die between two lines; this is what makes up for both.
 */
import { isoTime } from "../../clock.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { isOpen } from "../../state/states.ts";
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
}

export interface Reconciled {
  readonly payloadId: string;
  readonly action: "adopted" | "restarted" | "ended" | "failed" | "effects" | "running" | "later";
  readonly reason: string;
}

export async function reconcile(
  { olderThanMs, limit = 100, cursor }: ReconcileOptions,
  ports: FunctionPorts,
): Promise<{ readonly results: readonly Reconciled[]; readonly next?: string | undefined }> {
  const before = isoTime(ports.clock.now() - olderThanMs);
  const { items, next } = await ports.state.listUnsettled({ before, limit, ...(cursor !== undefined && { cursor }) });
  const results: Reconciled[] = [];
  // One after the other: DescribeExecution refills at 15 calls a second, and nothing here is urgent.
  for (const record of items) {
    try {
      results.push({ payloadId: record.payloadId, ...(await settleOne(record, ports)) });
    } catch (thrown) {
      results.push({ payloadId: record.payloadId, action: "later", reason: retryReason(thrown) });
    }
  }
  return { results, next };
}

async function settleOne(record: PayloadRecord, ports: FunctionPorts): Promise<Omit<Reconciled, "payloadId">> {
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
async function restart(record: PayloadRecord, ports: FunctionPorts): Promise<Omit<Reconciled, "payloadId">> {
  const input = await storedJson(record.inputUrl, ports);
  if (input === undefined) {
    const cause = `The payload was claimed at ${record.claimedAt}, but neither its execution nor its input was ever stored. Publish it again.`;
    await recordImpossible(record, { error: NEVER_STARTED, cause }, "reconcile", ports);
    return { action: "failed", reason: "it was claimed but neither its execution nor its input was stored" };
  }
  const launched = await launch(record, input, false, ports);
  if (launched.outcome === "impossible") {
    await recordImpossible(record, launched, "reconcile", ports);
    return { action: "failed", reason: `${launched.error}: ${launched.cause}` };
  }
  if (launched.outcome === "ended") {
    await recordEnd(launched.execution, record.payloadId, "reconcile", ports);
    return { action: "ended", reason: "its execution had ended without being recorded" };
  }
  if (launched.outcome === "name-taken") return nameTaken(record, ports);
  await markStarted(record, ports);
  return { action: "restarted", reason: "it was claimed but its execution had not been started" };
}

/** Its message, or the next one, plans another name. */
async function nameTaken(record: PayloadRecord, ports: FunctionPorts): Promise<Omit<Reconciled, "payloadId">> {
  const cause = `The name of execution ${record.execution} belongs to an older execution. Publish the payload again.`;
  await recordImpossible(record, { error: NEVER_STARTED, cause }, "reconcile", ports);
  return { action: "failed", reason: "the name of its execution is taken by an older one" };
}

/** A started execution that the engine does not know any more has no result to wait for. */
async function lost(record: PayloadRecord, ports: FunctionPorts): Promise<Omit<Reconciled, "payloadId">> {
  const cause = `Execution ${record.execution} was started at ${record.startedAt ?? record.claimedAt}, but the engine has no trace of it. Publish the payload again.`;
  await recordImpossible(record, { error: "ExecutionLost", cause }, "reconcile", ports);
  return { action: "failed", reason: "the engine has no trace of its execution" };
}

async function markStarted({ payloadId, execution }: PayloadRecord, ports: FunctionPorts): Promise<void> {
  await ports.state.started([{ payloadId, execution, at: isoTime(ports.clock.now()), actor: "reconcile" }]);
}
