/** The runner of a worker's mode. Nothing is taken from the queue before it is known that the program can be run. */

import type { WorkerOptions, WorkerPorts } from "../worker-options.ts";
import { makeFreshProcesses } from "./fresh-processes.ts";
import { makeInProcess } from "./in-process.ts";
import { needsModule } from "./load-worker.ts";
import { makeReusedProcesses } from "./reused-processes.ts";
import { processSetting, type RunnerSetting } from "./runner-setting.ts";
import type { TaskRunner } from "./task-runner.ts";

export async function makeRunner(
  { logs, clock }: WorkerPorts,
  options: WorkerOptions,
  onProblem: (error: unknown) => void,
): Promise<TaskRunner> {
  const setting: RunnerSetting = {
    ...{ options, logs, clock },
    async keepLog(lease, file) {
      try {
        return await logs.keep(lease, file);
      } catch (error) {
        onProblem(error);
        return undefined;
      }
    },
  };
  if (options.mode === "in-process") return makeInProcess(setting);
  if (options.mode === "process") return makeFreshProcesses(processSetting(setting));
  if (options.program.kind === "command") throw needsModule("--reuse-processes");
  return makeReusedProcesses(processSetting(setting), options.program);
}
