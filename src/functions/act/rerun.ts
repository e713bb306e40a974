/** Runs payloads again with the input that they had, or one of them with another. */
import type { RerunRequest } from "../../actions/action-request.ts";
import { isJsonObject, type Json } from "../../json.ts";
import type { Lineage } from "../../payload/lineage.ts";
import { CHAIN_MEMBER } from "../../payload/payload.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { planRerun } from "../rerun.ts";
import { each } from "./each.ts";
import { changedSince, choosePayloads, noSuchPayload, PAGE, payloadsText, recordsOf } from "./payloads.ts";
import type { ActPorts } from "./ports.ts";
import { done, type Result, skipped, type Target, type Work } from "./progress.ts";
import { sendEach, type ToSend } from "./send-each.ts";
import { effectOf, reasonOf } from "./told.ts";
import type { ActionFacts } from "./work-of.ts";

export function rerunWork(request: RerunRequest, action: ActionFacts, ports: ActPorts): Work {
  return {
    page: PAGE,
    what: (count) =>
      `rerun ${payloadsText(request, count)}${request.payload === undefined ? "" : " with a changed input"}`,
    choose: (after) => choosePayloads(request, action, after, ports),
    perform: (targets) => perform(targets, request, action, ports),
  };
}

async function perform(
  targets: readonly Target[],
  request: RerunRequest,
  action: ActionFacts,
  ports: ActPorts,
): Promise<readonly Result[]> {
  const records = await recordsOf(targets, ports);
  const sending: ToSend[] = [];
  const looked = await each(targets, ports.functions.clock, async (target, index) => {
    const planned = await plan(target, records.get(target.id), { request, action, ports });
    if ("outcome" in planned) return planned;
    sending.push({ index, ...planned });
    return done(target.id);
  });
  const sent = await sendEach(sending, ports);
  return looked.map((result, index) => sent.get(index) ?? result);
}

interface Context {
  readonly request: RerunRequest;
  readonly action: ActionFacts;
  readonly ports: ActPorts;
}

async function plan(
  target: Target,
  record: PayloadRecord | undefined,
  { request, action, ports }: Context,
): Promise<Result | Omit<ToSend, "index">> {
  if (record === undefined) return noSuchPayload(target);
  const effect = effectOf(action, target.id);
  if (record.version !== target.version) {
    // It was sent before a crash, and runs or has run.
    return record.messages.includes(effect) ? done(target.id) : changedSince(target, record);
  }
  const planned = await planRerun(
    record,
    {
      replace: request.replace ?? false,
      payload: request.payload,
      reason: reasonOf(action, "run again"),
      howToReplace: "it runs again only where it is to be replaced",
    },
    ports.functions,
  );
  if (planned.outcome === "stays") return skipped(target.id, planned.reason);
  return { id: target.id, effect, payload: withEffect(planned.payload, effect, record.lineage) };
}

/** `process` knows the payload by the effect when it comes twice. Where it came from in its chain stays as it was. */
export function withEffect(payload: Json, effect: string, { depth, ancestors }: Lineage): Json {
  return isJsonObject(payload) ? { ...payload, [CHAIN_MEMBER]: { depth, ancestors, effect } } : payload;
}
