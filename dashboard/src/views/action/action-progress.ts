/** How far an action is: counts that add up. */
import type { ActionView } from "../../../../src/api/shapes/actions.ts";

export interface ActionProgress {
  /** Done, left or failed. */
  readonly settled: number;
  /** What is still to be done; undefined where nobody has counted. */
  readonly left: number | undefined;
  /** From 0 to 1. */
  readonly share: number | undefined;
}

type Counts = Pick<ActionView, "state" | "total" | "done" | "skipped" | "failed">;

export function progressOf({ state, total, done, skipped, failed }: Counts): ActionProgress {
  const settled = done + skipped + failed;
  if (total === undefined) return { settled, left: undefined, share: state === "DONE" ? 1 : undefined };
  const left = Math.max(0, total - settled);
  return { settled, left, share: total === 0 ? 1 : Math.min(1, settled / total) };
}

/** What may be asked of it now. */
export function controlOf(state: ActionView["state"]): "stop" | "resume" | undefined {
  if (state === "RUNNING") return "stop";
  return state === "STOPPED" || state === "FAILED" ? "resume" : undefined;
}

/** Where a problem's ID leads, as far as the kind of action tells. */
export function isAboutPayloads(kind: string): boolean {
  return ["publish", "rerun", "redrive", "stop", "mark"].includes(kind);
}
