/** Port: Batch jobs. On AWS this is Batch with CloudWatch Logs; embedded, child processes. */

export type JobStatus = "SUBMITTED" | "PENDING" | "RUNNABLE" | "STARTING" | "RUNNING" | "SUCCEEDED" | "FAILED";

export interface NameValue {
  readonly Name: string;
  readonly Value: string;
}

/** The members of Batch's SubmitJob that workflows use, in Step Functions' spelling (capital letters). */
export interface SubmitJob {
  readonly JobName: string;
  readonly JobQueue: string;
  readonly JobDefinition: string;
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly ContainerOverrides?: {
    readonly Command?: readonly string[];
    readonly Environment?: readonly NameValue[];
    readonly ResourceRequirements?: readonly { readonly Type: string; readonly Value: string }[];
  };
  readonly RetryStrategy?: { readonly Attempts?: number };
  readonly Timeout?: { readonly AttemptDurationSeconds?: number };
  readonly Tags?: Readonly<Record<string, string>>;
}

export interface JobAttempt {
  /** Milliseconds since 1970, as Batch reports them. */
  readonly StartedAt: number;
  readonly StoppedAt: number;
  readonly StatusReason: string;
  readonly Container: {
    readonly ExitCode?: number | undefined;
    readonly LogStreamName?: string | undefined;
    readonly Reason?: string | undefined;
  };
}

/** What `batch:submitJob.sync` hands to the workflow, as output or (as JSON) as the cause of `States.TaskFailed`. */
export interface JobDescription {
  readonly JobId: string;
  readonly JobArn: string;
  readonly JobName: string;
  readonly JobQueue: string;
  readonly JobDefinition: string;
  readonly Status: JobStatus;
  readonly StatusReason?: string | undefined;
  readonly Parameters: Readonly<Record<string, string>>;
  readonly Attempts: readonly JobAttempt[];
  readonly CreatedAt: number;
  readonly StartedAt?: number | undefined;
  readonly StoppedAt?: number | undefined;
  readonly Container: JobAttempt["Container"] & {
    readonly Command: readonly string[];
    readonly Image?: string | undefined;
  };
}

export interface LogLine {
  /** ISO 8601 */
  readonly at: string;
  readonly message: string;
}

/** Port: logs of Lambdas and Batch jobs by stream. */
export interface TaskLogs {
  /** The last lines of a stream, oldest first; undefined where there is no such stream. */
  tail(stream: string, lines: number): Promise<readonly LogLine[] | undefined>;
}
