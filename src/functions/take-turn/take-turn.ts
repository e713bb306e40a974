/**
 * take-turn: claims a loop and says what its holder does next. It may be called twice, late, or by two at once: one holder
 * gets the same answer for as long as its execution runs, everybody else hears who drives the loop.
 */
import { type Clock, isoTime } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import type { ClaimRequest } from "../../loop/loop-store.ts";
import { endTurn } from "../../loop/turns/change-turn.ts";
import { type EndedTurn, type Held, type NextTurn, nextTurn, type TurnOptions, type TurnPorts } from "./next-turn.ts";

export type TakenTurn =
  | NextTurn
  /** Somebody else drives the loop. `until`: milliseconds since 1970. */
  | { readonly action: "busy"; readonly holder: string; readonly until: number };

/** More calls than that for one loop at a time are a mistake somewhere. */
const TRIES = 5;

export async function takeTurn(ports: TurnPorts, request: ClaimRequest & TurnOptions): Promise<TakenTurn> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const claimed = await ports.store.claim(request);
    if (claimed.outcome === "busy") return { action: "busy", holder: claimed.holder, until: claimed.until };
    const taken = await goOn(ports, claimed, request);
    if (taken !== undefined) return taken;
  }
  throw new TransientError(`The loop ${request.loop} was changed by others each time that its turn was taken.`, {
    hint: "The next call tries again.",
  });
}

async function goOn(ports: TurnPorts, held: Held, options: TurnOptions): Promise<NextTurn | undefined> {
  const { record, fence } = held;
  if (record.running === undefined) return await nextTurn(ports, held, options);
  const execution = await ports.store.execution(record.running);
  if (execution === undefined || execution.end !== undefined) {
    // Its record is gone, or says how it ended: there is nothing left to say.
    return await nextTurn(ports, { fence, record: endTurn(record, undefined, ports.clock.now()) }, options);
  }
  if (record.runningFence === fence) return { ...held, action: "run", execution };
  return await nextTurn(ports, held, options, lost(execution, ports.clock));
}

/** Whoever began it is gone. It has had its turn: what it did is not done twice. */
function lost(execution: LoopExecution, clock: Pick<Clock, "now">): EndedTurn {
  const now = clock.now();
  const end: ExecutionEnd = {
    outcome: "LOST",
    endedAt: isoTime(now),
    durationMs: Math.max(0, now - Date.parse(execution.startedAt)),
    error: {
      name: "Lost",
      message: "Whatever ran it went away before it ended. Nobody can say how far it came; its log may.",
    },
  };
  return { execution, end };
}
