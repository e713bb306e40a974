/** Which program runs a task's work, and what it is told. */
import type { Environment } from "../../loop/environments.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { type NotebookProgram, NotRunnable, notebookProgram } from "../../notebook/notebook-program.ts";

export type ProgramFor = (execution: LoopExecution, checkout: string, environment: Environment) => NotebookProgram;

export const programFor: ProgramFor = ({ task }, checkout, environment) => {
  const { work, args } = task;
  if (work.kind !== "notebook") throw new NotRunnable(`No program here runs a ${work.kind}`);
  return notebookProgram({ ...work, path: work.notebook, args }, checkout, environment);
};
