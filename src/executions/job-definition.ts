/** What a Batch task is once its definition has been read: the job definition with its environment already resolved. */
export interface JobDefinition {
  readonly name: string;
  readonly arn: string;
  /** The task's folder, absolute: the job's working directory, and where its command is looked for first. */
  readonly directory: string;
  /** Arguments that are `Ref::name` stand for the parameter of that name. */
  readonly command: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly image?: string | undefined;
  readonly vcpus: number;
  /** MiB */
  readonly memory: number;
  /** For one attempt. */
  readonly timeoutSeconds?: number | undefined;
  /** 1 to 10. */
  readonly attempts: number;
  readonly evaluateOnExit?: readonly ExitRule[] | undefined;
}

/** A rule for a failed attempt. The first one whose every condition matches decides; a final `*` matches any rest. */
export interface ExitRule {
  readonly action: "RETRY" | "EXIT";
  readonly onExitCode?: string | undefined;
  readonly onReason?: string | undefined;
  readonly onStatusReason?: string | undefined;
}
