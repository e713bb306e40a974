/** Runs tasks in processes that go on to the next one: nothing is started for a task, and each is still held to its limits. */
import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import type { AttemptEnd } from "../../../bulk/attempt.ts";
import type { Lease } from "../../../bulk/bulk-store.ts";
import { LOG_LIMITS } from "../../../embedded/logs/log-file.ts";
import { withDescendants } from "../../../embedded/processes/processes.ts";
import { startTaskProcess, type TaskProcess } from "../../../embedded/processes/task-process.ts";
import type { Program } from "../../program.ts";
import { endingOf } from "../ends/attempt-end.ts";
import { shortenLog, tailOf } from "../ends/attempt-log.ts";
import { forwardNotices } from "../processes/forward-notices.ts";
import { holdToLimits } from "../processes/task-limits.ts";
import { assign, modulePlan, readAnswer } from "../processes/task-plans.ts";
import { exitOf, factsFor, mostOf, type ProcessSetting, times } from "./runner-setting.ts";
import type { AttemptControl, TaskRunner } from "./task-runner.ts";

interface Reused {
  readonly process: TaskProcess;
  readonly log: string;
  /** Of the log; the process appends to it. */
  readonly file: number;
}

export function makeReusedProcesses(
  setting: ProcessSetting,
  program: Extract<Program, { readonly kind: "module" }>,
): TaskRunner {
  const { options, logs, clock, places, watch, folder } = setting;
  const { limits, logLimits = LOG_LIMITS } = options;
  /** By slot; one that is not here is started for the slot's next task. */
  const idle = new Map<number, Reused>();

  async function start(slot: number): Promise<Reused> {
    const logOf = (own: string) => join(own, "output.log");
    const process = await startTaskProcess(places.take(slot), modulePlan(options, slot, folder, logOf));
    const log = logOf(process.folder);
    return { process, log, file: openSync(log, "r+") };
  }

  function end({ process, file }: Reused): void {
    closeSync(file);
    process.close();
  }

  /** Its output belongs to the task that has just ended: the next one starts with an empty file. */
  async function takeLog({ log, file }: Reused, lease: Lease): Promise<string | undefined> {
    if (fstatSync(file).size === 0) return undefined;
    shortenLog(log, logLimits);
    const kept = await logs.open(lease);
    copyFileSync(log, kept);
    ftruncateSync(file, 0);
    return setting.keepLog(lease, kept);
  }

  async function attempt(reused: Reused, lease: Lease, control: AttemptControl) {
    const { process, log } = reused;
    const startedAt = clock.now();
    const stopForwarding = forwardNotices(process.folder, control.notices);
    const hold = holdToLimits(process, limits, control, watch, () => shortenLog(log, logLimits));
    try {
      assign(program, lease, factsFor(lease, options), process, false);
      const answer = await readAnswer(process);
      const verdict = hold.verdict();
      const failed = answer === undefined || "exception" in answer.report || verdict !== undefined;
      const exit = answer === undefined ? await process.exited : undefined;
      const tail = failed ? tailOf(log) : "";
      const ending = endingOf({ report: answer?.report, verdict, exit, tail, silenceIsDone: false });
      const usage = mostOf({ memoryBytes: hold.usage().memoryBytes }, answer);
      const record: AttemptEnd = { ...ending, ...times(startedAt, clock), ...(exit && exitOf(exit)), ...usage };
      return { record, again: !failed && withDescendants(process.pid).length === 1 };
    } finally {
      hold.release();
      stopForwarding();
    }
  }

  return {
    async run(lease, control) {
      const reused = idle.get(control.slot) ?? (await start(control.slot));
      idle.delete(control.slot);
      const { record, again } = await attempt(reused, lease, control);
      const log = await takeLog(reused, lease);
      if (again) idle.set(control.slot, reused);
      else end(reused);
      return { ...record, log };
    },
    async close() {
      for (const reused of idle.values()) end(reused);
      setting.close();
    },
  };
}
