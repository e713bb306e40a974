/**
 * Every error that Cirrus raises on purpose. Its `name` is the string that people match in a workflow's
 * `ErrorEquals`, its `message` says what happened, `hint` what to do next.
 */

/** The exit codes of the command line, documented by `cirrus help exit-codes`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  config: 3,
  credentials: 4,
  notFound: 5,
  conflict: 6,
  timeout: 7,
  partial: 8,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface ErrorDetails {
  /** Where: a file with line, a JSON path, a payload ID. */
  readonly where?: string | undefined;
  /** What to do next, as a sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  readonly exitCode?: ExitCode | undefined;
}

export class CirrusError extends Error {
  readonly where: string | undefined;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.where = details.where;
    this.hint = details.hint;
    this.exitCode = details.exitCode ?? EXIT.failed;
  }
}

/** The input can never succeed as it is: the payload ends INVALID and is not retried. */
export class InvalidInput extends CirrusError {}

/** A call failed in a way that may pass: a throttle, a lost connection, a full disk. The message is delivered again. */
export class TransientError extends CirrusError {}

/** One problem in a project or a payload; problems are collected and reported together, never thrown one by one. */
export interface Problem {
  /** Stable, kebab-case: `unknown-workflow`. */
  readonly code: string;
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** A JSON path such as `$.process[0].workflow`. */
  readonly path?: string | undefined;
  readonly hint?: string | undefined;
}

/** Several problems, reported in one go. */
export class ProblemsError extends CirrusError {
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[], details: ErrorDetails = {}) {
    super(message, { exitCode: EXIT.config, ...details });
    this.problems = problems;
  }
}

/** `file:line:column` or the JSON path of a problem, whichever it has. */
export function locate(problem: Problem): string {
  const position = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  return [position, problem.path].filter(Boolean).join(" ");
}

/** Whether a file could not be written because the disk is full, or what may be written of it. */
export function isDiskFull(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && (thrown.code === "ENOSPC" || thrown.code === "EDQUOT");
}

/** Name and message of anything thrown; `Error` for what is not an error object. */
export function describeError(thrown: unknown): { error: string; cause: string } {
  if (thrown instanceof Error) return { error: thrown.name, cause: thrown.message };
  return { error: "Error", cause: String(thrown) };
}
