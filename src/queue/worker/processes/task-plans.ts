/** How the process of a task is started and told its task: by a line for our own program, by environment and files for any other. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lease } from "../../../bulk/bulk-store.ts";
import { CHANNEL } from "../../../embedded/processes/channel.ts";
import { behindGate } from "../../../embedded/processes/gate.ts";
import { modulePath } from "../../../embedded/processes/module-path.ts";
import type { ProcessPlan, TaskProcess } from "../../../embedded/processes/task-process.ts";
import type { WorkerFacts } from "../../../task/bulk/worker-data.ts";
import type { Program } from "../../program.ts";
import type { WorkerOptions } from "../worker-options.ts";
import type { Answer, Assignment } from "./child-messages.ts";
import { pinned, threadVariables } from "./cpu-share.ts";

type Module = Extract<Program, { readonly kind: "module" }>;
type Command = Extract<Program, { readonly kind: "command" }>;

/** V8 otherwise stops at a heap of its own choice, far below what a large task may have. */
const MB = 1024 * 1024;

export function modulePlan(
  options: WorkerOptions,
  slot: number,
  folder: string,
  output: ProcessPlan["output"],
): ProcessPlan {
  const { maxMemoryBytes } = options.limits;
  const heap = maxMemoryBytes === undefined ? [] : [`--max-old-space-size=${Math.ceil(maxMemoryBytes / MB)}`];
  return {
    command: pinned(options, slot, [process.execPath, ...heap, modulePath(import.meta.url, "task-child")]),
    directory: process.cwd(),
    environment: () => ({
      // Types are stripped and code is compiled once, not for each task: 35 instead of 95 ms of processor time.
      NODE_COMPILE_CACHE: join(folder, "compiled"),
      ...threadVariables(options.limits.cpus),
      ...options.environment,
    }),
    output,
  };
}

export function assign(program: Module, lease: Lease, facts: WorkerFacts, process: TaskProcess, last: boolean): void {
  const assignment: Assignment = {
    module: program.file,
    exportName: program.exportName,
    taskId: lease.entry.id,
    taskData: lease.entry.data,
    facts,
    notices: noticesFolder(process.folder),
    last,
  };
  process.send(JSON.stringify(assignment));
}

export async function readAnswer(process: TaskProcess): Promise<Answer | undefined> {
  const line = await process.answer();
  if (line === undefined) return undefined;
  try {
    return JSON.parse(line) as Answer; // our own program writes it
  } catch {
    // And a task can, which knows no better than to write to every descriptor that there is.
    return { report: { exception: { name: "InvalidOutcome", message: SCRIBBLED } } };
  }
}

const SCRIBBLED = `Something was written to the file descriptor ${CHANNEL}, which is the worker's. Leave it alone`;

export function commandPlan(
  program: Command,
  options: WorkerOptions,
  slot: number,
  lease: Lease,
  output: ProcessPlan["output"],
): ProcessPlan {
  return {
    command: behindGate(pinned(options, slot, program.command)),
    directory: program.directory,
    environment: (folder) => ({
      ...threadVariables(options.limits.cpus),
      ...options.environment,
      CIRRUS_TASK_ID: lease.entry.id,
      CIRRUS_RUN: lease.run,
      CIRRUS_ATTEMPT: String(lease.attempt),
      CIRRUS_TASK_DATA: join(folder, "task-data.json"),
      CIRRUS_WORKER_DATA: join(folder, "worker-data.json"),
      CIRRUS_OUTCOME: outcomeFile(folder),
      CIRRUS_NOTICES: noticesFolder(folder),
    }),
    output,
  };
}

export function openGate(lease: Lease, facts: WorkerFacts, process: TaskProcess): void {
  writeFileSync(join(process.folder, "task-data.json"), JSON.stringify(lease.entry.data));
  writeFileSync(join(process.folder, "worker-data.json"), JSON.stringify(facts));
  mkdirSync(noticesFolder(process.folder), { recursive: true });
  process.send("go");
}

export function noticesFolder(folder: string): string {
  return join(folder, "notices");
}

export function outcomeFile(folder: string): string {
  return join(folder, "outcome.json");
}
