/** The messages of a batch that are not admitted: for ever, with a rejection that people can see, or for now. */
import { workflowEvent } from "../../events/workflow-event.ts";
import type { FunctionPorts } from "../ports.ts";
import { announce } from "../settle/announce.ts";
import { type Admission, retryReason } from "./admit.ts";
import type { ProcessOutcome } from "./outcome.ts";

export type Refused = Exclude<Admission, { outcome: "admitted" }>;
type Rejected = Extract<Refused, { outcome: "rejected" }>;

export async function refuse(refused: readonly Refused[], ports: FunctionPorts): Promise<readonly ProcessOutcome[]> {
  const rejected = refused.filter((admission) => admission.outcome === "rejected");
  const failure = await recordRejections(rejected, ports);
  return refused.map((admission): ProcessOutcome => {
    const { record } = admission;
    const message = record.messageId;
    if (admission.outcome === "retry") return { record, message, outcome: "retry", reason: admission.reason };
    if (failure !== undefined) return { record, message, outcome: "retry", reason: failure };
    const { code, reason, payloadId, id: rejectionId } = admission.rejection;
    return { record, message, payloadId, outcome: "rejected", code, reason, rejectionId };
  });
}

/** Stored before they are reported: a message is acknowledged only when its reason can be seen. Returns why they are not. */
async function recordRejections(rejected: readonly Rejected[], ports: FunctionPorts): Promise<string | undefined> {
  if (rejected.length === 0) return undefined;
  try {
    await ports.rejections.record(rejected.map(({ rejection }) => rejection));
  } catch (thrown) {
    return retryReason(thrown);
  }
  await announce(
    rejected.map(({ record, rejection: { at, payloadId, reason: error } }) => {
      const type = record.extracted.outcome === "unreadable" ? "RECORD_EXTRACT_FAILED" : "NOT_A_PROCESS_PAYLOAD";
      return workflowEvent({ type, at, payloadId, error });
    }),
    ports,
  );
  return undefined;
}
