/** Loads the worker that a module exports into this process, whatever the module does meanwhile. */
import { pathToFileURL } from "node:url";
import { CirrusError, EXIT } from "../../../errors.ts";
import { isJsonObject } from "../../../json.ts";
import { type BulkWorker, workerOf } from "../../../task/bulk/define-worker.ts";
import type { Program } from "../../program.ts";
import { catchStrayEnds, type StrayEnd, TaskExit } from "./stray-ends.ts";

/** Large libraries take seconds. */
const MOST_SECONDS = 60;

/** Told before any entry is taken. */
export async function loadWorker(program: Program, seconds = MOST_SECONDS): Promise<BulkWorker> {
  if (program.kind === "command") throw needsModule("--in-process");
  const namespace = await importModule(program.file, seconds);
  const exported = namespace[program.exportName];
  const worker = workerOf(exported);
  if (worker !== undefined) return worker;
  const task = taskOf(exported);
  if (task !== undefined) throw takesPayloads(task, program);
  throw new CirrusError(`${program.file} exports no worker called ${program.exportName}`, {
    hint: `Write: export const ${program.exportName} = defineWorker((taskId, taskData, workerData) => done());`,
    exitCode: EXIT.config,
  });
}

/** The name of what defineTask made. */
function taskOf(exported: unknown): string | undefined {
  if (typeof exported !== "function" || !("task" in exported) || !isJsonObject(exported.task)) return undefined;
  return typeof exported.task.name === "string" ? exported.task.name : undefined;
}

function takesPayloads(task: string, { file, exportName }: { file: string; exportName: string }): CirrusError {
  return new CirrusError(`${task} is a task of workflows: it takes a payload, and no entries of a task file.`, {
    where: file,
    hint: `Run it with a payload: npx cirrus task run ${task} payload.json\n  For entries write: export const ${exportName} = defineWorker((taskId, taskData, workerData) => done());`,
    exitCode: EXIT.config,
  });
}

export function needsModule(flag: string): CirrusError {
  return new CirrusError(`${flag} needs a module that exports a worker; a command is a process of its own each time`, {
    hint: "Leave the option out.",
    exitCode: EXIT.usage,
  });
}

async function importModule(file: string, seconds: number): Promise<Readonly<Record<string, unknown>>> {
  const ended = Promise.withResolvers<never>();
  const fail = (what: string) => ended.reject(cannotLoad(file, what));
  const onEnd = (end: StrayEnd) => {
    if ("exitCode" in end) fail(`it calls ${new TaskExit(end.exitCode).message} while it is loaded`);
    else ended.reject(end.thrown);
  };
  const strays = catchStrayEnds();
  const timer = setTimeout(
    () => fail(`it is not loaded after ${seconds} s. Does it await what never comes?`),
    seconds * 1000,
  );
  try {
    return await Promise.race([strays.run(() => import(pathToFileURL(file).href), onEnd), ended.promise]);
  } finally {
    clearTimeout(timer);
    strays.close();
  }
}

function cannotLoad(file: string, what: string): CirrusError {
  return new CirrusError(`The worker cannot be loaded: ${what}`, { where: file, exitCode: EXIT.config });
}
