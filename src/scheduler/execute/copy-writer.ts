/** Writes the notebook as it was executed, whatever the end was: killed, timed out, never begun. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";
import { executedCopy } from "../../notebook/executed-copy.ts";
import { type Notebook, readNotebook } from "../../notebook/read-notebook.ts";

export interface CopyWriter {
  /** As it is in the checkout before anything ran there. */
  read(checkout: string): void;
  /** Nothing where there is no notebook. `outputs`: by cell, in the order in which the cells began. */
  write(path: string, end: ExecutionEnd, outputs: ReadonlyMap<number, string>): Promise<void>;
}

export function makeCopyWriter({ id, task, version }: LoopExecution): CopyWriter {
  const { work, args } = task;
  let notebook: Notebook | undefined;
  return {
    read(checkout) {
      if (work.kind === "notebook") notebook = readQuietly(join(checkout, work.notebook));
    },
    async write(path, end, outputs) {
      if (work.kind !== "notebook" || notebook === undefined) return;
      const call = { method: work.method, args };
      const about = { execution: id, task: taskKey(task), commit: version.headCommit };
      await writeFile(path, executedCopy(notebook, { ...about, call, cells: [...outputs.keys()], outputs, end }));
    },
  };
}

/** What is no notebook is said by whoever starts its program. */
function readQuietly(path: string): Notebook | undefined {
  try {
    const read = readNotebook(readFileSync(path));
    return read.outcome === "read" ? read.notebook : undefined;
  } catch {
    return undefined;
  }
}
