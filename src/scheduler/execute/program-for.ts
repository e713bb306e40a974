/** Which program runs a task's work, and what it is told. */
import { join } from "node:path";
import type { Environment } from "../../loop/environments.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { NotebookProgram } from "../../notebook/notebook-program.ts";
import { loopProgram } from "../programs/programs.ts";

export interface ProgramSetting {
  readonly checkout: string;
  readonly environment: Environment;
  /** The task's own, from one execution to the next. */
  readonly folder: string;
}

/** Throws NotRunnable where there is nothing to run in this version. */
export type ProgramFor = (execution: LoopExecution, setting: ProgramSetting) => NotebookProgram;

export const programFor: ProgramFor = ({ task }, { checkout, environment, folder }) =>
  loopProgram(task.work, task.args, checkout, environment, folder);

/** In one name, whatever a repository calls its tasks. */
export function dataFolder(folder: string, { task }: LoopExecution): string {
  return join(folder, "data", encodeURIComponent(taskKey(task)));
}
