/** What executions leave: files of this machine while they run, and objects of the payload bucket, which everybody reads. */
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionFiles } from "../../loop/execution-files.ts";
import { isExecutionId, requireExecutionId } from "../../loop/execution-id.ts";
import { readLogPlace } from "../../loop/log-place.ts";
import { inParallel } from "../state/table.ts";
import { type KeptLog, keepLog, type LogLimits, type LogObjects, readLog } from "./log-parts.ts";

interface Kept {
  readonly log?: KeptLog | undefined;
  /** Size and time of the notebook. */
  readonly notebook?: string | undefined;
}

export function makeExecutionFiles(folder: string, place: LogObjects, limits?: LogLimits): ExecutionFiles {
  const { objects, urls } = place;
  const kept = new Map<string, Kept>();
  /** The last keeping of each: the next one waits for it. */
  const keeping = new Map<string, Promise<void>>();
  const filesOf = (execution: string) => ({
    log: join(folder, execution, "log"),
    notebook: join(folder, execution, "executed.ipynb"),
  });

  async function keepNow(execution: string): Promise<void> {
    const files = filesOf(execution);
    const before = kept.get(execution) ?? {};
    const log = await keepLog(execution, files.log, before.log, place, limits);
    kept.set(execution, { ...before, log });
    const notebook = await stateOf(files.notebook);
    if (notebook === undefined || notebook === before.notebook) return;
    await objects.upload(files.notebook, urls.notebook(execution), { contentType: "application/x-ipynb+json" });
    kept.set(execution, { log, notebook });
  }

  return {
    async open(execution) {
      requireExecutionId(execution);
      await mkdir(join(folder, execution), { recursive: true });
      return filesOf(execution);
    },
    async keep(execution) {
      if (!isExecutionId(execution)) return;
      const before = keeping.get(execution) ?? Promise.resolve();
      // What went wrong before was said to whoever asked then.
      const now = before.catch(() => {}).then(() => keepNow(execution));
      keeping.set(execution, now);
      await now.finally(() => {
        if (keeping.get(execution) === now) keeping.delete(execution);
      });
    },
    async log(execution, after) {
      const from = readLogPlace(after);
      if (!isExecutionId(execution)) return { lines: [], next: String(from) };
      const { lines, next } = await readLog(execution, from, place);
      return { lines, next: String(next) };
    },
    async notebook(execution) {
      if (!isExecutionId(execution)) return undefined;
      const got = await objects.get(urls.notebook(execution));
      return got.outcome === "found" ? Buffer.from(got.body).toString("utf8") : undefined;
    },
    async remove(executions) {
      for (const execution of executions.filter((id) => isExecutionId(id))) {
        const found = await Array.fromAsync(objects.list(urls.execution(execution)), ({ url }) => url);
        await inParallel(found, (url) => objects.remove(url));
        await rm(join(folder, execution), { recursive: true, force: true });
        kept.delete(execution);
      }
    },
  };
}

async function stateOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && `${found.size} ${found.mtimeMs} ${found.ino}`;
}
