/** Stops executions that run; their payloads end ABORTED. */
import type { StopRequest } from "../../actions/action-request.ts";
import type { PayloadError, PayloadRecord } from "../../state/state-store.ts";
import { stopWaiting } from "../fan-in/stop-waiting.ts";
import { resumeEffects } from "../settle/settle.ts";
import { each } from "./each.ts";
import { changedSince, choosePayloads, noSuchPayload, PAGE, payloadsText, recordsOf } from "./payloads.ts";
import type { ActPorts } from "./ports.ts";
import { done, type Result, skipped, type Target, type Work } from "./progress.ts";
import { actorOf, reasonOf } from "./told.ts";
import type { ActionFacts } from "./work-of.ts";

export function stopWork(request: StopRequest, action: ActionFacts, ports: ActPorts): Work {
  return {
    page: PAGE,
    what: (count) => `stop ${payloadsText(request, count)}`,
    choose: (after) => choosePayloads(request, action, after, ports),
    async perform(targets) {
      const records = await recordsOf(targets, ports);
      return each(targets, ports.functions.clock, (target) => stop(target, records.get(target.id), action, ports));
    },
  };
}

async function stop(
  target: Target,
  record: PayloadRecord | undefined,
  action: ActionFacts,
  { functions }: ActPorts,
): Promise<Result> {
  const { executions } = functions;
  if (record === undefined) return noSuchPayload(target);
  // Its state may have moved on: what was to be stopped is the execution.
  if (record.execution !== target.execution)
    return skipped(target.id, "it has another execution since the action began");
  if (wasStoppedWaiting(record, action)) {
    if (record.effectsPending) await resumeEffects(record, functions);
    return done(target.id);
  }
  if (record.state === "WAITING") {
    const told = { actor: actorOf(action), reason: reasonOf(action, "stopped by hand"), cause: whyOf(action).cause };
    const stopped = await stopWaiting(record, told, functions);
    return stopped.outcome === "written" ? done(target.id) : changedSince(target, stopped.current ?? record);
  }
  const key = { workflow: record.workflow, name: record.execution };
  const described = await executions.describe(key);
  if (described === undefined) {
    return skipped(target.id, `it is ${record.state}, and its execution has not started or is forgotten by now`);
  }
  const why = whyOf(action);
  if (described.status === "RUNNING") await executions.stop(key, why);
  else if (described.status !== "ABORTED" || described.cause !== why.cause) {
    return skipped(target.id, `its execution has ended already: ${described.status}`);
  }
  return done(target.id);
}

/** Known again after a crash. */
function whyOf(action: ActionFacts): PayloadError {
  return { error: "Stopped", cause: `${reasonOf(action, "stopped by hand")}, action ${action.id}` };
}

function wasStoppedWaiting({ state, startedAt, lastError }: PayloadRecord, action: ActionFacts): boolean {
  return state === "ABORTED" && startedAt === undefined && lastError?.cause === whyOf(action).cause;
}
