/** Has an action go on, step by step, until it has ended or its time is over; whoever comes next goes on from there. */
import type { Action } from "../../actions/action.ts";
import { TransientError } from "../../errors.ts";
import type { ActPorts } from "./ports.ts";
import { stepAction } from "./step.ts";

/** In a row, without a step that was done. */
const TRIES = 5;
const FIRST_WAIT_MS = 500;

export type Ran =
  | { readonly outcome: "none" }
  /** `elsewhere`: somebody else has it in hand. `left`: it is still RUNNING, and `goesOn` said no. */
  | { readonly outcome: "ended" | "elsewhere" | "left"; readonly action: Action };

/**
 * `goesOn` is asked before each step. Throws TransientError where it could not go on for some seconds: the action is
 * still RUNNING.
 */
export async function runAction(
  id: string,
  ports: ActPorts,
  goesOn: (action: Action) => boolean = () => true,
): Promise<Ran> {
  let action = await ports.actions.get(id);
  if (action === undefined) return { outcome: "none" };
  let tries = 0;
  while (action.state === "RUNNING") {
    if (!goesOn(action)) return { outcome: "left", action };
    try {
      const next = await stepAction(action, ports);
      if (next === undefined) return { outcome: "elsewhere", action };
      action = next;
      tries = 0;
    } catch (thrown) {
      tries += 1;
      if (!(thrown instanceof TransientError) || tries === TRIES) throw thrown;
      await ports.functions.clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
    }
  }
  return { outcome: "ended", action };
}
