/** Ends an action before its time, and lets one go on that was ended or could not go on. */
import type { Action, ActionState } from "../../actions/action.ts";
import { CirrusError, EXIT, TransientError } from "../../errors.ts";
import type { ActPorts } from "./ports.ts";
import { writeChange } from "./step.ts";

export function stopAction(id: string, by: string, ports: ActPorts): Promise<Action> {
  return move(id, ["RUNNING"], { state: "STOPPED", reason: `stopped by ${by}` }, ports);
}

export function resumeAction(id: string, ports: ActPorts): Promise<Action> {
  return move(id, ["STOPPED", "FAILED"], { state: "RUNNING", reason: undefined }, ports);
}

/** Whoever does it writes too: the latest version counts. */
const ROUNDS = 20;

async function move(
  id: string,
  from: readonly ActionState[],
  to: { readonly state: ActionState; readonly reason: string | undefined },
  ports: ActPorts,
): Promise<Action> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const action = await ports.actions.get(id);
    if (action === undefined) throw noAction(id);
    if (action.state === to.state) return action;
    if (!from.includes(action.state)) {
      throw new CirrusError(`The action is ${action.state}.`, { exitCode: EXIT.conflict });
    }
    const written = await writeChange(action, to, ports);
    if (written !== undefined) return written;
  }
  throw new TransientError(`The action ${id} kept changing.`, { hint: "Try again in a moment." });
}

export function noAction(id: string): CirrusError {
  return new CirrusError(`There is no action ${id}.`, {
    hint: "GET /v1/actions lists them.",
    exitCode: EXIT.notFound,
  });
}
