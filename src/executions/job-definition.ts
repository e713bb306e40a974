/** What it takes to run a Batch job: the project reader writes it, the job runner runs it. */
export interface JobDefinition {
  readonly name: string;
  readonly arn: string;
  /** Absolute: the folder of the task that declares the job, or the project's root for a shared job. */
  readonly directory: string;
  /** `Ref::name` stands for the parameter `name`. */
  readonly command: readonly string[];
  /** The defaults of the job's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly image?: string | undefined;
  readonly vcpus: number;
  /** MiB */
  readonly memory: number;
  readonly timeoutSeconds?: number | undefined;
  /** 1 to 10, the first attempt included. */
  readonly attempts: number;
  readonly evaluateOnExit?: readonly ExitRule[] | undefined;
}

/** The first rule whose patterns all match decides; a pattern may end in `*`. */
export interface ExitRule {
  readonly action: "RETRY" | "EXIT";
  readonly onExitCode?: string | undefined;
  readonly onReason?: string | undefined;
  readonly onStatusReason?: string | undefined;
}
