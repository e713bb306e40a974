/** The three ways a state goes wrong: it fails with an error name, it cannot evaluate its fields, or a sibling's failure aborts it. */

/** A failure with the name that `ErrorEquals` matches. Its `name` is that same string. */
export class StatesError extends Error {
  readonly error: string;
  readonly errorCause: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
    this.errorCause = cause;
    this.name = error;
  }
}

/**
 * What the `invoke` port throws when a task fails, e.g. `new TaskError("Lambda.Unknown", "the runtime exited")`.
 * Anything else that it throws is a fault of the runtime, not of the task: the run rejects and can be resumed.
 */
export class TaskError extends StatesError {}

/**
 * A path, template or intrinsic function that cannot be applied to the data at hand. Step Functions keeps the names
 * ParameterPathFailure, IntrinsicFailure and NoChoiceMatched for later and reports all three as States.Runtime.
 */
export class EvaluationError extends Error {
  readonly error: "States.Runtime" | "States.ResultPathMatchFailure" | "States.DataLimitExceeded";

  constructor(message: string, error: EvaluationError["error"] = "States.Runtime") {
    super(message);
    this.error = error;
  }
}

/** The reason on the signal of branches and iterations whose sibling failed. */
export class SiblingFailed extends Error {
  constructor() {
    super("Another branch of the same state failed.");
  }
}

/** Every name with the reserved prefix; other names that begin with `States.` match nothing and are refused. */
export const RESERVED_ERRORS: ReadonlySet<string> = new Set([
  "States.ALL",
  "States.BranchFailed",
  "States.DataLimitExceeded",
  "States.ExceedToleratedFailureThreshold",
  "States.HeartbeatTimeout",
  "States.Http.Socket",
  "States.IntrinsicFailure",
  "States.ItemReaderFailed",
  "States.NoChoiceMatched",
  "States.ParameterPathFailure",
  "States.Permissions",
  "States.ResultPathMatchFailure",
  "States.ResultWriterFailed",
  "States.Runtime",
  "States.TaskFailed",
  "States.Timeout",
]);
