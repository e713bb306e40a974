/** What executions leave, as files: `<folder>/<2 characters>/<execution>/`, with a log that is read while it grows. */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import type { ExecutionFiles } from "../../loop/execution-files.ts";
import { makeTaskLogs } from "../logs/task-logs.ts";
import { explainFiles, isMissing } from "../objects/file-failures.ts";

/** IDs are names of folders: nothing else leads to one, wherever it would. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

export function makeExecutionFiles(folder: string): ExecutionFiles {
  const logs = makeTaskLogs(folder);
  const logOf = (execution: string) => `/${placeOf(execution)}/output`;

  return {
    async open(execution) {
      if (!ID.test(execution)) {
        throw new CirrusError(`"${execution}" is not the ID of an execution.`, { exitCode: EXIT.usage });
      }
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
      const from = readPlace(after);
      if (!ID.test(execution)) return { lines: [], next: String(from) };
      const { lines, next } = await logs.readFrom(logOf(execution), from);
      return { lines, next: String(next) };
    },
    async notebook(execution) {
      if (!ID.test(execution)) return undefined;
      try {
        return await readFile(notebookIn(join(folder, placeOf(execution))), "utf8");
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        throw explainFiles(thrown, folder);
      }
    },
    async remove(executions) {
      for (const execution of executions) {
        if (ID.test(execution)) await rm(join(folder, placeOf(execution)), { recursive: true, force: true });
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

function readPlace(after = "0"): number {
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new CirrusError(`"${after}" is not a place in a log.`, {
    hint: "Pass `next` of the reading before, or leave it out to start at the beginning.",
    exitCode: EXIT.usage,
  });
}
