/** One GDAL a process, which does one step after another. */
import type { Worker } from "node:worker_threads";
import { GdalError } from "./gdal-error.ts";
import type { Answer, Job } from "./gdal-thread.ts";

let idle: Worker | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Does one step. When the signal is aborted it is broken off, and its reason thrown; files it began stay. */
export function runGdal(job: Job, signal?: AbortSignal): Promise<Done> {
  const run = last.then(() => runAlone(job, signal));
  last = run.catch(() => {});
  return run;
}

export type Done = Extract<Answer, { outcome: "done" }>;

async function runAlone(job: Job, signal?: AbortSignal): Promise<Done> {
  signal?.throwIfAborted();
  const thread = idle ?? (await start());
  idle = undefined;
  try {
    const answer = await ask(thread, job, signal);
    if (answer.outcome === "failed") throw new GdalError(answer.message);
    idle = thread;
    thread.unref();
    return answer;
  } catch (thrown) {
    // What GDAL keeps of a file that it could not work with goes with its thread; a new one starts in a third of a second.
    await thread.terminate();
    throw thrown;
  }
}

/** A chunk of its own in a bundle: what the thread loads is GDAL and nothing of the task. */
async function start(): Promise<Worker> {
  const { startThread } = await import("./gdal-thread.ts");
  return startThread();
}

function ask(thread: Worker, job: Job, signal: AbortSignal | undefined): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const stop = () => reject(signal?.reason);
  // WebAssembly that runs out of memory ends the thread.
  const fail = (cause: Error) => reject(new GdalError(cause.message, { cause }));
  // And some of what it meets has it leave without a word.
  const left = () => reject(new GdalError("GDAL has ended in the middle of the file"));
  thread.ref();
  thread.once("message", resolve);
  thread.once("error", fail);
  thread.once("exit", left);
  signal?.addEventListener("abort", stop);
  thread.postMessage(job);
  return promise.finally(() => {
    thread.off("message", resolve);
    thread.off("error", fail);
    thread.off("exit", left);
    signal?.removeEventListener("abort", stop);
  });
}
