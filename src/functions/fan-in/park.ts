/** Lets a payload wait for others: a conditional write, as a claim is one, that plans no execution. */
import { isoTime } from "../../clock.ts";
import { canonicalJson } from "../../json.ts";
import { timeoutMs } from "../../payload/await.ts";
import { cutText } from "../../payload/cut.ts";
import type { Lineage } from "../../payload/lineage.ts";
import { MEMBERS_MEMBER, type Payload, parsePayload } from "../../payload/payload.ts";
import { executionName } from "../../payload/payload-id.ts";
import type { ParkRequest } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import { storedJson } from "../settle/stored.ts";

export interface Parking {
  readonly payload: Payload;
  readonly lineage: Lineage;
  readonly message: string;
  readonly expected: ParkRequest["expected"];
  /** Executions that the payload has had. */
  readonly attempt: number;
  readonly actor: string;
  readonly reason: string;
  /** Where its time has begun already. */
  readonly waitsUntil?: string | undefined;
}

/** Characters: the history of a record has only so much room, and payload IDs are long. */
export const MOST_OF_REASON = 2_000;

/** Its time begins now, where it has not begun: only the first arrival parks a payload, and one that comes after its end begins anew. */
export function parkRequest(parking: Parking, { clock, payloads }: FunctionPorts): ParkRequest {
  const { payload, attempt, lineage, message, expected, actor, reason } = parking;
  const [{ await: awaits = {}, organisation }] = payload.process;
  const now = clock.now();
  return {
    payloadId: payload.id,
    expected,
    attempt,
    execution: executionName(payload.id, attempt + 1),
    inputUrl: payloads.urls.awaits(payload.id).request,
    lineage,
    organisation,
    message,
    at: isoTime(now),
    waitsUntil: parking.waitsUntil ?? isoTime(now + timeoutMs(awaits)),
    actor,
    reason: cutText(reason, MOST_OF_REASON),
  };
}

/**
 * What is to be done once all are there, as the latest arrival says it: for whoever looks again when no message is at
 * hand, and for a rerun. It arrives for nobody, and has what has arrived looked for.
 */
export async function keepRequest(
  payload: Payload,
  { objects, payloads }: Pick<FunctionPorts, "objects" | "payloads">,
): Promise<void> {
  const body = canonicalJson({ ...payload, [MEMBERS_MEMBER]: [] });
  await objects.put(payloads.urls.awaits(payload.id).request, body, { contentType: "application/json" });
}

/** Undefined where nothing was ever to be waited for. */
export async function readRequest(
  payloadId: string,
  ports: Pick<FunctionPorts, "objects" | "payloads">,
): Promise<Payload | undefined> {
  const parsed = parsePayload(await storedJson(ports.payloads.urls.awaits(payloadId).request, ports));
  return "payload" in parsed ? parsed.payload : undefined;
}
