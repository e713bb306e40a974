/** Runs each task in a process of its own, started for it and gone with it. */
import type { AttemptEnd } from "../../../bulk/attempt.ts";
import type { Lease } from "../../../bulk/bulk-store.ts";
import { LOG_LIMITS } from "../../../embedded/logs/log-file.ts";
import { kernelKills } from "../../../embedded/processes/kernel-kills.ts";
import { startTaskProcess, type TaskProcess } from "../../../embedded/processes/task-process.ts";
import { endingOf } from "../ends/attempt-end.ts";
import { shortenLog, tailOf } from "../ends/attempt-log.ts";
import { readOutcomeFile } from "../ends/outcome-file.ts";
import type { Answer } from "../processes/child-messages.ts";
import { forwardNotices } from "../processes/forward-notices.ts";
import { holdToLimits } from "../processes/task-limits.ts";
import { assign, commandPlan, modulePlan, openGate, outcomeFile, readAnswer } from "../processes/task-plans.ts";
import { exitOf, factsFor, mostOf, type ProcessSetting, times } from "./runner-setting.ts";
import type { AttemptControl, TaskRunner } from "./task-runner.ts";

export function makeFreshProcesses(setting: ProcessSetting): TaskRunner {
  const { options, logs, clock, places, watch, folder } = setting;
  const { program, limits, logLimits = LOG_LIMITS } = options;

  const start = (lease: Lease, slot: number, log: string) =>
    startTaskProcess(
      places.take(slot),
      program.kind === "module"
        ? modulePlan(options, slot, folder, () => log)
        : commandPlan(program, options, slot, lease, () => log),
    );

  /** Resolves when the process has ended; with what it said, if anything. */
  async function follow(process: TaskProcess, lease: Lease): Promise<Answer | undefined> {
    const facts = factsFor(lease, options);
    if (program.kind === "module") {
      assign(program, lease, facts, process, true);
      return readAnswer(process);
    }
    openGate(lease, facts, process);
    await process.exited;
    const report = readOutcomeFile(outcomeFile(process.folder));
    return report && { report };
  }

  async function attempt(lease: Lease, control: AttemptControl, log: string): Promise<AttemptEnd> {
    const startedAt = clock.now();
    const kills = kernelKills();
    const process = await start(lease, control.slot, log);
    const stopForwarding = forwardNotices(process.folder, control.notices);
    const hold = holdToLimits(process, limits, control, watch, () => shortenLog(log, logLimits));
    try {
      const answer = await follow(process, lease);
      const exit = await process.exited;
      const ending = endingOf({
        report: answer?.report,
        verdict: hold.verdict(),
        exit,
        tail: exit.code === 0 ? "" : tailOf(log),
        kernelKilled: exit.signal === "SIGKILL" && kernelKills() > kills,
        silenceIsDone: program.kind === "command",
      });
      return { ...ending, ...times(startedAt, clock), ...exitOf(exit), ...mostOf(hold.usage(), answer) };
    } finally {
      hold.release();
      stopForwarding();
      process.close();
    }
  }

  return {
    async run(lease, control) {
      const log = await logs.open(lease);
      const end = await attempt(lease, control, log);
      shortenLog(log, logLimits);
      return { ...end, log: await setting.keepLog(lease, log) };
    },
    async close() {
      setting.close();
    },
  };
}
