/**
 * The program of a process that runs tasks of a module: it waits for a line that says which, and answers with a line that
 * says how it ended. Waiting and answering block, so that it needs no more of Node than the task does.
 */
import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readChannelLine, writeChannelLine } from "../../../embedded/processes/channel.ts";
import { type BulkWorker, workerOf } from "../../../task/bulk/define-worker.ts";
import { attemptError } from "../../../task/bulk/thrown-error.ts";
import { makeWorkerData, NOTICES, type NoticeName, type TaskNotices } from "../../../task/bulk/worker-data.ts";
import type { Answer, Assignment, Report } from "./child-messages.ts";

const PAGE_BYTES = 4096;
const LOOK_MS = 200;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cirrus-pipeline/task"
      ? { url: import.meta.resolve(`../../../task/bulk/worker-index${import.meta.url.slice(-3)}`), shortCircuit: true }
      : next(specifier, context),
});

let loaded: { readonly key: string; readonly worker: BulkWorker } | undefined;
let answered = true;

process.on("uncaughtException", (thrown) => {
  answer({ exception: attemptError(thrown) });
  process.exit(1);
});

for (;;) {
  const line = readChannelLine();
  if (line === undefined) process.exit(0);
  const assignment: Assignment = JSON.parse(line);
  answered = false;
  await runTask(assignment);
  if (assignment.last) process.exit(0);
}

async function runTask(assignment: Assignment): Promise<void> {
  const notices = noticesIn(assignment.notices);
  const cpu = process.cpuUsage();
  try {
    const worker = await load(assignment.module, assignment.exportName);
    const outcome = await worker.run(
      assignment.taskId,
      assignment.taskData,
      makeWorkerData(assignment.facts, notices.given),
    );
    answer(outcome, assignment.last ? undefined : cpu);
  } catch (thrown) {
    answer({ exception: attemptError(thrown) }, assignment.last ? undefined : cpu);
  } finally {
    notices.close();
  }
}

async function load(module: string, exportName: string): Promise<BulkWorker> {
  const key = `${exportName} of ${module}`;
  if (loaded?.key === key) return loaded.worker;
  const namespace: Record<string, unknown> = await import(pathToFileURL(module).href);
  const worker = workerOf(namespace[exportName]);
  if (worker === undefined) {
    const found = Object.keys(namespace).join(", ") || "nothing";
    throw new Error(
      `${module} exports no worker ${exportName}, but ${found}. Write: export const ${exportName} = defineWorker(…)`,
    );
  }
  loaded = { key, worker };
  return worker;
}

/** Once for each task: what is thrown after its outcome changes nothing. */
function answer(report: Report, since?: NodeJS.CpuUsage): void {
  if (answered) return;
  const { user, system } = process.cpuUsage(since);
  const full: Answer = { report, cpuMs: (user + system) / 1000, memoryBytes: ownMemory() };
  answered = true;
  writeChannelLine(full);
}

/** Looked for when they are asked for; only a task that holds a signal has files watched. */
function noticesIn(folder: string): { readonly given: TaskNotices; close(): void } {
  const controllers = new Map<NoticeName, AbortController>();
  const has = (name: NoticeName) => existsSync(join(folder, name));
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    for (const [name, controller] of controllers) if (has(name)) controller.abort();
    if (NOTICES.every((name) => controllers.get(name)?.signal.aborted)) clearInterval(timer);
  };
  const signal = (name: NoticeName) => {
    const controller = controllers.get(name) ?? new AbortController();
    controllers.set(name, controller);
    timer ??= setInterval(look, LOOK_MS);
    look();
    return controller.signal;
  };
  return { given: { has, signal }, close: () => clearInterval(timer) };
}

function ownMemory(): number | undefined {
  try {
    const [, resident = 0, shared = 0] = readFileSync("/proc/self/statm", "utf8").split(" ").map(Number);
    return (resident - shared) * PAGE_BYTES;
  } catch {
    return undefined;
  }
}
