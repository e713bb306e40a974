/**
 * Sees to it that no worker process outlives its runtime, however that ends. A worker in a busy loop never notices that
 * its parent is gone, so a small shell waits beside it: its standard input ends with the runtime, and it kills what the
 * runtime had noted. Should the shell have been killed too, the next runtime finds the notes.
 */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { tryProcessLock } from "./process-lock.ts";
import { isRunning, killGroupOf, killSandboxesIn, processIdentity } from "./processes.ts";
import { removeTree } from "./remove-tree.ts";

export interface WorkerRegistry {
  /** A place for one worker. */
  open(): WorkerPlace;
  close(): void;
}

export interface WorkerPlace {
  /** A folder of the worker's own for its temporary files. */
  readonly folder: string;
  /** The same folder, by a path that leaves room for the names of sockets. */
  readonly shortFolder: string;
  /** Notes the worker, which leads its own process group, in place of an earlier one that is gone. */
  note(pid: number): void;
  /** The worker and its group are gone. */
  close(): void;
}

/**
 * Then what left its group, found by the folder that it was started for, with the group that it made; twice, for one that was
 * just being started. A task may have taken the right to remove what it left.
 */
const WHEN_INPUT_ENDS = `kill_found() {
  read -r stat 2>/dev/null <"$1/stat" && set -- "$1" \${stat##*) } && kill -KILL "-$4"
  kill -KILL "\${1#/proc/}"
}
read -r _
for note in "$1"/workers/*; do kill -KILL "-\${note##*/}" 2>/dev/null; done
for turn in 1 2; do
  for found in $(grep -lsF "CIRRUS_SANDBOX=$1/" /proc/[0-9]*/environ); do
    kill_found "\${found%/environ}" 2>/dev/null
  done
done
rm -rf "$1" "$2" 2>/dev/null || { chmod -R u+rwx "$1"; rm -rf "$1"; }`;

/** A socket's path has 104 bytes on some systems; that of a pool of processes in Python ends with 32, a place's with 15. */
const LONGEST = 56;

/** One folder per runtime in `directory`, named by its process; folders of runtimes that ended are cleared first. */
export function makeWorkerRegistry(directory: string): WorkerRegistry {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) clearIfEnded(join(directory, name));

  const folder = mkdtempSync(join(directory, `${process.pid}_${processIdentity(process.pid)}_`));
  const notes = join(folder, "workers");
  mkdirSync(notes);
  const lock = tryProcessLock(join(folder, LOCK));
  const shortFolder = folder.length > LONGEST ? shortened(folder) : folder;
  // Detached: Ctrl-C in the terminal goes to the runtime's group only.
  const reaper = spawn("/bin/sh", ["-c", WHEN_INPUT_ENDS, "cirrus-reaper", folder, linkTo(folder)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: "/usr/bin:/bin" },
  });
  // Without a shell the notes alone have to do.
  reaper.on("error", () => {});
  reaper.stdin.on("error", () => {});
  reaper.unref();

  return {
    open() {
      const temporary = mkdtempSync(join(folder, "tmp-"));
      let noted: string | undefined;
      return {
        folder: temporary,
        shortFolder: join(shortFolder, basename(temporary)),
        note(pid) {
          const earlier = noted;
          noted = join(notes, String(pid));
          writeFileSync(noted, processIdentity(pid) ?? "");
          if (earlier !== undefined && earlier !== noted) rmSync(earlier, { force: true });
        },
        close() {
          if (noted) rmSync(noted, { force: true });
          removeQuietly(temporary);
        },
      };
    },
    close() {
      reaper.stdin.end();
      remove(folder);
      lock?.release();
    },
  };
}

/** Held by the runtime: in a container that shares the folder its number is another process's, or nobody's. */
const LOCK = "running";

function clearIfEnded(folder: string): void {
  const [pid, identity] = basename(folder).split("_");
  if (!pid || !identity || isRunning({ pid: Number(pid), identity }) || isLocked(join(folder, LOCK))) return;
  for (const worker of readNotes(join(folder, "workers"))) killGroupOf(worker);
  // What left its group; the guard that would have ended it may have been killed too.
  killSandboxesIn(folder);
  remove(folder);
}

/** Where nobody may write, the long path has to do. */
function shortened(folder: string): string {
  try {
    symlinkSync(resolve(folder), linkTo(folder));
    return linkTo(folder);
  } catch {
    return folder;
  }
}

function linkTo(folder: string): string {
  return join("/tmp", `cirrus-${basename(folder)}`);
}

function remove(folder: string): void {
  rmSync(linkTo(folder), { force: true });
  removeQuietly(folder);
}

function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    const lock = tryProcessLock(file);
    lock?.release();
    return lock === undefined;
  } catch {
    // Another runtime has cleared it meanwhile.
    return false;
  }
}

/** What cannot be removed is not ours, or in use: nothing stops for that, and the next runtime tries again. */
function removeQuietly(folder: string): void {
  try {
    removeTree(folder);
  } catch {}
}

/** Another runtime may be clearing the same folder at this moment. */
function readNotes(notes: string): { pid: number; identity: string }[] {
  try {
    return readdirSync(notes).map((name) => ({
      pid: Number(name),
      identity: readFileSync(join(notes, name), "utf8"),
    }));
  } catch {
    return [];
  }
}
