/** When the tasks of a loop ran last, for whoever plans its next iteration. */
import type { LoopStore } from "../../loop/loop-store.ts";
import type { Registration } from "../../loop/registration.ts";
import { tasksOf } from "../../loop/turns/loop-tasks.ts";
import { needsLastStarts } from "../../loop/turns/plan-iteration.ts";

/** By `codops/name`, in milliseconds since 1970: read only where a plan depends on it. */
export async function readLastStarts(
  loop: string,
  registration: Registration,
  store: Pick<LoopStore, "tasks">,
): Promise<Readonly<Record<string, number>>> {
  if (!needsLastStarts(loop, registration)) return {};
  const organisations = new Set(tasksOf(registration, loop).map(({ codops }) => codops));
  const records = await Promise.all([...organisations].map((codops) => store.tasks(codops)));
  return Object.fromEntries(records.flat().map(({ task, last }) => [task, Date.parse(last.startedAt)]));
}
