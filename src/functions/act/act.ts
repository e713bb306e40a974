/** What is asked for on behalf of an operator: a few things are done before the answer, many go on behind it. */
import type { Action } from "../../actions/action.ts";
import { TransientError } from "../../errors.ts";
import { beginAction, type NewAction } from "./begin.ts";
import type { BeginPorts } from "./ports.ts";
import { runAction } from "./run.ts";

/** So many targets are done at once. */
const MOST_AT_ONCE = 20;
/** Whoever asks waits no longer than this. */
const PATIENCE_MS = 10_000;

/** The action as far as it is; one that is RUNNING goes on by `continueAction`. */
export async function act(
  asked: NewAction,
  ports: BeginPorts & { readonly continueAction: (id: string) => Promise<void> },
): Promise<Action> {
  const { clock, log } = ports.functions;
  const since = clock.now();
  const begun = await beginAction(asked, ports);
  const isSmall = ({ version, total }: Action): boolean =>
    (version === begun.version || (total !== undefined && total <= MOST_AT_ONCE)) && clock.now() - since < PATIENCE_MS;
  let action: Action = begun;
  try {
    const ran = await runAction(begun.id, ports, isSmall);
    if (ran.outcome !== "none") action = ran.action;
  } catch (thrown) {
    // It is stored, and goes on when the store answers again.
    if (!(thrown instanceof TransientError)) throw thrown;
    log.warn("an action waits", { action: begun.id, reason: thrown.message });
  }
  if (action.state === "RUNNING") await ports.continueAction(action.id);
  return action;
}
