/** How the newest executions of loops' tasks ended: read again only of those of which one has begun or ended since. */
import type { ExecutionLook, LoopsLook, TaskLook } from "../../loop/look/look-at-loops.ts";
import type { LoopTaskView } from "../shapes/loops.ts";

type Outcomes = LoopTaskView["recent"];

/** In the strip of a task's row. */
const RECENT = 30;
/** About 3 kB each. */
const MOST_KNOWN = 5_000;

/** The oldest first. Each task that is asked for the first time costs a query. */
export function makeRecentOutcomes(look: Pick<LoopsLook, "executions">): (task: TaskLook) => Promise<Outcomes> {
  const known = new Map<string, { readonly standing: string; readonly outcomes: Outcomes }>();
  return async ({ task, last, lastOutcome, counts }) => {
    if (last === undefined) return [];
    const standing = JSON.stringify([last.id, last.outcome, lastOutcome, counts]);
    const before = known.get(task);
    if (before?.standing === standing) return before.outcomes;
    const { rows } = await look.executions({ task, limit: RECENT });
    const outcomes = rows.toReversed().flatMap(outcomeOf);
    known.delete(task);
    known.set(task, { standing, outcomes });
    for (const oldest of known.keys()) if (known.size > MOST_KNOWN) known.delete(oldest);
    return outcomes;
  };
}

function outcomeOf({ outcome, durationMs, startedAt: at }: ExecutionLook): Outcomes {
  return outcome === undefined ? [] : [{ outcome, durationMs, at }];
}
