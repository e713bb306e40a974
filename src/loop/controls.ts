/** What operators have asked for, apart from what is registered. */

export interface Controls {
  /** By loop name. */
  readonly loops: Readonly<Record<string, { readonly pause?: Request | undefined }>>;
  /** By `codops/name`. */
  readonly tasks: Readonly<Record<string, TaskControls>>;
  /** Executions that are to end, by ID. */
  readonly cancels: Readonly<Record<string, Request>>;
}

export interface TaskControls {
  readonly pause?: Request | undefined;
  readonly runNow?: Request | undefined;
  readonly pin?: (Request & { readonly commit: string }) | undefined;
}

/** Who asked, when and why. */
export interface Request {
  readonly id: string;
  /** ISO 8601 */
  readonly at: string;
  readonly by: string;
  /** For people. */
  readonly note?: string | undefined;
}

export type Target =
  | { readonly kind: "loop"; readonly loop: string }
  /** `task`: `codops/name` */
  | { readonly kind: "task"; readonly task: string };
