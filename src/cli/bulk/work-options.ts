/** The options of whatever works on a run: how its tasks are run, and where what became of them is written. */
import type { Command } from "commander";
import type { WorkerMode } from "../../queue/worker/worker-options.ts";
import { addFormats, type OutputOptions } from "../terminal/output.ts";

export interface WorkOptions extends OutputOptions {
  readonly reuseProcesses?: boolean;
  readonly inProcess?: boolean;
  readonly outputFile?: string;
}

export function addWorkOptions(command: Command): Command {
  return addFormats(command, ["table", "json", "yaml"])
    .option("--reuse-processes", "one process after another task, instead of a fresh one for each")
    .option("--in-process", "no process of its own for a task: quickest, without limits of memory and time")
    .option("--output-file <file>", "write each attempt as a line of JSON when it has ended");
}

/** The same for `cirrus bulk work` in another process. */
export function workArguments(slots: number, options: WorkOptions): readonly string[] {
  const { reuseProcesses, inProcess, outputFile } = options;
  return [
    `--num-simultaneous-tasks=${slots}`,
    ...(reuseProcesses ? ["--reuse-processes"] : []),
    ...(inProcess ? ["--in-process"] : []),
    ...(outputFile === undefined ? [] : [`--output-file=${outputFile}`]),
  ];
}

export function modeOf({ reuseProcesses, inProcess }: WorkOptions): WorkerMode {
  if (inProcess) return "in-process";
  return reuseProcesses ? "reuse" : "process";
}
