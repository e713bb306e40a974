/** How far an execution is in each state of its machine: what the graph's boxes show, from the stays that the steps tell of. */
import type { Step, StepStatus } from "../../../../src/api/shapes/executions.ts";

export interface StateProgress {
  /** The most urgent of its stays: of several at a time those that still go on, then those that went wrong. */
  readonly status: StepStatus;
  /** Stays by how they stand; of a state that was entered again only the last counts. */
  readonly counts: Readonly<Partial<Record<StepStatus, number>>>;
  /** Stays in all, also those that were entered again. */
  readonly stays: number;
  readonly tries: number;
  /** The last one's path: what choosing the state chooses. */
  readonly path: string;
}

const URGENT: readonly StepStatus[] = ["running", "waiting", "failed", "timed out", "aborted", "caught", "succeeded"];

/** By the state's name; a state that was not reached is not there. */
export function progressOf(steps: readonly Step[]): ReadonlyMap<string, StateProgress> {
  const byState = new Map<string, Step[]>();
  for (const step of steps) {
    const stays = byState.get(step.state);
    if (stays === undefined) byState.set(step.state, [step]);
    else stays.push(step);
  }
  return new Map([...byState].map(([state, stays]) => [state, ofState(stays)]));
}

function ofState(stays: readonly Step[]): StateProgress {
  // `/each#1/2/copy#3` is the third stay in the same place as `/each#1/2/copy#1`.
  const last = new Map(stays.map((step) => [step.path.replace(/#\d+(?:~\d+)?$/, ""), step]));
  const counts: Partial<Record<StepStatus, number>> = {};
  for (const { status } of last.values()) counts[status] = (counts[status] ?? 0) + 1;
  const status = URGENT.find((one) => counts[one] !== undefined) ?? "running";
  const chosen = [...last.values()].findLast((step) => step.status === status);
  return {
    status,
    counts,
    stays: stays.length,
    tries: stays.reduce((sum, { tries }) => sum + tries.length, 0),
    path: chosen?.path ?? "",
  };
}

/** `8 succeeded, 2 failed`; empty where there is one stay alone. */
export function countsText({ counts }: Pick<StateProgress, "counts">): string {
  const told = URGENT.toReversed().filter((status) => counts[status] !== undefined);
  const all = told.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  return all < 2 ? "" : told.map((status) => `${counts[status]} ${status}`).join(", ");
}
