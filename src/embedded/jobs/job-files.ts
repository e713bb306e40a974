/**
 * What is on disk about a job. Every file is written once and appears whole, so a process that is killed between any
 * two steps leaves a state that the next one can read: which files are there says how far the job has come.
 *
 *     <jobs>/<job ID>/job.json                     it was submitted
 *                     terminate.json               somebody wants it ended
 *                     attempt-1/plan.json          this attempt is to be run
 *                               supervisor.json    a supervisor has taken it, and no other may
 *                               running.json       its command has been started
 *                               result.json        how it ended
 *                     ended.json                   the job's outcome: nothing of it ever runs again
 *
 * A process that is killed while it writes leaves a `.tmp` file, which nobody reads.
 */
import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { JobDefinition } from "../../executions/job-definition.ts";
import type { JobAttempt, SubmitJob } from "../../executions/jobs.ts";
import type { LogLimits } from "../logs/log-file.ts";
import type { S3EndpointOptions } from "../s3/endpoint.ts";

/** The definition is kept as it was at submission: a job does not change with the project. */
export interface JobRecord {
  readonly jobId: string;
  readonly submit: SubmitJob;
  readonly definition: JobDefinition;
  readonly queue: string;
  readonly createdAt: number;
}

export interface Termination {
  readonly reason: string;
}

/** Everything a supervisor needs; it knows nothing else. */
export interface AttemptPlan {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The objects that the command asks for as S3; undefined where it needs no S3. */
  readonly objects?: S3EndpointOptions | undefined;
  readonly directory: string;
  /** The attempt's home and `/tmp`: made before it, removed after it. */
  readonly temporaryFolder: string;
  readonly memoryMiB: number;
  readonly timeoutMs?: number | undefined;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  readonly logStreamName: string;
  readonly logPath: string;
  readonly logLimits: LogLimits;
}

export interface ProcessNote {
  readonly pid: number;
  readonly identity: string;
}

export interface RunningNote extends ProcessNote {
  readonly startedAt: number;
}

export interface AttemptResult extends JobAttempt {
  readonly succeeded: boolean;
  /** A timeout or a termination: Batch does not retry those. */
  readonly final: boolean;
}

export function attemptFolder(jobFolder: string, attempt: number): string {
  return join(jobFolder, `attempt-${attempt}`);
}

/** A file's content; undefined where it is not there. */
export function readNote<T>(folder: string, name: string): T | undefined {
  try {
    // Written by this same code, whole or not at all.
    return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as T;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws
    if (code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Writes a file that is there whole or not at all, and survives a power cut. False where it was there already, whoever
 * wrote it: of two processes, one is told that it was first.
 */
export function writeNote(folder: string, name: string, content: object): boolean {
  // Environments may hold secrets: for the owner only.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${name}.${randomUUID()}.tmp`);
  const file = openSync(temporary, "wx", 0o600);
  try {
    writeSync(file, JSON.stringify(content));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(temporary, join(folder, `${name}.json`));
    syncFolder(folder);
    syncFolder(dirname(folder));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws
    if (code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
