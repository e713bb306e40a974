/** The options of whatever works on a run: how its tasks are run, and where what became of them is written. */
import type { Command } from "commander";
import { systemClock } from "../../clock.ts";
import { type Notices, simulateNotices } from "../../queue/worker/notices.ts";
import type { WorkerMode } from "../../queue/worker/worker-options.ts";
import { addFormats, type OutputOptions } from "../terminal/output.ts";
import { parseSeconds } from "./run-options.ts";

export interface WorkOptions extends OutputOptions {
  readonly reuseProcesses?: boolean;
  readonly inProcess?: boolean;
  readonly outputFile?: string;
  readonly simulateSpotTerminationAfter?: number;
  readonly simulateSpotTerminationDelay?: number;
}

export function addWorkOptions(command: Command): Command {
  return addFormats(command, ["table", "json", "yaml"])
    .option("--reuse-processes", "one process after another task, instead of a fresh one for each")
    .option("--in-process", "no process of its own for a task: quickest, without limits of memory and time")
    .option("--output-file <file>", "write each attempt as a line of JSON when it has ended")
    .option(
      "--simulate-spot-termination-after <s>",
      "tell every worker after so many seconds that its machine is taken away, to try out what tasks do then",
      parseSeconds,
    )
    .option("--simulate-spot-termination-delay <s>", "and so many seconds later it is (120)", parseSeconds);
}

/** The same for `cirrus bulk work` in another process. */
export function workArguments(slots: number, options: WorkOptions): readonly string[] {
  const { reuseProcesses, inProcess, outputFile } = options;
  const { simulateSpotTerminationAfter: after, simulateSpotTerminationDelay: delay } = options;
  return [
    `--num-simultaneous-tasks=${slots}`,
    ...(reuseProcesses ? ["--reuse-processes"] : []),
    ...(inProcess ? ["--in-process"] : []),
    ...(outputFile === undefined ? [] : [`--output-file=${outputFile}`]),
    ...(after === undefined ? [] : [`--simulate-spot-termination-after=${after}`]),
    ...(delay === undefined ? [] : [`--simulate-spot-termination-delay=${delay}`]),
  ];
}

export function modeOf({ reuseProcesses, inProcess }: WorkOptions): WorkerMode {
  if (inProcess) return "in-process";
  return reuseProcesses ? "reuse" : "process";
}

/** For each worker anew; undefined where nothing is simulated. */
export function noticesOf(options: WorkOptions): (() => Notices) | undefined {
  const { simulateSpotTerminationAfter: after, simulateSpotTerminationDelay: delay } = options;
  return after === undefined ? undefined : () => simulateNotices(systemClock, after, delay);
}
