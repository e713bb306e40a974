/** Runs the program of an execution: a process behind the guard, its words, its output and its end. */

import type { Clock } from "../../clock.ts";
import { kernelKills } from "../../embedded/processes/kernel-kills.ts";
import { orAfter } from "../../embedded/processes/or-after.ts";
import { closeWriteEnd, type OutputPipe, type OutputPipes } from "../../embedded/processes/output-pipes.ts";
import type { ProcessWatch } from "../../embedded/processes/process-watch.ts";
import type { SlotPlace } from "../../embedded/processes/slot-places.ts";
import { startTaskProcess, type TaskProcess } from "../../embedded/processes/task-process.ts";
import { isJsonObject, type Json } from "../../json.ts";
import type { ExecutionControl } from "../../loop/execute.ts";
import type { TaskSettings } from "../../loop/loop-task.ts";
import type { NotebookProgram } from "../../notebook/notebook-program.ts";
import { couldNotBegin, type Ending, endingOf } from "./execution-end.ts";
import type { ExecutionLog } from "./execution-log.ts";
import { type Hold, holdExecution } from "./hold-execution.ts";
import { LONGEST_LINE, listen, type Word } from "./program-words.ts";

export interface ProgramRun {
  readonly program: NotebookProgram;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: TaskSettings;
  readonly control: ExecutionControl;
  readonly log: ExecutionLog;
}

export interface ProgramPorts {
  readonly place: SlotPlace;
  readonly pipes: OutputPipes;
  readonly watch: ProcessWatch;
  readonly clock: Clock;
}

export type ProgramEnd = Ending & { readonly peakMemoryBytes?: number | undefined };

/** Taken at the beginning of a cell: what the cell before it wrote. */
const CELL_BYTES = 1024 * 1024;
/** More than any pipe holds. */
const REST_BYTES = 64 * 1024 * 1024;
/** For what the process had said already. A process that left the group and its own environment may keep the channel open. */
const LAST_WORDS_MS = 1000;

export async function runProgram(run: ProgramRun, ports: ProgramPorts): Promise<ProgramEnd> {
  const pipe = ports.pipes.open(run.log.write);
  const kills = kernelKills();
  try {
    const process = await start(run, ports.place, pipe);
    if ("outcome" in process) return process;
    const hold = holdExecution(process, { ...run, ...ports });
    try {
      const { word, exit } = await follow(process, run, pipe, hold);
      run.log.end();
      const lastLines = run.log.lastLines();
      const kernelKilled = kernelKills() > kills;
      const ending = endingOf({ word, verdict: hold.verdict(), exit, lastLines, kernelKilled });
      return { ...ending, peakMemoryBytes: hold.peakMemoryBytes() };
    } finally {
      hold.release();
      process.close();
    }
  } finally {
    pipe.close();
  }
}

async function start(
  { program, directory, environment }: ProgramRun,
  place: SlotPlace,
  pipe: OutputPipe,
): Promise<TaskProcess | Ending> {
  try {
    return await startTaskProcess(place, {
      command: program.command,
      directory,
      environment: () => ({ ...environment, ...program.environment }),
      output: () => pipe.writeEnd,
      longestLine: LONGEST_LINE,
    });
  } catch (thrown) {
    return couldNotBegin("NotRunnable", thrown);
  } finally {
    closeWriteEnd(pipe);
  }
}

/** Resolves when nothing of it is left, and all that it wrote and said is here. */
async function follow(process: TaskProcess, { program, log }: ProgramRun, pipe: OutputPipe, hold: Hold) {
  let word: Word | undefined;
  process.send(JSON.stringify(assignmentOf(program)));
  const listening = listen(process, {
    onCell(cell) {
      // Channel and pipe are two: what came before the cell is taken first, and only then the program goes on.
      pipe.drain(CELL_BYTES);
      log.begin(cell);
      process.send("null");
    },
    onNote: (note) => log.note([note]),
    onWord(said) {
      word = said;
      hold.said();
    },
  });
  const exit = await process.exited;
  process.kill();
  await orAfter(LAST_WORDS_MS, listening);
  pipe.drain(REST_BYTES);
  return { word, exit };
}

function assignmentOf({ assignment }: NotebookProgram): Json {
  return isJsonObject(assignment) ? { ...assignment, answersCells: true } : assignment;
}
