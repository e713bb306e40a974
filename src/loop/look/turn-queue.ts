/** What comes in a loop before its iteration ends, in its order. */
import type { Controls } from "../controls.ts";
import type { LoopRecord } from "../loop-record.ts";
import { type LoopTask, taskKey } from "../loop-task.ts";

/** Keys: what was asked for first, then what is tried again, then the turns that are left. `tasks`: of this loop. */
export function queueOf(
  record: LoopRecord | undefined,
  tasks: readonly LoopTask[],
  controls: Controls,
): readonly string[] {
  const requested = requestedOf(tasks, controls);
  if (record === undefined || record.nextAt !== undefined) return requested;
  const retried = record.retry === undefined ? [] : [record.retry.task];
  const pending = record.turns.filter(({ state }) => state === "PENDING").map(({ task }) => task);
  const awake = [...retried, ...pending].filter((key) => controls.tasks[key]?.pause === undefined);
  return [...new Set([...requested, ...awake])];
}

/** The oldest request comes first. */
function requestedOf(tasks: readonly LoopTask[], controls: Controls): readonly string[] {
  return tasks
    .flatMap((task) => {
      const request = controls.tasks[taskKey(task)]?.runNow;
      return request === undefined ? [] : [{ key: taskKey(task), at: request.at }];
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ key }) => key);
}
