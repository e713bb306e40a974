/**
 * Turns one message into a payload that may be claimed, or says why it never can be. A permanent fault is a rejection
 * (kept raw, acknowledged at once); only a transient one sends the message back.
 */
import { createHash } from "node:crypto";
import { isoTime } from "../../clock.ts";
import { describeError, type Problem, TransientError } from "../../errors.ts";
import type { Rejection } from "../../events/rejections.ts";
import type { Json } from "../../json.ts";
import type { IncomingRecord } from "../../payload/extract.ts";
import type { Lineage } from "../../payload/lineage.ts";
import { loadPayloadObject } from "../../payload/load.ts";
import { type Member, type Payload, parsePayload } from "../../payload/payload.ts";
import { explainProblems } from "../../payload/problems.ts";
import type { FunctionPorts } from "../ports.ts";

export interface Admitted {
  readonly outcome: "admitted";
  readonly record: IncomingRecord;
  readonly payload: Payload;
  readonly lineage: Lineage;
  /** Identifies the wish to run: the chain's effect for a chained payload, else the message. */
  readonly message: string;
  /** Set where it asks to look at what has arrived for it, and is no arrival itself. */
  readonly members?: readonly Member[] | undefined;
  /** Why somebody sent it again, in their own words. */
  readonly reason?: string | undefined;
}

export type Admission =
  | Admitted
  | { readonly outcome: "rejected"; readonly record: IncomingRecord; readonly rejection: Rejection }
  | { readonly outcome: "retry"; readonly record: IncomingRecord; readonly reason: string };

export async function admit(
  record: IncomingRecord,
  { objects, payloads, clock }: Pick<FunctionPorts, "objects" | "payloads" | "clock">,
): Promise<Admission> {
  const rejected = (code: string, reason: string, payloadId?: string): Admission => ({
    outcome: "rejected",
    record,
    rejection: {
      id: rejectionId(record),
      at: isoTime(clock.now()),
      code,
      reason,
      payloadId,
      raw: record.raw,
    },
  });

  const { extracted } = record;
  if (extracted.outcome === "unreadable")
    return rejected(codeOf(extracted.problems), explainProblems(extracted.problems));

  let value: Json;
  if (extracted.outcome === "url") {
    try {
      const loaded = await loadPayloadObject(objects, extracted.url, {
        allowed: payloads.allowedUrls,
        maxBytes: payloads.maxBytes,
      });
      if (loaded.outcome === "rejected") return rejected(loaded.code, loaded.reason);
      value = loaded.value;
    } catch (thrown) {
      return { outcome: "retry", record, reason: retryReason(thrown) };
    }
  } else {
    value = extracted.value;
  }

  const parsed = parsePayload(value);
  if ("problems" in parsed)
    return rejected(codeOf(parsed.problems), explainProblems(parsed.problems), parsed.payloadId);
  return {
    outcome: "admitted",
    record,
    payload: parsed.payload,
    lineage: parsed.lineage,
    message: parsed.effect ?? record.messageId,
    members: parsed.members,
    reason: parsed.reason,
  };
}

/** The same for the same message however often it comes. */
function rejectionId(record: IncomingRecord): string {
  return createHash("sha256").update(record.messageId).update("\n").update(record.raw).digest("hex").slice(0, 32);
}

function codeOf(problems: readonly Problem[]): string {
  return problems[0]?.code ?? "not-a-payload";
}

/** Anything unforeseen is treated as transient: the message comes back and ends in the dead letters with this reason. */
export function retryReason(thrown: unknown): string {
  const { error, cause } = describeError(thrown);
  return thrown instanceof TransientError ? cause : `${error}: ${cause}`;
}
