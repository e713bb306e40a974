/** A process of a task: in a group of its own, behind a gate until it is known to the guard, gone with all that it started. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Duplex } from "node:stream";
import { CirrusError } from "../../errors.ts";
import { CHANNEL } from "./channel.ts";
import { readChannelLines } from "./channel-lines.ts";
import { killSandbox, SANDBOX, signalGroup } from "./processes.ts";
import type { SlotPlace } from "./slot-places.ts";

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TaskProcess {
  readonly pid: number;
  /** Its own folder, removed with it. */
  readonly folder: string;
  /** Opens the gate, or hands over the next task: one line. */
  send(line: string): void;
  /** The next line that it says at its channel; undefined when there will be none. */
  answer(): Promise<string | undefined>;
  readonly exited: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  /** Kills whatever is left of it; what it has said can still be read. */
  kill(): void;
  /** Kills whatever is left of it, and gives its place back. */
  close(): void;
}

export interface ProcessPlan {
  readonly command: readonly [string, ...string[]];
  readonly directory: string;
  /** `folder` is the process's own. */
  environment(folder: string): Readonly<Record<string, string>>;
  /** Both streams go to the end of this file, or to what is open already. */
  output(folder: string): string | number;
  /** Bytes that are kept of a line that it says. */
  readonly longestLine?: number | undefined;
}

/** Bytes. What a process does not read is not kept for it without an end. */
const MOST_UNREAD = 1024 * 1024;

/** Numbers of processes are used again after as many starts as there are numbers: not within a minute. */
const SHORT_MS = 60_000;

/** Rejects where the system starts no process. */
export async function startTaskProcess(place: SlotPlace, plan: ProcessPlan): Promise<TaskProcess> {
  let child: ChildProcess | undefined;
  try {
    child = spawnInto(place, plan);
    const { pid } = child;
    if (pid === undefined) throw await spawnError(child, plan);
    place.note(pid);
    return taskProcess(child, pid, place, plan.longestLine);
  } catch (thrown) {
    // It would wait behind its gate for ever.
    child?.kill("SIGKILL");
    for (const stream of child?.stdio ?? []) stream?.destroy();
    place.release();
    throw thrown;
  }
}

function spawnInto({ folder, temporary }: SlotPlace, plan: ProcessPlan): ChildProcess {
  const given = plan.output(folder);
  const output = typeof given === "number" ? given : openSync(given, "a");
  try {
    const [program, ...args] = plan.command;
    return spawn(program, args, {
      cwd: plan.directory,
      env: { ...plan.environment(folder), TMPDIR: temporary, [SANDBOX]: folder },
      // A group and a session of its own: Ctrl-C in the terminal is the worker's to answer.
      detached: true,
      // Straight into the file, where it is one: nothing is copied, and nothing is lost with the worker.
      stdio: ["ignore", output, output, "pipe"],
    });
  } finally {
    if (output !== given) closeSync(output);
  }
}

function taskProcess(child: ChildProcess, pid: number, place: SlotPlace, longestLine?: number): TaskProcess {
  const startedAt = Date.now();
  // A pipe beyond the three standard streams goes both ways.
  const channel = child.stdio[CHANNEL] as Duplex;
  const lines = readChannelLines(channel, longestLine);
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const kill = () => {
    signalGroup(pid, "SIGKILL");
    killSandbox(place.folder, Date.now() - startedAt < SHORT_MS ? pid : undefined);
  };
  return {
    pid,
    folder: place.folder,
    exited,
    send(line) {
      if (channel.writableLength < MOST_UNREAD) channel.write(`${line}\n`);
    },
    answer: lines.next,
    signal: (signal) => void signalGroup(pid, signal),
    kill,
    close() {
      kill();
      channel.destroy();
      place.release();
    },
  };
}

async function spawnError(child: ChildProcess, { command, directory }: ProcessPlan): Promise<CirrusError> {
  const error = await new Promise<Error>((resolve) => child.once("error", resolve));
  return new CirrusError(`Cannot start ${command[0]} in ${directory}: ${error.message}`, { cause: error });
}
