/** Lets executions that failed go on where they failed. */
import type { RedriveRequest } from "../../actions/action-request.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { redrivePayload, whatHindersRedrive } from "../redrive.ts";
import { each } from "./each.ts";
import { changedSince, choosePayloads, noSuchPayload, PAGE, payloadsText, recordsOf } from "./payloads.ts";
import type { ActPorts } from "./ports.ts";
import { done, type Result, skipped, type Target, type Work } from "./progress.ts";
import { actorOf, reasonOf } from "./told.ts";
import { wasMovedBy } from "./was-moved-by.ts";
import type { ActionFacts } from "./work-of.ts";

export function redriveWork(request: RedriveRequest, action: ActionFacts, ports: ActPorts): Work {
  return {
    page: PAGE,
    what: (count) => `redrive ${payloadsText(request, count)}`,
    choose: (after) => choosePayloads(request, action, after, ports),
    async perform(targets) {
      const records = await recordsOf(targets, ports);
      return each(targets, ports.functions.clock, (target) => redrive(target, records.get(target.id), action, ports));
    },
  };
}

async function redrive(
  target: Target,
  record: PayloadRecord | undefined,
  action: ActionFacts,
  ports: ActPorts,
): Promise<Result> {
  if (record === undefined) return noSuchPayload(target);
  const told = { actor: actorOf(action), reason: reasonOf(action, "redriven") };
  /** By this action, before a crash or in another process at this moment. */
  const otherwise = async (result: Result): Promise<Result> =>
    (await wasMovedBy(told, target, ports)) ? done(target.id) : result;
  if (record.version !== target.version) return otherwise(changedSince(target, record));
  const { workflow, execution } = record;
  const described = await ports.functions.executions.describe({ workflow, name: execution });
  if (described === undefined) return skipped(target.id, "its execution has never started, or is forgotten by now");
  const hindrance = await whatHindersRedrive(described, ports.functions);
  if (hindrance !== undefined) return skipped(target.id, `${hindrance}; run the payload again instead`);
  const redriven = await redrivePayload(record, told, ports.functions);
  return redriven.outcome === "redriven" ? done(target.id) : otherwise(skipped(target.id, redriven.message));
}
