/** Runs the programs that install things, such as pip and npm: behind the guard, never in a shell, their output line by line. */
import { makeLineSplitter } from "../logs/log-lines.ts";
import { behindGate } from "../processes/gate.ts";
import { closeWriteEnd, makeOutputPipes } from "../processes/output-pipes.ts";
import { makeSlotPlaces } from "../processes/slot-places.ts";
import { makeSlots } from "../processes/slots.ts";
import { startTaskProcess, type TaskProcess } from "../processes/task-process.ts";
import { makeWorkerRegistry } from "../processes/worker-registry.ts";

export interface Installer {
  run(command: readonly [string, ...string[]], job: InstallerJob): Promise<InstallerEnd>;
  close(): void;
}

export interface InstallerJob {
  readonly directory: string;
  log(lines: readonly string[]): void;
  readonly signal: AbortSignal;
}

export interface InstallerEnd {
  readonly succeeded: boolean;
  /** The last of what it wrote. */
  readonly lines: readonly string[];
}

const LAST_LINES = 300;
const REST_BYTES = 64 * 1024 * 1024;

/** `folder`: for the notes of what runs. */
export function makeInstaller(folder: string, environment: Readonly<Record<string, string>>): Installer {
  const registry = makeWorkerRegistry(folder);
  const places = makeSlotPlaces(registry);
  const pipes = makeOutputPipes(registry.open().folder);
  const slots = makeSlots();

  async function run(
    command: readonly [string, ...string[]],
    { directory, log, signal }: InstallerJob,
    slot: number,
  ): Promise<InstallerEnd> {
    let lines: readonly string[] = [];
    const splitter = makeLineSplitter(
      (more) => {
        lines = [...lines, ...more].slice(-LAST_LINES);
        log(more);
      },
      { onOverwritten: () => {} },
    );
    const pipe = pipes.open(splitter.write);
    try {
      const starting = startTaskProcess(places.take(slot), {
        command: behindGate(command),
        directory,
        environment: () => environment,
        output: () => pipe.writeEnd,
      });
      const process = await starting.finally(() => closeWriteEnd(pipe));
      const succeeded = await follow(process, signal);
      pipe.drain(REST_BYTES);
      splitter.end();
      return { succeeded, lines };
    } finally {
      pipe.close();
    }
  }

  return {
    run: (command, job) => slots.use((slot) => run(command, job, slot)),
    close: registry.close,
  };
}

async function follow(process: TaskProcess, signal: AbortSignal): Promise<boolean> {
  signal.addEventListener("abort", process.kill);
  try {
    if (signal.aborted) process.kill();
    process.send("go");
    const { code } = await process.exited;
    return code === 0;
  } finally {
    signal.removeEventListener("abort", process.kill);
    process.close();
  }
}
