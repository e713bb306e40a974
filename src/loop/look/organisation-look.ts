/** The organisations, to choose one from, and whether there is something to look at. */
import type { Request } from "../controls.ts";
import type { RegistrationProblem } from "../registration.ts";
import type { KnownLoops } from "./known-loops.ts";
import { lookAtTasks, type TaskLook } from "./task-look.ts";

export interface OrganisationLook {
  readonly codops: string;
  /** Registered ones. */
  readonly tasks: number;
  readonly running: number;
  /** Registered ones whose last execution that ended did not succeed. */
  readonly failing: number;
  /** That cannot run as they are registered. */
  readonly broken: number;
  /** Of its own loop. */
  readonly paused?: Request | undefined;
  readonly problems: readonly RegistrationProblem[];
}

export function lookAtOrganisations(known: KnownLoops): readonly OrganisationLook[] {
  const problems = known.registration?.problems ?? [];
  const tasks = Map.groupBy(lookAtTasks(known, undefined), ({ codops }) => codops);
  const codes = new Set([...tasks.keys(), ...problems.flatMap(({ codops }) => codops ?? [])]);
  return [...codes].sort().map((codops) => ({
    codops,
    ...count(tasks.get(codops) ?? []),
    paused: known.controls.loops[codops]?.pause,
    problems: problems.filter((problem) => problem.codops === codops),
  }));
}

function count(tasks: readonly TaskLook[]) {
  const registered = tasks.filter(({ standing }) => standing === "registered");
  return {
    tasks: registered.length,
    running: tasks.filter(({ state }) => state === "RUNNING").length,
    failing: registered.filter(({ failureStreak }) => failureStreak > 0).length,
    broken: tasks.filter(({ standing }) => standing === "broken").length,
  };
}
