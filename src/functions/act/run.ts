/** Has an action go on, step by step, until it has ended or its time is over; whoever comes next goes on from there. */
import type { Action } from "../../actions/action.ts";
import { TransientError } from "../../errors.ts";
import type { ActPorts } from "./ports.ts";
import { stepAction } from "./step.ts";

/** In a row, without a step that was done. */
const TRIES = 5;
const FIRST_WAIT_MS = 500;

/**
 * The action as it is then; undefined where there is none. Throws TransientError where it could not go on for some
 * seconds: it is still RUNNING. `goesOn` is asked before each step.
 */
export async function runAction(
  id: string,
  ports: ActPorts,
  goesOn: (action: Action) => boolean = () => true,
): Promise<Action | undefined> {
  let action = await ports.actions.get(id);
  let tries = 0;
  while (action?.state === "RUNNING" && goesOn(action)) {
    try {
      // Somebody else was quicker: from there on.
      action = (await stepAction(action, ports)) ?? (await ports.actions.get(id));
      tries = 0;
    } catch (thrown) {
      tries += 1;
      if (!(thrown instanceof TransientError) || tries === TRIES) throw thrown;
      await ports.functions.clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
    }
  }
  return action;
}
