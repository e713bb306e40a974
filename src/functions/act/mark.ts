/** Moves payloads that do not run into a final state by hand. */
import type { MarkRequest } from "../../actions/action-request.ts";
import { isoTime } from "../../clock.ts";
import type { FinishRequest, PayloadRecord } from "../../state/state-store.ts";
import { isOpen, mayMove } from "../../state/states.ts";
import { resumeEffects } from "../settle/settle.ts";
import { each } from "./each.ts";
import { changedSince, choosePayloads, noSuchPayload, PAGE, payloadsText, recordsOf } from "./payloads.ts";
import type { ActPorts } from "./ports.ts";
import { done, type Result, skipped, type Target, type Work } from "./progress.ts";
import { actorOf, reasonOf } from "./told.ts";
import { wasMovedBy } from "./was-moved-by.ts";
import type { ActionFacts } from "./work-of.ts";

export function markWork(request: MarkRequest, action: ActionFacts, ports: ActPorts): Work {
  return {
    page: PAGE,
    what: (count) => `mark ${payloadsText(request, count)} as ${request.state}`,
    choose: (after) => choosePayloads(request, action, after, ports),
    async perform(targets) {
      const records = await recordsOf(targets, ports);
      return each(targets, ports.functions.clock, (target) =>
        mark(target, records.get(target.id), { request, action, ports }),
      );
    },
  };
}

interface Context {
  readonly request: MarkRequest;
  readonly action: ActionFacts;
  readonly ports: ActPorts;
}

async function mark(target: Target, record: PayloadRecord | undefined, context: Context): Promise<Result> {
  const { request, action, ports } = context;
  if (record === undefined) return noSuchPayload(target);
  const told = { actor: actorOf(action), reason: reasonOf(action, `marked ${request.state} by hand`) };
  /** By this action, before a crash or in another process at this moment. */
  const otherwise = async (result: Result): Promise<Result> =>
    (await wasMovedBy(told, target, ports)) ? done(target.id) : result;
  if (record.version !== target.version) return otherwise(changedSince(target, record));
  const why = await whyItStays(record, request, ports);
  if (why !== undefined) return skipped(target.id, why);
  const [written] = await ports.functions.state.finish([endOf(record, { ...context, told })]);
  if (written?.outcome !== "written") return otherwise(changedSince(target, written?.current ?? record));
  // Where this is not reached, reconcile does it: the record says that it is still to be done.
  await resumeEffects(written.record, ports.functions);
  return done(target.id);
}

async function whyItStays(
  { state, workflow, execution, effectsPending }: PayloadRecord,
  request: MarkRequest,
  { functions: { executions } }: ActPorts,
): Promise<string | undefined> {
  if (state === request.state) return `it is ${state} already`;
  if (state === "WAITING" && request.state === "INVALID") return "it is WAITING: nothing of it has run";
  if (!mayMove(state, "finish", request.state)) return `it is ${state}: it can be run again, and not be marked`;
  if (effectsPending) return "its end is still being announced; try again in a moment";
  if (!isOpen(state)) return undefined;
  const described = await executions.describe({ workflow, name: execution });
  if (described === undefined) return undefined;
  return described.stoppedAt === undefined ? "its execution runs: stop it first" : "its end is just being recorded";
}

/** The error that it had stays, where it had one. */
function endOf(
  { payloadId, execution, version, lastError, outputs, outputUrl }: PayloadRecord,
  { request, ports, told }: Context & { readonly told: { readonly actor: string; readonly reason: string } },
): FinishRequest {
  return {
    payloadId,
    execution,
    expected: version,
    state: request.state,
    at: isoTime(ports.functions.clock.now()),
    error: lastError ?? { error: "MarkedByHand", cause: told.reason },
    outputs,
    outputUrl,
    ...told,
  };
}
