/**
 * Brings a job to its end: one attempt after another, each by a supervisor that outlives this process. Everything it
 * knows is in the job's files, so it goes on wherever another process stopped.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { JobDescription } from "../../executions/jobs.ts";
import type { LogLimits } from "../logs/log-file.ts";
import type { TaskLogWriter } from "../logs/task-logs.ts";
import { modulePath } from "../processes/module-path.ts";
import { isRunning, killGroupOf, killSandbox } from "../processes/processes.ts";
import { nextAfter } from "./job-attempts.ts";
import { jobCommand, jobEnvironment, jobMemoryMiB } from "./job-command.ts";
import { attemptResults, describeEnding, type Ending } from "./job-description.ts";
import {
  type AttemptPlan,
  type AttemptResult,
  attemptFolder,
  type JobRecord,
  type ProcessNote,
  readNote,
  type Termination,
  writeNote,
} from "./job-files.ts";
import { jobObjects } from "./job-objects.ts";
import { neverStarted } from "./never-started.ts";
import type { QueueSlots } from "./queue-slots.ts";

export interface JobRunnerOptions {
  readonly clock: Clock;
  readonly slots: QueueSlots;
  readonly logs: Pick<TaskLogWriter, "path">;
  readonly logLimits: LogLimits;
  /** Added to every job's environment, before the definition's. */
  readonly environment: Readonly<Record<string, string>>;
  /** How many jobs of this queue may run. */
  readonly queueLimit: (queue: string) => number;
  readonly stopGraceMs: number;
}

export interface JobSignals {
  /** This process stops watching; rejects with the signal's reason. */
  readonly closing: AbortSignal;
  /** The job has just been asked to end. */
  readonly terminated: AbortSignal;
}

const TEMPORARY = "tmp";
const POLL_MS = 200;
const SUPERVISOR_STARTS = 3;

export async function runJob(
  folder: string,
  record: JobRecord,
  signals: JobSignals,
  options: JobRunnerOptions,
): Promise<JobDescription> {
  const ended = readNote<JobDescription>(folder, "ended");
  if (ended) return ended;
  const leave = await takePlace(folder, record, signals, options);
  try {
    for (;;) {
      const results = attemptResults(folder);
      const ending = endingOf(folder, record, results, options.clock.now());
      if (ending) {
        writeNote(folder, "ended", describeEnding(folder, record, ending));
        // Another process may have been first: its word holds.
        return readNote<JobDescription>(folder, "ended") ?? describeEnding(folder, record, ending);
      }
      await runAttempt(folder, record, results.length + 1, signals.closing, options);
    }
  } finally {
    leave();
  }
}

/** A job that has begun keeps its place; a new one waits, and waits no longer once it is terminated. */
async function takePlace(
  folder: string,
  record: JobRecord,
  { closing, terminated }: JobSignals,
  { slots, queueLimit }: JobRunnerOptions,
): Promise<() => void> {
  const begun = readNote(attemptFolder(folder, 1), "plan") !== undefined;
  if (begun) return slots.occupy(record.queue);
  const either = AbortSignal.any([closing, terminated]);
  try {
    return await slots.acquire(record.queue, queueLimit(record.queue), either);
  } catch (reason) {
    if (closing.aborted) throw reason;
    return () => {};
  }
}

/** Undefined while there is to be another attempt. */
function endingOf(
  folder: string,
  record: JobRecord,
  results: readonly AttemptResult[],
  now: number,
): Ending | undefined {
  const last = results.at(-1);
  const next = last ? nextAfter(record, results.length, last) : "retry";
  if (last && next === "succeeded") {
    return { status: "SUCCEEDED", statusReason: last.StatusReason, stoppedAt: last.StoppedAt };
  }
  if (last && next === "failed")
    return { status: "FAILED", statusReason: last.StatusReason, stoppedAt: last.StoppedAt };
  const planned = readNote(attemptFolder(folder, results.length + 1), "plan") !== undefined;
  const termination = planned ? undefined : readNote<Termination>(folder, "terminate");
  return termination ? { status: "FAILED", statusReason: termination.reason, stoppedAt: now } : undefined;
}

