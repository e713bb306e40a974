/** Sends new payloads to be processed. */
import type { PublishRequest } from "../../actions/action-request.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { FIRST_LINK } from "../../payload/lineage.ts";
import { parsePayload, REASON_MEMBER } from "../../payload/payload.ts";
import type { ActPorts } from "./ports.ts";
import type { Result, Target, Work } from "./progress.ts";
import { withEffect } from "./rerun.ts";
import { sendEach, type ToSend } from "./send-each.ts";
import { effectOf, reasonOf } from "./told.ts";
import type { ActionFacts } from "./work-of.ts";

export function publishWork({ payloads }: PublishRequest, action: ActionFacts, ports: ActPorts): Work {
  const ids = payloads.map(idOf);
  return {
    // All in one: a target's place is that of its payload.
    page: payloads.length,
    what: () => `publish ${ids.length === 1 ? ids[0] : `${ids.length} payloads`}`,
    choose: async () => ({ targets: ids.map((id) => ({ id })) }),
    perform: (targets) => perform(targets, payloads, action, ports),
  };
}

async function perform(
  targets: readonly Target[],
  payloads: readonly Json[],
  action: ActionFacts,
  ports: ActPorts,
): Promise<readonly Result[]> {
  const sending = targets.map(({ id }, index): ToSend => {
    // Two of one ID are two, as when somebody else sends them.
    const effect = effectOf(action, `${index}/${id}`);
    const told = tell(payloads[index] ?? null, reasonOf(action, "published"));
    return { index, id, effect, payload: withEffect(told, effect, FIRST_LINK) };
  });
  const results = await sendEach(sending, ports);
  return sending.flatMap(({ index }) => results.get(index) ?? []);
}

function tell(payload: Json, reason: string): Json {
  return isJsonObject(payload) ? { ...payload, [REASON_MEMBER]: reason } : payload;
}

function idOf(payload: Json): string {
  const parsed = parsePayload(payload);
  return "problems" in parsed ? (parsed.payloadId ?? "a payload without an ID") : parsed.payload.id;
}
