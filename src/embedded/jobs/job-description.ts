/** Describes a job from its files, in the spelling that Step Functions gives to a workflow. */
import type { JobAttempt, JobDescription, JobStatus } from "../../executions/jobs.ts";
import { jobParameters } from "./job-command.ts";
import { type AttemptResult, attemptFolder, type JobRecord, type RunningNote, readNote } from "./job-files.ts";

export interface Ending {
  readonly status: "SUCCEEDED" | "FAILED";
  readonly statusReason: string;
  readonly stoppedAt: number;
}

export function describeJob(folder: string, record: JobRecord): JobDescription {
  const ended = readNote<JobDescription>(folder, "ended");
  if (ended) return ended;
  const results = attemptResults(folder);
  const current = attemptFolder(folder, results.length + 1);
  const running = readNote<RunningNote>(current, "running");
  const status = running ? "RUNNING" : readNote(current, "plan") ? "STARTING" : "RUNNABLE";
  return description(record, results, status, { StartedAt: running?.startedAt });
}

export function describeEnding(folder: string, record: JobRecord, ending: Ending): JobDescription {
  const results = attemptResults(folder);
  return description(record, results, ending.status, {
    StartedAt: results.at(-1)?.StartedAt,
    StoppedAt: ending.stoppedAt,
    StatusReason: ending.statusReason,
  });
}

/** Of the attempts that have ended, in order. */
export function attemptResults(folder: string): AttemptResult[] {
  const results: AttemptResult[] = [];
  for (let attempt = 1; ; attempt++) {
    const result = readNote<AttemptResult>(attemptFolder(folder, attempt), "result");
    if (!result) return results;
    results.push(result);
  }
}

function description(
  record: JobRecord,
  results: readonly AttemptResult[],
  status: JobStatus,
  times: Pick<JobDescription, "StartedAt" | "StoppedAt" | "StatusReason">,
): JobDescription {
  const { submit, definition, jobId } = record;
  // arn:aws:batch:REGION:ACCOUNT:job-definition/NAME:1
  const prefix = definition.arn.split(":").slice(0, 5).join(":");
  return {
    JobId: jobId,
    JobArn: `${prefix}:job/${jobId}`,
    JobName: submit.JobName,
    JobQueue: `${prefix}:job-queue/${record.queue}`,
    JobDefinition: definition.arn,
    Status: status,
    Parameters: jobParameters(record),
    Attempts: results.map(attemptOf),
    CreatedAt: record.createdAt,
    ...times,
    Container: {
      ...results.at(-1)?.Container,
      Command: submit.ContainerOverrides?.Command ?? definition.command,
      Image: definition.image,
    },
  };
}

function attemptOf({ StartedAt, StoppedAt, StatusReason, Container }: AttemptResult): JobAttempt {
  return { StartedAt, StoppedAt, StatusReason, Container };
}
