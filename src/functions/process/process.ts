/**
 * process: from messages to running executions.
 *
 * A whole batch goes through each step at once, so that ten payloads cost as many dependent round trips as one:
 * claim (once more for payloads that have a record), input and start side by side, then the started marks and events.
 * Every message gets an outcome of its own; a bad one never holds back its neighbours.
 */
import { isoTime } from "../../clock.ts";
import type { Announcement } from "../../events/announcements.ts";
import { workflowEvent } from "../../events/workflow-event.ts";
import type { IncomingRecord } from "../../payload/extract.ts";
import { afterGrace, NO_TIME_LEFT, orLeave, startedInTime } from "../deadline.ts";
import type { FunctionPorts } from "../ports.ts";
import { announce } from "../settle/announce.ts";
import { type Admission, type Admitted, admit, retryReason } from "./admit.ts";
import type { Claim } from "./claim.ts";
import { type ClaimsAndDuplicates, claimOnce } from "./claim-once.ts";
import { type LaunchResult, launchClaim, type Running } from "./launch-claim.ts";
import { type ProcessOutcome, retry, skipped } from "./outcome.ts";
import { type Refused, refuse } from "./refuse.ts";

export type { ProcessedMessage, ProcessOutcome } from "./outcome.ts";

/** In no particular order: each outcome names its record. What is not done by the deadline is left for another time. */
export async function processRecords(
  records: readonly IncomingRecord[],
  ports: FunctionPorts,
  deadline?: AbortSignal,
): Promise<readonly ProcessOutcome[]> {
  const admissions = await Promise.all(
    records.map((record) => orLeave(admit(record, ports), deadline, () => leaveRecord(record))),
  );
  const grace = afterGrace(deadline);
  const refusals = admissions.filter((admission) => admission.outcome !== "admitted");
  const refused = orLeave(refuse(refusals, ports), grace, () => leaveRefused(refusals));
  const admitted = admissions.filter((admission) => admission.outcome === "admitted");
  const { claims, duplicates } = await orLeave(claimOnce(admitted, ports), deadline, () => leaveClaims(admitted));
  const launching = { ...ports, executions: startedInTime(ports.executions, deadline) };
  const launched = await Promise.all(
    claims
      .filter((claim) => claim.outcome === "claimed")
      .map((claim) =>
        orLeave<LaunchResult>(launchClaim(claim, launching), deadline, () => ({
          outcome: retry(claim.admitted, NO_TIME_LEFT),
        })),
      ),
  );
  const running = launched.flatMap((one) => (one.running ? [one.running] : []));
  const passedOver = claims.filter((claim) => claim.outcome === "skipped");
  const events = [
    ...duplicates.map((duplicate) => duplicateEvent(duplicate, ports)),
    ...passedOver.map((claim) => skipEvent(claim, ports)),
    ...running.flatMap((started) => startEvents(started, ports)),
  ];
  await orLeave<unknown>(Promise.all([markStarted(running, ports), announce(events, ports)]), grace, () => {});
  return [
    ...(await refused),
    ...duplicates.map((duplicate) => skipped(duplicate, DUPLICATE)),
    ...passedOver.map(({ admitted, reason }) => skipped(admitted, reason)),
    ...claims.filter((claim) => claim.outcome === "retry").map(({ admitted, reason }) => retry(admitted, reason)),
    ...launched.map(({ outcome }) => outcome),
  ];
}

function leaveRecord(record: IncomingRecord): Admission {
  return { outcome: "retry", record, reason: NO_TIME_LEFT };
}

function leaveRefused(refused: readonly Refused[]): readonly ProcessOutcome[] {
  return refused.map(({ record }) => ({ record, message: record.messageId, outcome: "retry", reason: NO_TIME_LEFT }));
}

function leaveClaims(admitted: readonly Admitted[]): ClaimsAndDuplicates {
  return { claims: admitted.map((one) => ({ outcome: "retry", admitted: one, reason: NO_TIME_LEFT })), duplicates: [] };
}

const DUPLICATE = "another message with the same payload ID came in the same batch";

/**
 * The execution runs whatever happens here: its own RUNNING event sets PROCESSING again, and so does reconcile.
 * A refusal says that the execution was quicker than this write, which is as good.
 */
async function markStarted(running: readonly Running[], ports: FunctionPorts): Promise<void> {
  if (running.length === 0) return;
  const at = isoTime(ports.clock.now());
  try {
    await ports.state.started(
      running.map(({ record: { payloadId, execution } }) => ({ payloadId, execution, at, actor: "process" })),
    );
  } catch (thrown) {
    ports.log.warn("could not mark executions as started; their status change will", { reason: retryReason(thrown) });
  }
}

function startEvents({ record, fresh }: Running, { clock }: FunctionPorts): Announcement[] {
  const { payloadId, execution, inputUrl: inputPayloadUrl, claimedAt } = record;
  const fields = { payloadId, execution, inputPayloadUrl };
  const started = workflowEvent({ type: "STARTED_PROCESSING", at: isoTime(clock.now()), ...fields });
  return fresh ? [workflowEvent({ type: "CLAIMED_PROCESSING", at: claimedAt, ...fields }), started] : [started];
}

function skipEvent({ record, reason }: Extract<Claim, { outcome: "skipped" }>, { clock }: FunctionPorts): Announcement {
  const { payloadId, execution, state } = record;
  return workflowEvent({ type: `ALREADY_${state}`, at: isoTime(clock.now()), payloadId, execution, reason });
}

function duplicateEvent({ payload }: Admitted, { clock }: FunctionPorts): Announcement {
  const at = isoTime(clock.now());
  return workflowEvent({ type: "DUPLICATE_ID_ENCOUNTERED", at, payloadId: payload.id, reason: DUPLICATE });
}
