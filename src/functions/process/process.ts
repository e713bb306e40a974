/**
 * process: from messages to running executions.
 *
 * A whole batch goes through each step at once, so that ten payloads cost as many dependent round trips as one:
 * claim (once more for payloads that have a record), input and start side by side, then the started marks and events.
 * Every message gets an outcome of its own; a bad one never holds back its neighbours.
 */
import { isoTime } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { Announcement } from "../../events/announcements.ts";
import { workflowEvent } from "../../events/workflow-event.ts";
import type { IncomingRecord } from "../../payload/extract.ts";
import { afterGrace, NO_TIME_LEFT, orLeave, startedInTime } from "../deadline.ts";
import { keepArrival } from "../fan-in/members.ts";
import type { FunctionPorts } from "../ports.ts";
import { announce } from "../settle/announce.ts";
import { startEvents } from "../settle/start-events.ts";
import { type Admission, type Admitted, admit, retryReason } from "./admit.ts";
import type { Claim } from "./claim.ts";
import { awaits, type ClaimsAndDuplicates, claimOnce } from "./claim-once.ts";
import { type LaunchResult, launchClaim, type Running } from "./launch-claim.ts";
import { type ProcessOutcome, processed, retry, skipped } from "./outcome.ts";
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
  const { kept: admitted, failed } = await keepArrivals(
    admissions.filter((admission) => admission.outcome === "admitted"),
    ports,
    deadline,
  );
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
  const waiting = claims.filter((claim) => claim.outcome === "waiting");
  const events = [
    ...duplicates.filter((one) => !awaits(one)).map((duplicate) => duplicateEvent(duplicate, ports)),
    ...waiting.map((claim) => waitingEvent(claim, ports)),
    ...passedOver.map((claim) => skipEvent(claim, ports)),
    ...running.flatMap((started) => startEvents(started.record, started.fresh, ports)),
  ];
  await orLeave<unknown>(Promise.all([markStarted(running, ports), announce(events, ports)]), grace, () => {});
  return [
    ...(await refused),
    ...failed,
    ...duplicates.map((duplicate) => skipped(duplicate, awaits(duplicate) ? ARRIVED_TOGETHER : DUPLICATE)),
    ...waiting.map(({ admitted, reason }): ProcessOutcome => ({ ...processed(admitted), outcome: "waiting", reason })),
    ...passedOver.map(({ admitted, reason }) => skipped(admitted, reason)),
    ...claims
      .filter((claim) => claim.outcome === "failed")
      .map(({ admitted, reason }): ProcessOutcome => ({ ...processed(admitted), outcome: "failed", reason })),
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

const ARRIVED_TOGETHER = "it is kept with what else has arrived; another message of the same batch spoke for them";
const DUPLICATE = "another message with the same payload ID came in the same batch";

interface Kept {
  readonly kept: readonly Admitted[];
  readonly failed: readonly ProcessOutcome[];
}

/** What arrives for a payload that waits is kept before anybody looks: of a batch that brings several, one speaks for all. */
async function keepArrivals(
  admitted: readonly Admitted[],
  ports: FunctionPorts,
  deadline?: AbortSignal,
): Promise<Kept> {
  const failed: ProcessOutcome[] = [];
  const kept = await Promise.all(
    admitted.map(async (one) => {
      if (!awaits(one) || one.members !== undefined) return [one];
      try {
        await orLeave(keepArrival(one, ports), deadline, () => {
          throw new TransientError(NO_TIME_LEFT);
        });
        return [one];
      } catch (thrown) {
        failed.push(retry(one, retryReason(thrown)));
        return [];
      }
    }),
  );
  return { kept: kept.flat(), failed };
}

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

function skipEvent({ record, reason }: Extract<Claim, { outcome: "skipped" }>, { clock }: FunctionPorts): Announcement {
  const { payloadId, execution, state } = record;
  const type = state === "WAITING" ? state : (`ALREADY_${state}` as const);
  return workflowEvent({ type, at: isoTime(clock.now()), payloadId, execution, reason });
}

/** Of every arrival: what is there, and what is missing, can be read from them. */
function waitingEvent(
  { record, reason }: Extract<Claim, { outcome: "waiting" }>,
  { clock }: FunctionPorts,
): Announcement {
  const { payloadId, inputUrl: inputPayloadUrl } = record;
  return workflowEvent({ type: "WAITING", at: isoTime(clock.now()), payloadId, inputPayloadUrl, reason });
}

function duplicateEvent({ payload }: Admitted, { clock }: FunctionPorts): Announcement {
  const at = isoTime(clock.now());
  return workflowEvent({ type: "DUPLICATE_ID_ENCOUNTERED", at, payloadId: payload.id, reason: DUPLICATE });
}
