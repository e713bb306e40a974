/**
 * The decision table of `process`: what a message means for a payload that has a record already.
 * Pure, and never the gate itself: whatever is decided here, only a claim with the version seen lets a payload run.
 */
import type { PayloadRecord } from "../../state/state-store.ts";

/** The error of a claim whose execution never came to be: the message that made it may still arrive again and run. */
export const NEVER_STARTED = "NeverStarted";

export type Decision =
  /** Plan the next execution, if the record still has this version. */
  | { readonly decision: "claim"; readonly expected: number; readonly attempt: number; readonly reason: string }
  /** An execution is planned, but perhaps was never started: start it again under the same name. */
  | { readonly decision: "resume" }
  /** It may run again, but first the effects of its last end have to be out: a new claim would forget them. */
  | { readonly decision: "settle" }
  /** `repeat`: this very message has had its run; another one for the same payload is still to be considered. */
  | { readonly decision: "skip"; readonly repeat: boolean; readonly reason: string };

export function decide(record: PayloadRecord, message: string, replace: boolean): Decision {
  if (record.state === "CLAIMED") return { decision: "resume" };
  if (record.state === "WAITING") {
    const reason = `message ${message}; what it waited for since ${record.claimedAt} is there`;
    return { decision: "claim", expected: record.version, attempt: record.attempt + 1, reason };
  }
  if (record.state === "PROCESSING") {
    return {
      decision: "skip",
      repeat: false,
      reason: `execution ${record.execution} is running since ${record.startedAt ?? record.updated}`,
    };
  }
  // The latest claim's own message may claim again where that claim came to nothing; all before it have had their run.
  const neverRan = record.lastError?.error === NEVER_STARTED && record.messages[0] === message;
  if (record.messages.includes(message) && !neverRan) {
    return {
      decision: "skip",
      repeat: true,
      reason: `message ${message} came twice; it has run already, and the payload is ${record.state} since ${record.updated}`,
    };
  }
  if ((record.state === "SUCCEEDED" || record.state === "INVALID") && !replace) {
    return {
      decision: "skip",
      repeat: false,
      reason: `${record.state} since ${record.endedAt ?? record.updated} (attempt ${record.attempt}); set "replace": true in process[0] to run it again`,
    };
  }
  if (record.effectsPending) return { decision: "settle" };
  const why = replace ? "replace is set" : "it may run again";
  return {
    decision: "claim",
    expected: record.version,
    attempt: record.attempt + 1,
    reason: `message ${message}; ${record.state} before, ${why}`,
  };
}
