/** Stops executions that run; their payloads end ABORTED. */
import type { StopRequest } from "../../actions/action-request.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { each } from "./each.ts";
import { choosePayloads, noSuchPayload, PAGE, payloadsText, recordsOf } from "./payloads.ts";
import type { ActPorts } from "./ports.ts";
import { done, type Result, skipped, type Target, type Work } from "./progress.ts";
import { reasonOf } from "./told.ts";
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
  { functions: { executions } }: ActPorts,
): Promise<Result> {
  if (record === undefined) return noSuchPayload(target);
  // Its state may have moved on: what was to be stopped is the execution.
  if (record.execution !== target.execution)
    return skipped(target.id, "it has another execution since the action began");
  const key = { workflow: record.workflow, name: record.execution };
  const described = await executions.describe(key);
  if (described === undefined) {
    return skipped(target.id, `it is ${record.state}, and its execution has not started or is forgotten by now`);
  }
  // Known again after a crash.
  const why = { error: "Stopped", cause: `${reasonOf(action, "stopped by hand")}, action ${action.id}` };
  if (described.status === "RUNNING") await executions.stop(key, why);
  else if (described.status !== "ABORTED" || described.cause !== why.cause) {
    return skipped(target.id, `its execution has ended already: ${described.status}`);
  }
  return done(target.id);
}
