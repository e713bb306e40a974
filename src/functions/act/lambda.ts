/**
 * act as a Lambda: actions of operators that take longer than the answer to them. One invocation goes on with one action
 * until its time is nearly over, and then calls the function again.
 *
 * Nobody has to call: AWS repeats an invocation that failed twice at most, and one that could not be made not at all. So a
 * schedule looks every few minutes for what is RUNNING and has not moved. It is a schedule of this function's own, and no
 * task of reconcile: that one needs none of these rights, and its time belongs to the payloads.
 */
import { isoTime } from "../../clock.ts";
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import { type ActLambdaPorts, actPorts } from "./act-ports.ts";
import { type Ran, runAction } from "./run.ts";

/** From whoever has begun an action, from this function itself, or from the schedule, which names none. */
export interface ActEvent {
  readonly action?: string | undefined;
}

export interface ActSummary {
  /** The actions that this invocation went on with, or had go on. */
  readonly actions: readonly string[];
}

/** Milliseconds before the end of its time, in which no step is begun: a step of a thousand dead letters takes that long. */
const KEPT_BACK_MS = 60_000;
/** Longer than a step takes, its retries included: what is younger is in somebody's hands. */
const LEFT_BEHIND_MS = 3 * 60_000;

export function actLambda(makePorts: MakePorts<ActLambdaPorts> = actPorts) {
  return makeLambda<ActEvent, ActSummary, ActLambdaPorts>(makePorts, async (event, { ports, log, remainingMs }) => {
    if (typeof event?.action !== "string") return lookForLeft(ports);
    const ran = await runAction(event.action, ports, () => remainingMs() > KEPT_BACK_MS);
    log.info("acted", { action: event.action, ...factsOf(ran) });
    if (ran.outcome === "left") await ports.continueAction(ran.action.id);
    return { actions: [event.action] };
  });
}

/** Each goes on in an invocation of its own, however many there are. */
async function lookForLeft({ actions, continueAction, functions: { clock } }: ActLambdaPorts): Promise<ActSummary> {
  const before = isoTime(clock.now() - LEFT_BEHIND_MS);
  const left = (await actions.running()).filter(({ updated }) => updated < before).map(({ id }) => id);
  for (const id of left) await continueAction(id);
  return { actions: left };
}

function factsOf(ran: Ran) {
  if (ran.outcome === "none") return { outcome: ran.outcome };
  const { state, done, skipped, failed, total } = ran.action;
  return { outcome: ran.outcome, state, done, skipped, failed, total };
}
