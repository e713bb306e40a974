/**
 * Batch jobs on one machine: child processes with Batch's rules for commands, environments, attempts and limits. A job
 * is known by its token: whoever submits it again, in whatever process, gets the one that is there.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import { isDiskFull, TransientError } from "../../errors.ts";
import type { JobDefinition } from "../../executions/job-definition.ts";
import type { JobDescription, SubmitJob } from "../../executions/jobs.ts";
import { NAMESPACE_URL, uuid5 } from "../../payload/payload-id.ts";
import { LOG_LIMITS, type LogLimits } from "../logs/log-file.ts";
import { makeTaskLogs, type TaskLogWriter } from "../logs/task-logs.ts";
import { describeJob } from "./job-description.ts";
import { type JobRecord, readNote, type Termination, writeNote } from "./job-files.ts";
import { type JobRunnerOptions, runJob } from "./job-runner.ts";
import { BatchClientException, checkSubmission } from "./job-submission.ts";
import { makeQueueSlots } from "./queue-slots.ts";

export { BatchClientException };

export interface Jobs {
  /**
   * Resolves when the job has SUCCEEDED or FAILED. With the token of an earlier call it is that call's job: one that
   * runs is waited for, one that has ended gives its result again. Aborting the signal terminates the job,
   * unless the reason is a TransientError: then it goes on, and whoever comes with its token next finds it.
   * Throws {@link BatchClientException} for what Batch would refuse, and {@link JobsClosed}.
   */
  run(
    submit: SubmitJob,
    options: { readonly token: string; readonly signal?: AbortSignal | undefined },
  ): Promise<JobDescription>;
  describe(jobId: string): Promise<JobDescription | undefined>;
  /** FAILED with this reason, without another attempt; nothing for a job that has ended. */
  terminate(jobId: string, reason: string): Promise<void>;
  /** Oldest first. */
  list(): Promise<readonly JobDescription[]>;
  /** Stops watching. Jobs that run go on; the next process finds them by their tokens. */
  close(): Promise<void>;
}

export interface JobQueue {
  readonly name: string;
  readonly maxConcurrent: number;
}

export interface EmbeddedJobsOptions {
  /** `.cirrus/jobs`: a folder per job. */
  readonly directory: string;
  readonly definitions: (nameOrArn: string) => JobDefinition | undefined;
  readonly queues: (nameOrArn: string) => JobQueue | undefined;
  /** Added to every job: region, where objects are. A definition's own values come before these. */
  readonly environment: Readonly<Record<string, string>>;
  /** `logs` beside the jobs' folder where it is not given. */
  readonly logs?: Pick<TaskLogWriter, "path"> | undefined;
  readonly clock: Clock;
  /** From SIGTERM to SIGKILL; Batch gives 30 seconds. */
  readonly stopGraceMs?: number | undefined;
  readonly logLimits?: LogLimits | undefined;
}

/** The runtime is stopping. The job has not failed: it goes on, and its token finds it again. */
export class JobsClosed extends TransientError {}

/** Anything else is no job's, and might name another folder. */
const JOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Running {
  readonly outcome: Promise<JobDescription>;
  readonly terminated: AbortController;
}

export function makeEmbeddedJobs(options: EmbeddedJobsOptions): Jobs {
  const { directory, queues, clock } = options;
  mkdirSync(directory, { recursive: true });
  const closing = new AbortController();
  const running = new Map<string, Running>();
  const folderOf = (jobId: string) => join(directory, jobId);
  const runner: JobRunnerOptions = {
    clock,
    slots: makeQueueSlots(),
    logs: options.logs ?? makeTaskLogs(join(directory, "../logs")),
    logLimits: options.logLimits ?? LOG_LIMITS,
    environment: options.environment,
    queueLimit: (queue) => queues(queue)?.maxConcurrent ?? 1,
    stopGraceMs: options.stopGraceMs ?? 30_000,
  };

  const start = (jobId: string, submit: SubmitJob): Running => {
    const record = findOrCreate(folderOf(jobId), jobId, submit, options);
    const terminated = new AbortController();
    const outcome = runJob(
      folderOf(jobId),
      record,
      { closing: closing.signal, terminated: terminated.signal },
      runner,
    ).finally(() => running.delete(jobId));
    const job = { outcome, terminated };
    running.set(jobId, job);
    return job;
  };

  const terminate = async (jobId: string, reason: string): Promise<void> => {
    const folder = folderOf(jobId);
    if (!JOB_ID.test(jobId) || !readNote(folder, "job") || readNote(folder, "ended")) return;
    const termination: Termination = { reason };
    writeNote(folder, "terminate", termination);
    running.get(jobId)?.terminated.abort();
  };

  const describe = async (jobId: string): Promise<JobDescription | undefined> => {
    if (!JOB_ID.test(jobId)) return undefined;
    const record = readNote<JobRecord>(folderOf(jobId), "job");
    return record && describeJob(folderOf(jobId), record);
  };

  return {
    async run(submit, { token, signal }) {
      signal?.throwIfAborted();
      closing.signal.throwIfAborted();
      const jobId = uuid5(NAMESPACE_URL, token);
      try {
        const job = running.get(jobId) ?? start(jobId, submit);
        return await untilAborted(job.outcome, signal, (reason) => terminate(jobId, reason));
      } catch (error) {
        throw explainFullDisk(error, directory);
      }
    },
    describe,
    terminate,
    async list() {
      const jobs = await Promise.all(readdirSync(directory).map(describe));
      return jobs.filter((job) => job !== undefined).sort((a, b) => a.CreatedAt - b.CreatedAt);
    },
    async close() {
      closing.abort(new JobsClosed("The runtime stopped watching its jobs."));
      await Promise.allSettled([...running.values()].map(({ outcome }) => outcome));
    },
  };
}

/** What was written first holds: a job does not change when it is submitted again. */
function findOrCreate(
  folder: string,
  jobId: string,
  submit: SubmitJob,
  { definitions, queues, clock }: EmbeddedJobsOptions,
): JobRecord {
  const known = readNote<JobRecord>(folder, "job");
  if (known) return known;
  checkSubmission(submit);
  const definition = definitions(submit.JobDefinition);
  const queue = queues(submit.JobQueue);
  if (!queue) throw new BatchClientException(`JobQueue ${submit.JobQueue} not found.`, submit.JobName);
  if (!definition) throw new BatchClientException(`JobDefinition ${submit.JobDefinition} not found.`, submit.JobName);
  const record: JobRecord = { jobId, submit, definition, queue: queue.name, createdAt: clock.now() };
  writeNote(folder, "job", record);
  // Another process may have been first.
  return readNote<JobRecord>(folder, "job") ?? record;
}

function untilAborted<T>(
  outcome: Promise<T>,
  signal: AbortSignal | undefined,
  terminate: (reason: string) => Promise<void>,
): Promise<T> {
  if (!signal) return outcome;
  return new Promise((resolve, reject) => {
    const abort = () => {
      const { reason } = signal;
      if (reason instanceof TransientError) return reject(reason);
      const text = reason instanceof Error ? reason.message || reason.name : String(reason);
      terminate(text).then(() => reject(reason), reject);
    };
    signal.addEventListener("abort", abort, { once: true });
    outcome.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function explainFullDisk(error: unknown, directory: string): unknown {
  if (!isDiskFull(error)) return error;
  return new TransientError("The files of a job cannot be written: the disk is full.", {
    where: directory,
    hint: "Free some space; the job goes on by itself.",
    cause: error,
  });
}
