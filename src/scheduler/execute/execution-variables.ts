/** What a task's environment has on top of what is passed on: which execution it is, and the organisation's programs first. */
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Environment } from "../../loop/environments.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";

/** `path`: of whoever started the loops. */
export function variablesOf(
  execution: LoopExecution,
  environment: Environment,
  path = "/usr/bin:/bin",
): Readonly<Record<string, string>> {
  const { python, nodeModules } = environment;
  const first = [
    ...(isAbsolute(python) ? [dirname(python)] : []),
    ...(nodeModules === undefined ? [] : [join(nodeModules, ".bin")]),
  ];
  return {
    PATH: [...first, path].join(delimiter),
    // What Python prints is in the log at once, also when it is killed.
    PYTHONUNBUFFERED: "1",
    CIRRUS_EXECUTION: execution.id,
    CIRRUS_LOOP: execution.loop,
    CIRRUS_LOOP_TASK: taskKey(execution.task),
    CIRRUS_ATTEMPT: String(execution.attempt),
    CIRRUS_COMMIT: execution.version.headCommit,
  };
}
