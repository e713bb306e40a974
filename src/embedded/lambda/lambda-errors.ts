/** How a failed invocation is told: the error names and the cause that Step Functions shows for a Lambda. */
import { CirrusError } from "../../errors.ts";

/** What the Lambda service writes as an invocation's result when it failed. */
export interface LambdaFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** An invocation ended without a result. `error` and `errorCause` are what a workflow's Retry and Catch see. */
export class LambdaError extends CirrusError {
  /** The thrown error's name, or the service's own: `Sandbox.Timedout`, `Runtime.ExitError`, … */
  readonly error: string;
  /** JSON: `{errorType, errorMessage, trace}`. */
  readonly errorCause: string;

  constructor(functionName: string, failure: LambdaFailure) {
    super(failure.errorMessage, { where: functionName });
    this.name = failure.errorType;
    this.error = failure.errorType;
    this.errorCause = causeOf(failure);
  }
}

/** Step Functions cuts a cause at 32,768 characters, and cut JSON can no longer be read: the parts are cut instead. */
const LONGEST_CAUSE = 32_768;

function causeOf(failure: LambdaFailure): string {
  const whole = JSON.stringify(failure);
  if (whole.length <= LONGEST_CAUSE) return whole;
  const withoutTrace = JSON.stringify({ ...failure, trace: [] });
  if (withoutTrace.length <= LONGEST_CAUSE) return withoutTrace;
  // A character takes up to six in JSON (\u0000).
  const errorMessage = `${failure.errorMessage.slice(0, 5000).toWellFormed()} … [message cut]`;
  return JSON.stringify({ errorType: failure.errorType.slice(0, 256), errorMessage, trace: [] });
}

/** Names of failures that are not the handler's own. */
export const LAMBDA_ERRORS = {
  timedOut: "Sandbox.Timedout",
  exited: "Runtime.ExitError",
  outOfMemory: "Runtime.OutOfMemory",
  cannotImport: "Runtime.ImportModuleError",
  syntax: "Runtime.UserCodeSyntaxError",
  noHandler: "Runtime.HandlerNotFound",
  malformedHandler: "Runtime.MalformedHandlerName",
  callbackHandler: "Runtime.CallbackHandlerDeprecated",
  notJson: "Runtime.MarshalError",
  unhandledRejection: "Runtime.UnhandledPromiseRejection",
  responseTooLarge: "Function.ResponseSizeTooLarge",
  requestTooLarge: "Lambda.RequestTooLargeException",
  cannotStart: "Lambda.ServiceException",
  imageNotHere: "Runtime.ImageNotHere",
} as const;

/** Bytes of a payload and of a result, 6 MB as the service counts them. */
export const LAMBDA_PAYLOAD_BYTES = 6 * 1024 * 1024;
