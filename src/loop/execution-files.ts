/** Port: what an execution leaves beside its record: its log and the notebook as it was executed. Embedded files, on AWS objects. */
import type { LogLine } from "../executions/jobs.ts";

export interface ExecutionFiles {
  /** A folder on this machine to write into while the execution runs; what is there of it already stays. */
  open(execution: string): Promise<ExecutionFolder>;
  /** Keeps what is in the folder where everybody finds it. Called again while the execution runs, readers see it grow. */
  keep(execution: string): Promise<void>;
  /** Lines with their times from a place on; `next` is the place after them. Nothing of an execution that has written none. */
  log(execution: string, after?: string): Promise<{ readonly lines: readonly LogLine[]; readonly next: string }>;
  /** The executed notebook, as JSON text of nbformat 4. */
  notebook(execution: string): Promise<string | undefined>;
  /** Those whose records are gone. */
  remove(executions: readonly string[]): Promise<void>;
}

export interface ExecutionFolder {
  /** A line per event, its time in front. */
  readonly log: string;
  readonly notebook: string;
}
