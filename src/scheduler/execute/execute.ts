/** Runs one execution of a loop on this machine, from its checkout to its end. */
import { join } from "node:path";
import { type Clock, isoTime } from "../../clock.ts";
import type { LogLimits } from "../../embedded/logs/log-file.ts";
import { makeOutputPipes } from "../../embedded/processes/output-pipes.ts";
import { passedOn, type Variables } from "../../embedded/processes/passed-on.ts";
import { makeProcessWatch } from "../../embedded/processes/process-watch.ts";
import { makeSlotPlaces } from "../../embedded/processes/slot-places.ts";
import { makeSlots } from "../../embedded/processes/slots.ts";
import { makeWorkerRegistry } from "../../embedded/processes/worker-registry.ts";
import { describeError } from "../../errors.ts";
import type { Environments } from "../../loop/environments.ts";
import type { Execute, ExecutionControl } from "../../loop/execute.ts";
import type { ExecutionFiles } from "../../loop/execution-files.ts";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import type { Sources } from "../../loop/sources.ts";
import { makeCheckouts } from "./checkouts.ts";
import { type CopyWriter, makeCopyWriter } from "./copy-writer.ts";
import { couldNotBegin } from "./execution-end.ts";
import { type ExecutionLog, openExecutionLog } from "./execution-log.ts";
import { variablesOf } from "./execution-variables.ts";
import { toldToEnd } from "./hold-execution.ts";
import { keepNowAndThen } from "./keep-files.ts";
import { type Preparation, prepareExecution } from "./prepare-execution.ts";
import { dataFolder, type ProgramFor, programFor } from "./program-for.ts";
import { type ProgramEnd, runProgram } from "./run-program.ts";

export interface ExecutePorts {
  readonly sources: Pick<Sources, "checkOut">;
  readonly environments: Environments;
  readonly files: Pick<ExecutionFiles, "open" | "keep">;
  readonly clock: Clock;
}

export interface ExecuteOptions {
  /**
   * For checkouts and the notes of running processes, which go with the process that made them, however it ends, and for
   * what tasks keep between their executions.
   */
  readonly folder: string;
  /** Of whoever starts the loops: tasks see little of it. */
  readonly environment: Variables;
  /** What else of it they see: names, or beginnings of names that end with `*`. */
  readonly pass?: readonly string[] | undefined;
  /** How many run at a time, whatever loops they are of. What waits for another to end uses up nothing of its own time. */
  readonly most?: number | undefined;
  readonly programFor?: ProgramFor | undefined;
  readonly logLimits?: LogLimits | undefined;
}

export interface Executing {
  readonly execute: Execute;
  /** When nothing is executed any more. */
  close(): void;
}

export function makeExecute(ports: ExecutePorts, options: ExecuteOptions): Executing {
  const { clock, files } = ports;
  const registry = makeWorkerRegistry(join(options.folder, "workers"));
  const { folder } = registry.open();
  const checkouts = makeCheckouts(ports.sources, join(folder, "checkouts"));
  const processes = { pipes: makeOutputPipes(join(folder, "pipes")), watch: makeProcessWatch(), clock };
  const places = makeSlotPlaces(registry);
  const slots = makeSlots(options.most);
  const passed = passedOn(options.environment, options.pass);
  const choose = options.programFor ?? programFor;

  async function inSlot(control: ExecutionControl, act: (slot: number) => Promise<ProgramEnd>): Promise<ProgramEnd> {
    try {
      return await slots.use(act, AbortSignal.any([control.signal, control.cancelled]));
    } catch (thrown) {
      const told = toldToEnd(control);
      if (told === undefined) throw thrown;
      return told;
    }
  }

  async function run(
    execution: LoopExecution,
    control: ExecutionControl,
    log: ExecutionLog,
    prepared: Preparation,
  ): Promise<ProgramEnd> {
    if (prepared.outcome === "ended") return prepared.ending;
    const { checkout, environment, warnings } = prepared;
    log.note(warnings);
    const end = await inSlot(control, (slot) =>
      runProgram(
        {
          program: choose(execution, {
            checkout: checkout.path,
            environment,
            folder: dataFolder(options.folder, execution),
          }),
          directory: checkout.path,
          environment: { ...passed, ...variablesOf(execution, environment, passed.PATH) },
          limits: execution.task.settings,
          ...{ control, log },
        },
        { ...processes, place: places.take(slot) },
      ),
    );
    log.note(end.warnings ?? []);
    return withWarnings(end, warnings);
  }

  async function attempt(
    execution: LoopExecution,
    control: ExecutionControl,
    log: ExecutionLog,
    copy: CopyWriter,
  ): Promise<ProgramEnd> {
    const prepared = await prepareExecution(execution, control, log, { ...ports, checkouts });
    const { checkout } = prepared;
    try {
      if (checkout !== undefined) copy.read(checkout.path);
      return await run(execution, control, log, prepared);
    } finally {
      checkout?.release();
    }
  }

  async function execute(execution: LoopExecution, control: ExecutionControl): Promise<ExecutionEnd> {
    const paths = await files.open(execution.id);
    const log = openExecutionLog(paths.log, clock, options.logLimits);
    const stopKeeping = keepNowAndThen(files, clock, execution.id);
    const copy = makeCopyWriter(execution);
    let ended: ProgramEnd;
    try {
      ended = await attempt(execution, control, log, copy).catch(notRunnable);
    } finally {
      log.close();
      await stopKeeping();
    }
    const end = timed(ended, execution);
    const write = () => copy.write(paths.notebook, end, log.outputs());
    return withWarnings(end, await warningsOf([write, () => files.keep(execution.id)]));
  }

  function timed(end: ProgramEnd, { startedAt }: LoopExecution): ExecutionEnd {
    const endedAt = clock.now();
    return { ...end, endedAt: isoTime(endedAt), durationMs: Math.max(0, endedAt - Date.parse(startedAt)) };
  }

  return {
    execute: (execution, control) =>
      // What it throws: the folder for its files cannot be made, for one.
      execute(execution, control).catch((thrown) => timed(notRunnable(thrown), execution)),
    close: registry.close,
  };
}

function notRunnable(thrown: unknown): ProgramEnd {
  return couldNotBegin("NotRunnable", thrown);
}

function withWarnings<End extends Pick<ExecutionEnd, "warnings">>(end: End, warnings: readonly string[]): End {
  return warnings.length === 0 ? end : { ...end, warnings: [...warnings, ...(end.warnings ?? [])] };
}

/** An execution does not fail because something cannot be kept of it. */
async function warningsOf(acts: readonly (() => Promise<void>)[]): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const act of acts) await act().catch((thrown) => warnings.push(describeError(thrown).cause));
  return warnings;
}
