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
import type { PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import { announce } from "../settle/announce.ts";
import { recordEnd, recordImpossible } from "../settle/settle.ts";
import { type Admission, type Admitted, admit, retryReason } from "./admit.ts";
import { type Claim, claimAll, claimNextName } from "./claim.ts";
import { launch } from "./launch.ts";

export interface ProcessedMessage {
  readonly record: IncomingRecord;
  /** The message's ID, or the chain effect that sent it. */
  readonly message: string;
  readonly payloadId?: string | undefined;
}

export type ProcessOutcome = ProcessedMessage &
  (
    | { readonly outcome: "started"; readonly execution: string; readonly attempt: number }
    | { readonly outcome: "skipped"; readonly reason: string }
    /** The payload has ended FAILED because its execution can never start. */
    | { readonly outcome: "failed"; readonly reason: string }
    | { readonly outcome: "rejected"; readonly code: string; readonly reason: string; readonly rejectionId: string }
    /** Not acknowledged: the message comes again. */
    | { readonly outcome: "retry"; readonly reason: string }
  );

export async function processRecords(
  records: readonly IncomingRecord[],
  ports: FunctionPorts,
): Promise<readonly ProcessOutcome[]> {
  const admissions = await Promise.all(records.map((record) => admit(record, ports)));
  const outcomes: ProcessOutcome[] = await refuse(admissions, ports);

  const { unique, duplicates } = separateDuplicates(
    admissions.filter((admission) => admission.outcome === "admitted"),
    isoTime(ports.clock.now()),
  );
  outcomes.push(...duplicates.map(({ outcome }) => outcome));
  const events: Announcement[] = duplicates.map(({ event }) => event);

  const claims = await claimOrRetry(unique, ports);
  for (const claim of claims) {
    if (claim.outcome === "retry") outcomes.push(retry(claim.admitted, claim.reason));
    if (claim.outcome === "skipped") {
      outcomes.push({ ...processed(claim.admitted), outcome: "skipped", reason: claim.reason });
      events.push(skipEvent(claim, ports));
    }
  }

  const launched = await Promise.all(
    claims.filter((claim) => claim.outcome === "claimed").map((claim) => launchClaim(claim, ports)),
  );
  outcomes.push(...launched.map(({ outcome }) => outcome));
  const running = launched.flatMap(({ running }) => (running ? [running] : []));
  events.push(...running.flatMap((started) => startEvents(started, ports)));
  await Promise.all([markStarted(running, ports), announce(events, ports)]);
  return outcomes;
}

/** Rejections are stored before they are reported: a message is acknowledged only when its reason can be seen. */
async function refuse(admissions: readonly Admission[], ports: FunctionPorts): Promise<ProcessOutcome[]> {
  const rejected = admissions.filter((admission) => admission.outcome === "rejected");
  const outcomes: ProcessOutcome[] = admissions
    .filter((admission) => admission.outcome === "retry")
    .map(({ record, reason }) => ({ record, message: record.messageId, outcome: "retry", reason }));
  if (rejected.length === 0) return outcomes;
  try {
    await ports.rejections.record(rejected.map(({ rejection }) => rejection));
  } catch (thrown) {
    const reason = retryReason(thrown);
    return [
      ...outcomes,
      ...rejected.map(
        ({ record }): ProcessOutcome => ({ record, message: record.messageId, outcome: "retry", reason }),
      ),
    ];
  }
  await announce(
    rejected.map(({ record, rejection }) =>
      workflowEvent({
        type: record.extracted.outcome === "unreadable" ? "RECORD_EXTRACT_FAILED" : "NOT_A_PROCESS_PAYLOAD",
        at: rejection.at,
        payloadId: rejection.payloadId,
        error: rejection.reason,
      }),
    ),
    ports,
  );
  return [
    ...outcomes,
    ...rejected.map(
      ({ record, rejection }): ProcessOutcome => ({
        record,
        message: record.messageId,
        payloadId: rejection.payloadId,
        outcome: "rejected",
        code: rejection.code,
        reason: rejection.reason,
        rejectionId: rejection.id,
      }),
    ),
  ];
}

/** One of several messages with the same ID goes on: the first that sets `replace`, else the first. */
function separateDuplicates(
  admitted: readonly Admitted[],
  at: string,
): {
  readonly unique: readonly Admitted[];
  readonly duplicates: readonly { readonly outcome: ProcessOutcome; readonly event: Announcement }[];
} {
  const byId = Map.groupBy(admitted, ({ payload }) => payload.id);
  const chosen = [...byId.values()].flatMap((group) => group.find(replaces) ?? group.slice(0, 1));
  const duplicates = admitted
    .filter((one) => !chosen.includes(one))
    .map((duplicate) => {
      const reason = "another message with the same payload ID came in the same batch";
      return {
        outcome: { ...processed(duplicate), outcome: "skipped", reason } as const,
        event: workflowEvent({
          type: "DUPLICATE_ID_ENCOUNTERED",
          at,
          payloadId: duplicate.payload.id,
          reason,
        }),
      };
    });
  return { unique: chosen, duplicates };
}

function replaces({ payload }: Admitted): boolean {
  return payload.process[0].replace === true;
}

async function claimOrRetry(unique: readonly Admitted[], ports: FunctionPorts): Promise<readonly Claim[]> {
  if (unique.length === 0) return [];
  try {
    return await claimAll(unique, ports);
  } catch (thrown) {
    return unique.map((admitted) => ({ outcome: "retry", admitted, reason: retryReason(thrown) }));
  }
}

type Claimed = Extract<Claim, { outcome: "claimed" }>;

interface Running {
  readonly record: PayloadRecord;
  readonly fresh: boolean;
}

interface LaunchResult {
  readonly outcome: ProcessOutcome;
  readonly running?: Running;
}

/** Whatever fails here leaves the payload CLAIMED, and the message comes again to start the same name. */
async function launchClaim(claim: Claimed, ports: FunctionPorts): Promise<LaunchResult> {
  const { admitted } = claim;
  try {
    let { record, fresh } = claim;
    let launched = await launch(record, admitted.payload, fresh, ports);
    if (launched.outcome === "name-taken") {
      const next = await claimNextName(record, admitted, ports);
      if (!next) return { outcome: retry(admitted, "its record changed while another execution name was planned") };
      record = next;
      fresh = true;
      launched = await launch(record, admitted.payload, fresh, ports);
    }
    const base = processed(admitted);
    switch (launched.outcome) {
      case "running":
        return {
          outcome: { ...base, outcome: "started", execution: record.execution, attempt: record.attempt },
          running: { record, fresh },
        };
      case "ended":
        await recordEnd(launched.execution, record.payloadId, "process", ports);
        return { outcome: { ...base, outcome: "started", execution: record.execution, attempt: record.attempt } };
      case "impossible":
        await recordImpossible(record, launched, ports);
        return { outcome: { ...base, outcome: "failed", reason: `${launched.error}: ${launched.cause}` } };
      case "name-taken":
        return {
          outcome: retry(
            admitted,
            `the execution names ${claim.record.execution} and ${record.execution} are both taken`,
          ),
        };
    }
  } catch (thrown) {
    return { outcome: retry(admitted, retryReason(thrown)) };
  }
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

function startEvents({ record, fresh }: Running, ports: FunctionPorts): Announcement[] {
  const event = (type: "CLAIMED_PROCESSING" | "STARTED_PROCESSING"): Announcement =>
    workflowEvent({
      type,
      at: type === "CLAIMED_PROCESSING" ? record.claimedAt : isoTime(ports.clock.now()),
      payloadId: record.payloadId,
      execution: record.execution,
      inputPayloadUrl: record.inputUrl,
    });
  return fresh ? [event("CLAIMED_PROCESSING"), event("STARTED_PROCESSING")] : [event("STARTED_PROCESSING")];
}

function skipEvent(claim: Extract<Claim, { outcome: "skipped" }>, ports: FunctionPorts): Announcement {
  const type = `ALREADY_${claim.record.state}` as const;
  return workflowEvent({
    type,
    at: isoTime(ports.clock.now()),
    payloadId: claim.record.payloadId,
    execution: claim.record.execution,
    reason: claim.reason,
  });
}

function retry(admitted: Admitted, reason: string): ProcessOutcome {
  return { ...processed(admitted), outcome: "retry", reason };
}

function processed({ record, message, payload }: Admitted): ProcessedMessage {
  return { record, message, payloadId: payload.id };
}
