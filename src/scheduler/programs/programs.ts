/** Which program runs a task's work in a loop, and what it is told first. */
import { modulePath } from "../../embedded/processes/module-path.ts";
import type { Json, JsonObject } from "../../json.ts";
import { asJson } from "../../json.ts";
import type { Environment } from "../../loop/environments.ts";
import type { Work } from "../../loop/loop-task.ts";
import { type NotebookProgram, notebookProgram } from "../../notebook/notebook-program.ts";
import type { ProjectAssignment } from "./project-assignment.ts";

/**
 * `folder`: the task's own, where its project keeps what it writes into its buckets from one execution to the next; a
 * notebook needs none. Throws NotRunnable where there is nothing to run.
 */
export function loopProgram(
  work: Work,
  args: JsonObject,
  checkout: string,
  environment: Environment,
  folder: string,
): NotebookProgram {
  if (work.kind === "notebook") return notebookProgram({ ...work, path: work.notebook, args }, checkout, environment);
  const { name, payload } = work;
  const { nodeModules } = environment;
  const program = work.kind === "task" ? "run-task" : "run-workflow";
  return {
    command: [process.execPath, "--disable-warning=ExperimentalWarning", modulePath(import.meta.url, program)],
    environment: {},
    assignment: assignmentOf({ checkout, nodeModules, name, payload, args, data: folder }),
  };
}

/** Without members that have no value. */
function assignmentOf(assignment: ProjectAssignment): Json {
  return asJson(assignment);
}
