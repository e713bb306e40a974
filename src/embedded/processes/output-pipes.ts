/**
 * Pipes with a name, one for both streams of a process: what it writes to them comes in the order in which it was written.
 * Node gives its children sockets, one for each stream, and those cannot be opened again as /dev/stdout or /dev/stderr.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, readSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";

export interface OutputPipe {
  /** The end that a process is given; close it here once the process has it. */
  readonly writeEnd: number;
  /** Takes what lies in the pipe at this moment, at most `mostBytes`, without waiting for more. */
  drain(mostBytes: number): void;
  /** Nothing is read any more. */
  close(): void;
}

export interface OutputPipes {
  open(onBytes: (bytes: Uint8Array) => void): OutputPipe;
}

/** Made in one go: to start a program for each would cost 2 ms before each task. */
const AT_ONCE = 32;
const BLOCK = 64 * 1024;
/** A process that writes faster has to wait: what it writes must not keep others from their turn. */
const BYTES_PER_TURN = 1024 * 1024;
const TURN_MS = 50;

export function makeOutputPipes(folder: string): OutputPipes {
  const made: string[] = [];
  let count = 0;

  function nextPath(): string {
    if (made.length === 0) {
      mkdirSync(folder, { recursive: true });
      const paths = Array.from({ length: AT_ONCE }, () => join(folder, `pipe-${count++}`));
      execFileSync("mkfifo", paths);
      made.push(...paths);
    }
    return made.pop() ?? nextPath();
  }

  return {
    open(onBytes) {
      const { readEnd, writeEnd } = openBothEnds(nextPath());
      return { writeEnd, ...readPipe(readEnd, onBytes) };
    },
  };
}

function openBothEnds(path: string) {
  // The reader first: a pipe without one cannot be opened for writing.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const writeEnd = openSync(path, constants.O_WRONLY);
    rmSync(path);
    return { readEnd, writeEnd };
  } catch (thrown) {
    closeSync(readEnd);
    throw thrown;
  }
}

function readPipe(fd: number, onBytes: (bytes: Uint8Array) => void): Omit<OutputPipe, "writeEnd"> {
  const socket = new Socket({ fd, readable: true, writable: false });
  let open = true;
  let thisTurn = 0;
  let resume: NodeJS.Timeout | undefined;
  const leave = () => {
    open = false;
    clearTimeout(resume);
  };
  socket.on("data", (bytes) => {
    onBytes(bytes);
    thisTurn += bytes.length;
    if (thisTurn < BYTES_PER_TURN) return;
    socket.pause();
    thisTurn = 0;
    resume = setTimeout(() => socket.resume(), TURN_MS);
  });
  // Nobody writes any more: the socket closes itself.
  socket.on("end", leave);
  socket.on("error", leave);
  return {
    drain(mostBytes) {
      // What a paused socket holds itself came before what lies in the pipe. Each part comes as data, too.
      while (open && socket.read() !== null);
      for (let taken = 0; open && taken < mostBytes; ) {
        const bytes = readNow(fd);
        if (bytes === undefined) return;
        taken += bytes.length;
        onBytes(bytes);
      }
    },
    close() {
      leave();
      socket.destroy();
    },
  };
}

/** Undefined where there is nothing to read. */
function readNow(fd: number): Buffer | undefined {
  const block = Buffer.allocUnsafe(BLOCK);
  try {
    const length = readSync(fd, block);
    return length === 0 ? undefined : block.subarray(0, length);
  } catch {
    // EAGAIN: somebody may still write, but has not.
    return undefined;
  }
}

/** In the process that started another with it. */
export function closeWriteEnd({ writeEnd }: OutputPipe): void {
  closeSync(writeEnd);
}
