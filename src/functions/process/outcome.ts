/** What became of a message. */
import type { IncomingRecord } from "../../payload/extract.ts";
import type { Admitted } from "./admit.ts";

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
    /** It has arrived, and what its payload awaits is not all there. */
    | { readonly outcome: "waiting"; readonly reason: string }
    /** The payload has ended FAILED because its execution can never start, or what it waited for never run together. */
    | { readonly outcome: "failed"; readonly reason: string }
    | { readonly outcome: "rejected"; readonly code: string; readonly reason: string; readonly rejectionId: string }
    /** Not acknowledged: the message comes again. */
    | { readonly outcome: "retry"; readonly reason: string }
  );

export function skipped(admitted: Admitted, reason: string): ProcessOutcome {
  return { ...processed(admitted), outcome: "skipped", reason };
}

export function retry(admitted: Admitted, reason: string): ProcessOutcome {
  return { ...processed(admitted), outcome: "retry", reason };
}

export function processed({ record, message, payload }: Admitted): ProcessedMessage {
  return { record, message, payloadId: payload.id };
}