/** Plans the attempt where it is not, sees that a supervisor has it, and waits for the result. */
async function runAttempt(
  jobFolder: string,
  record: JobRecord,
  attempt: number,
  closing: AbortSignal,
  options: JobRunnerOptions,
): Promise<void> {
  const folder = attemptFolder(jobFolder, attempt);
  if (!readNote(folder, "plan")) writeNote(folder, "plan", planOf(folder, record, attempt, options));
  let child: SupervisorProcess | undefined;
  for (let starts = 0; ; ) {
    // Read before the result: a supervisor writes it, and only then is it gone.
    const supervisor = readNote<ProcessNote>(folder, "supervisor");
    const alive = supervisor !== undefined && isRunning(supervisor);
    if (readNote<AttemptResult>(folder, "result")) return;
    if (supervisor && !alive) {
      cleanUp(folder);
      writeNote(folder, "result", lostResult(folder, record, attempt, options.clock.now()));
      return;
    }
    if (!supervisor && !child?.alive()) {
      if (starts++ === SUPERVISOR_STARTS) {
        writeNote(folder, "result", neverStarted(SUPERVISORS_ENDED, options.clock.now()));
        return;
      }
      child = startSupervisor(folder);
    }
    await wait(child?.alive() ? child.ended : undefined, closing, options.clock);
  }
}

/** Until the supervisor that was started here ends, or for a while. */
async function wait(ended: Promise<void> | undefined, closing: AbortSignal, clock: Clock): Promise<void> {
  const over = new AbortController();
  const pause = clock.sleep(POLL_MS, AbortSignal.any([closing, over.signal]));
  try {
    await (ended ? Promise.race([ended, pause]) : pause);
  } finally {
    over.abort();
    pause.catch(() => {});
  }
}

function planOf(folder: string, record: JobRecord, attempt: number, options: JobRunnerOptions): AttemptPlan {
  const { submit, definition, jobId } = record;
  const temporaryFolder = join(folder, TEMPORARY);
  const logStreamName = `${definition.name}/default/${jobId}-${attempt}`;
  const timeoutSeconds = submit.Timeout?.AttemptDurationSeconds ?? definition.timeoutSeconds;
  const command = jobCommand(record);
  const environment = jobEnvironment(record, attempt, temporaryFolder, options.environment);
  return {
    command,
    environment,
    objects: jobObjects(command, environment),
    directory: definition.directory,
    temporaryFolder,
    memoryMiB: jobMemoryMiB(record),
    timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    graceMs: options.stopGraceMs,
    logStreamName,
    logPath: options.logs.path(logStreamName),
    logLimits: options.logLimits,
  };
}

interface SupervisorProcess {
  alive(): boolean;
  readonly ended: Promise<void>;
}

/** Detached, without pipes and without the caller's environment: nothing ties it to this process. */
function startSupervisor(folder: string): SupervisorProcess {
  const child = spawn(process.execPath, [modulePath(import.meta.url, "job-supervisor"), folder], {
    detached: true,
    stdio: "ignore",
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  });
  child.unref();
  let alive = true;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      alive = false;
      resolve();
    };
    child.once("exit", end);
    child.once("error", end);
  });
  return { alive: () => alive, ended };
}

/** The supervisor was killed, and the command runs on without anybody to report its end. */
function cleanUp(folder: string): void {
  const command = readNote<ProcessNote>(folder, "running");
  if (command) killGroupOf(command);
  killSandbox(join(folder, TEMPORARY));
  for (const name of [TEMPORARY, "output"]) rmSync(join(folder, name), { recursive: true, force: true });
}

/** As Batch reports an instance that went away: the attempt counts. */
function lostResult(folder: string, record: JobRecord, attempt: number, now: number): AttemptResult {
  const running = readNote<ProcessNote & { startedAt: number }>(folder, "running");
  const logStreamName = `${record.definition.name}/default/${record.jobId}-${attempt}`;
  return {
    succeeded: false,
    final: false,
    StartedAt: running?.startedAt ?? now,
    StoppedAt: now,
    StatusReason: "Host terminated",
    Container: running ? { LogStreamName: logStreamName } : {},
  };
}

const SUPERVISORS_ENDED = `the process that supervises the job ended before it began, ${SUPERVISOR_STARTS} times; is the disk full?`;
