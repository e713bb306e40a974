/**
 * What the operating system knows about processes: who is who after a restart, who belongs to a group, what they use.
 * Linux is read from /proc in microseconds; elsewhere (macOS) `ps` is asked.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const PROC = existsSync("/proc/self/stat");
const PAGE_BYTES = 4096;

/**
 * A text that no other process ever shares with this one: process IDs are used again, so the start time and (since that
 * counts from boot) the boot's own ID are part of it. Undefined for a process that has ended, zombies included.
 */
export function processIdentity(pid: number): string | undefined {
  if (!PROC) return processTable().find((row) => row.pid === pid)?.started;
  const stat = readStat(pid);
  if (!stat || stat.state === "Z" || stat.state === "X") return undefined;
  return `${stat.started}-${bootId()}`;
}

/** True while that very process runs, and not a later one with the same ID. */
export function isRunning(process: { readonly pid: number; readonly identity: string }): boolean {
  return processIdentity(process.pid) === process.identity;
}

/** Sends a signal to every process of a group; false where the group is empty. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/** Kills the group that a process leads or led. Where its ID is another process's by now, the group is long gone. */
export function killGroupOf(leader: { readonly pid: number; readonly identity: string }): void {
  const now = processIdentity(leader.pid);
  if (now === undefined || now === leader.identity) signalGroup(leader.pid, "SIGKILL");
}

/** The variable that names a task's own folder: every process it starts inherits it, and no other task has the same. */
export const SANDBOX = "CIRRUS_SANDBOX";

/**
 * Kills every process that was started from within a task, also those that left its group. (Linux only.) `first` is the
 * task's own process: what it started has a later number, so that there are few to look at.
 */
export function killSandbox(folder: string, first?: number): void {
  if (!PROC) return;
  const own = `${SANDBOX}=${folder}`;
  killWhere(first === undefined ? allPids() : startedAfter(first), (variable) => variable === own);
}

/** The same for all tasks whose folders lie in this one. */
export function killSandboxesIn(folder: string): void {
  if (PROC) killWhere(allPids(), (variable) => variable.startsWith(`${SANDBOX}=${folder}/`));
}

/**
 * By a variable of the environment that a process was started with. With its group, which can only be of the same task:
 * one that forks and ends all the time has another number before it is met.
 */
function killWhere(pids: readonly number[], isWanted: (variable: string) => boolean): void {
  for (const pid of pids) {
    const group = readStat(pid)?.group;
    if (!readQuietly(`/proc/${pid}/environ`)?.split("\0").some(isWanted)) continue;
    if (group) signalGroup(group, "SIGKILL");
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended in the meantime.
    }
  }
}

/** Numbers are given out in a circle, and /proc/loadavg ends with the last one. */
function startedAfter(first: number): number[] {
  const last = Number(readQuietly("/proc/loadavg")?.trim().split(" ").at(-1));
  if (!Number.isInteger(last)) return allPids();
  return allPids().filter((pid) => (last >= first ? pid > first && pid <= last : pid > first || pid <= last));
}

/** Process IDs of a group. */
export function groupMembers(group: number): number[] {
  if (!PROC) return processTable().flatMap((row) => (row.group === group ? [row.pid] : []));
  return allPids().filter((pid) => readStat(pid)?.group === group);
}

/** A process with the children of its main thread, and theirs. */
export function withDescendants(pid: number): number[] {
  const children = PROC
    ? (readQuietly(`/proc/${pid}/task/${pid}/children`) ?? "").split(" ").filter(Boolean).map(Number)
    : processTable().flatMap((row) => (row.parent === pid ? [row.pid] : []));
  return [pid, ...children.flatMap(withDescendants)];
}

/**
 * Bytes of memory that belong to these processes alone. Pages that map files are left out: they are shared between
 * processes (a second Node would count 50 MB of the same binary again) and the kernel can drop them at any time.
 */
export function memoryOf(pids: readonly number[]): number {
  if (!PROC) {
    const rows = processTable().filter((row) => pids.includes(row.pid));
    return rows.reduce((sum, row) => sum + row.residentBytes, 0);
  }
  return pids.reduce((sum, pid) => {
    const [, resident = 0, shared = 0] = (readQuietly(`/proc/${pid}/statm`) ?? "").split(" ").map(Number);
    return sum + (resident - shared) * PAGE_BYTES;
  }, 0);
}

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly started: string;
}

/** The fields after the command's name, which may itself hold spaces and parentheses. */
function readStat(pid: number): Stat | undefined {
  const text = readQuietly(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", group: Number(fields[2]), started: fields[19] ?? "" };
}

function allPids(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

function bootId(): string {
  return readQuietly("/proc/sys/kernel/random/boot_id")?.trim().slice(0, 8) ?? "";
}

/** A process may end between being listed and being read. */
function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly residentBytes: number;
  readonly started: string;
}

function processTable(): Row[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,pgid=,rss=,stat=,lstart="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [pid, parent, group, kilobytes, state, ...started] = line.trim().split(/\s+/);
    if (!pid || state?.startsWith("Z")) return [];
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      residentBytes: Number(kilobytes) * 1024,
      started: started.join("-").replaceAll(":", "-"),
    };
  });
}
