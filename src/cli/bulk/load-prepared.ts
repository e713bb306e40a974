/** Loads a prepared run: its module is tried and its task file checked before anything is changed. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { BulkRun } from "../../bulk/bulk-run.ts";
import { CirrusError, describeError, EXIT } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { type LoadProgress, loadRun } from "../../queue/load-run.ts";
import type { Program } from "../../queue/program.ts";
import type { TaskFilePorts } from "../../queue/task-file/task-file-ports.ts";
import { loadWorker } from "../../queue/worker/runners/load-worker.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import { type Io, isLive, paint } from "../terminal/io.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { count, countEntries } from "./run-view.ts";

export interface LoadExtra {
  readonly onlyFailed?: boolean | undefined;
  /** The pool's plan, where machines of a stage run it. */
  readonly pool?: Json | undefined;
}

export async function loadPrepared(
  io: Io,
  { runs, objects }: BulkPlace,
  prepared: PreparedRun,
  { onlyFailed, pool }: LoadExtra = {},
): Promise<BulkRun> {
  const { name, found, limits, policy, tasks, program } = prepared;
  const schema = await loadSchema(program);
  const telling = tellProgress(io, name);
  try {
    const loaded = await loadRun(
      { runs, ...taskFilePorts(io, objects) },
      {
        run: { name, task: found.task, limits, policy, pool },
        taskFile: tasks,
        schema,
        onlyFailed,
        onProgress: telling.tell,
      },
    );
    telling.end();
    io.stderr.write(`${describeLoaded(io, loaded.outcome, loaded.run, loaded.requeued)}\n`);
    return loaded.run;
  } finally {
    telling.end();
  }
}

export function taskFilePorts(io: Io, objects: TaskFilePorts["objects"]): TaskFilePorts {
  return {
    objects,
    stdin: io.stdin,
    allowLocal: io.env.CIRRUS_ALLOW_LOCAL_ASSETS === "true",
    signal: io.signal,
  };
}

function describeLoaded(io: Io, outcome: "loaded" | "resumed", run: BulkRun, requeued: number): string {
  const name = paint(io, io.stderr, "bold", run.name);
  if (requeued > 0)
    return `${name}: ${countEntries(requeued)} that failed ${requeued === 1 ? "is" : "are"} tried again.`;
  if (outcome === "loaded") return `${name}: ${countEntries(run.entries)} loaded.`;
  return run.state === "FINISHED" ? `${name} has ended already.` : `${name} goes on where it was.`;
}

/** What the worker says of its data; a module that cannot be loaded would fail every entry. */
export async function loadSchema(program: Program): Promise<StandardSchemaV1 | undefined> {
  if (program.kind !== "module") return undefined;
  try {
    return (await loadWorker(program)).schema;
  } catch (thrown) {
    if (thrown instanceof CirrusError) throw thrown;
    const { error, cause } = describeError(thrown);
    throw new CirrusError(`The worker cannot be loaded: ${error}: ${cause}`, {
      where: program.file,
      hint: cause.includes("'cirrus-pipeline'") ? INSTALL : undefined,
      cause: thrown,
      exitCode: EXIT.config,
    });
  }
}

/** A module is looked for from the folder of the file that imports it, wherever this command is. */
const INSTALL =
  "A worker in TypeScript needs the package beside it: run it in a project, which `npx cirrus init my-project` makes.";

interface Telling {
  tell(progress: LoadProgress): void;
  end(): void;
}

/** Files of some size take seconds: a line that is written over, where somebody looks. */
function tellProgress(io: Io, name: string): Telling {
  let told = false;
  return {
    tell(progress) {
      if (!isLive(io) || progress.entries < WORTH_TELLING) return;
      told = true;
      const done = progress.step === "read" ? "entries read" : `of ${count(progress.of)} entries stored`;
      io.stderr.write(`\r${name}: ${count(progress.entries)} ${done} `);
    },
    end() {
      if (told) io.stderr.write(`\r${" ".repeat((io.stderr.columns ?? 80) - 1)}\r`);
      told = false;
    },
  };
}

const WORTH_TELLING = 20_000;
