/**
 * Code of a task that runs in this process may throw where nobody awaits it, or call `process.exit`: that would end the
 * whole worker, and with an exit status that tells a lie. Here it is told to whoever runs the task.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export type StrayEnd = { readonly thrown: unknown } | { readonly exitCode: number };

/** What `process.exit` throws in a task, for it never returns. */
export class TaskExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`process.exit(${exitCode})`);
    this.exitCode = exitCode;
  }
}

export interface StrayEnds {
  /** Calls it, and tells of what it and all that it begins would end the process with. */
  run<T>(call: () => T, onEnd: (end: StrayEnd) => void): T;
  close(): void;
}

/** Whose code is running: known to its timers and promises too. */
const running = new AsyncLocalStorage<(end: StrayEnd) => void>();
const exit: (code?: number | string | null) => never = process.exit;
let users = 0;

export function catchStrayEnds(): StrayEnds {
  if (users++ === 0) {
    process.on("uncaughtException", tell);
    process.exit = exitOrTell;
  }
  return {
    run: (call, onEnd) => running.run(onEnd, call),
    close() {
      if (--users === 0) release();
    },
  };
}

function release(): void {
  process.off("uncaughtException", tell);
  process.exit = exit;
}

/** Of unhandled rejections too: Node makes exceptions of them. */
function tell(thrown: unknown): void {
  const onEnd = running.getStore();
  // No task's: this process is broken, as it would be without this listener.
  if (onEnd === undefined) throw thrown;
  // What `process.exit` has thrown was told.
  if (!(thrown instanceof TaskExit)) onEnd({ thrown });
}

function exitOrTell(code?: number | string | null): never {
  const onEnd = running.getStore();
  if (onEnd === undefined) return exit(code);
  const exitCode = Number(code ?? process.exitCode ?? 0);
  onEnd({ exitCode });
  throw new TaskExit(exitCode);
}
