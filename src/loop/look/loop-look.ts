/** A loop as people see it: how far its iteration is, and what it waits for. */
import { isoTime } from "../../clock.ts";
import type { Controls, Request } from "../controls.ts";
import type { HeldLoop } from "../loop-store.ts";

export interface LoopLook {
  readonly loop: string;
  readonly iteration: number;
  /** ISO 8601 */
  readonly iterationStartedAt?: string | undefined;
  /** Who drives it; undefined where nobody does. */
  readonly holder?: string | undefined;
  /** The execution that runs. */
  readonly running?: string | undefined;
  readonly turns: { readonly had: number; readonly all: number };
  /** ISO 8601: when the next iteration begins; undefined while one goes on. */
  readonly nextAt?: string | undefined;
  readonly paused?: Request | undefined;
}

export function lookAtLoop(record: HeldLoop, controls: Controls): LoopLook {
  const { loop, iteration, iterationStartedAt, holder, running, turns, nextAt } = record;
  return {
    loop,
    iteration,
    iterationStartedAt,
    holder,
    running,
    turns: { had: turns.filter(({ state }) => state === "FINISHED").length, all: turns.length },
    nextAt: nextAt === undefined ? undefined : isoTime(nextAt),
    paused: controls.loops[loop]?.pause,
  };
}
