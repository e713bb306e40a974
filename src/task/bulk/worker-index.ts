/**
 * What `cirrus-pipeline/task` is in the process of a bulk run's task: the same names, without loading what only payloads
 * need. All of it costs 120 ms of processor time, bare Node 25, and a process is started for each of a million tasks.
 */
import type { defineTask as DefineTask } from "../define-task.ts";

export * from "../light-index.ts";

/** A module may export a task beside its worker; nobody calls it here. */
export function defineTask(definition: Parameters<typeof DefineTask>[0]): object {
  const { name, description, parameters } = definition;
  const handler = async (event: unknown, context: Parameters<ReturnType<typeof DefineTask>>[1]) => {
    const { defineTask } = await import("../define-task.ts");
    return defineTask(definition)(event, context);
  };
  return Object.assign(handler, { task: { name, parameters, ...(description === undefined ? {} : { description }) } });
}
