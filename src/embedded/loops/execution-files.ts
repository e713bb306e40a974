/** What executions leave, as files: `<folder>/<2 characters>/<execution>/`, with a log that is read while it grows. */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionFiles } from "../../loop/execution-files.ts";
import { isExecutionId, requireExecutionId } from "../../loop/execution-id.ts";
import { readLogPlace } from "../../loop/log-place.ts";
import { makeTaskLogs } from "../logs/task-logs.ts";
import { explainFiles, isMissing } from "../objects/file-failures.ts";

export function makeExecutionFiles(folder: string): ExecutionFiles {
  const logs = makeTaskLogs(folder);
  const logOf = (execution: string) => `/${placeOf(execution)}/output`;

  return {
    async open(execution) {
      requireExecutionId(execution);
      const place = join(folder, placeOf(execution));
      try {
        await mkdir(place, { recursive: true });
      } catch (thrown) {
        throw explainFiles(thrown, folder);
      }
      return { log: logs.path(logOf(execution)), notebook: notebookIn(place) };
    },
    // Everybody reads the very files that are written.
    keep: async () => {},
    async log(execution, after) {
      const from = readLogPlace(after);
      if (!isExecutionId(execution)) return { lines: [], next: String(from) };
      const { lines, next } = await logs.readFrom(logOf(execution), from);
      return { lines, next: String(next) };
    },
    async notebook(execution) {
      if (!isExecutionId(execution)) return undefined;
      try {
        return await readFile(notebookIn(join(folder, placeOf(execution))), "utf8");
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        throw explainFiles(thrown, folder);
      }
    },
    async remove(executions) {
      for (const execution of executions) {
        if (isExecutionId(execution)) await rm(join(folder, placeOf(execution)), { recursive: true, force: true });
      }
    },
  };
}

/** The last characters of an ID are random, the first ones are the time: 256 folders stay small with a million executions. */
function placeOf(execution: string): string {
  return `${execution.slice(-2).toLowerCase()}/${execution}`;
}

function notebookIn(place: string): string {
  return join(place, "executed.ipynb");
}
