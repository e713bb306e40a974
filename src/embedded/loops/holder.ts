/** Who drives a loop on this machine: a text that tells which process it is, so that another one sees when it is gone. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { isRunning, processIdentity } from "../processes/processes.ts";

export interface HolderProcess {
  readonly pid: number;
  readonly identity: string;
  /** A container that shares the folder has processes of its own under the same numbers. */
  readonly host: string;
}

/** A holder for this process, different with every call: `4711:81240-1f0c9a3e:laptop:9b1deb4d`. */
export function makeHolder(newId: () => string = randomUUID): string {
  const identity = processIdentity(process.pid);
  if (identity === undefined) throw new Error(`The system does not know the process ${process.pid} that is running.`);
  return [process.pid, identity, hostname(), newId().slice(0, 8)].join(":");
}

/** Undefined for a text that no {@link makeHolder} wrote. */
export function parseHolder(holder: string): HolderProcess | undefined {
  const [, pid, identity, host] = /^(\d+):([^:]+):([^:]+):[^:]+$/.exec(holder) ?? [];
  if (pid === undefined || identity === undefined || host === undefined) return undefined;
  return { pid: Number(pid), identity, host };
}

/** Undefined where nobody can tell from here: then its lease counts. */
export function isHolderAlive(holder: string): boolean | undefined {
  const process = parseHolder(holder);
  return process?.host === hostname() ? isRunning(process) : undefined;
}
