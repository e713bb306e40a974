/** Tells the failures of AWS's services apart: those that may pass, missing credentials, missing rights; the rest stay as they are. */
import { CirrusError, EXIT, TransientError } from "../errors.ts";

/** AWS refuses this caller this very thing. S3 says it too of an object that is not there, to callers that may not list. */
export class AccessDenied extends CirrusError {}

export interface FailedCall {
  /** As AWS writes it: `SQS`. */
  readonly service: string;
  /** `SendMessageBatch` */
  readonly operation: string;
  /** The profile whose credentials are used, where one is chosen. */
  readonly profile?: string | undefined;
}

const THROTTLES = new Set([
  "BandwidthLimitExceeded",
  "EC2ThrottledException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "TransactionInProgressException",
  // What KMS and Step Functions call the same.
  "KMSThrottlingException",
  "KmsThrottled",
  "KmsThrottlingException",
  "ExecutionLimitExceeded",
  // Too many messages in flight.
  "OverLimit",
]);

const PASSING = new Set([
  "TimeoutError",
  "RequestTimeout",
  "RequestTimeoutException",
  "InternalError",
  "InternalFailure",
]);

const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ENOTFOUND",
]);

const BAD_CREDENTIALS = new Set([
  "AuthFailure",
  "CredentialsProviderError",
  "TokenProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "InvalidToken",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

const DENIALS = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "AuthorizationErrorException",
  "Forbidden",
  "KmsAccessDenied",
  "KMSAccessDeniedException",
  "KmsAccessDeniedException",
  "UnauthorizedOperation",
]);

/** The error to throw for anything thrown by the SDK. An error that belongs to one call's contract comes back as it is. */
export function explainFailure(thrown: unknown, call: FailedCall): unknown {
  if (!(thrown instanceof Error) || thrown instanceof CirrusError || thrown.name === "AbortError") return thrown;
  if (NO_CREDENTIALS.test(thrown.message)) return noCredentials(thrown, call);
  if (BAD_CREDENTIALS.has(thrown.name)) return badCredentials(thrown, call);
  if (thrown.message === "Region is missing") return noRegion(thrown, call);
  if (DENIALS.has(thrown.name)) return denied(thrown, call);
  return mayPass(thrown) ? transient(thrown, call) : thrown;
}

/** The failure of one entry of a batch, where AWS says no more than a code. */
export function isThrottle(code: string | undefined): boolean {
  return code !== undefined && THROTTLES.has(code);
}

/** Members that the SDK's errors have beside a name and a message. */
interface SdkFailure {
  readonly code?: unknown;
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function mayPass(thrown: Error & SdkFailure): boolean {
  const status = thrown.$metadata?.httpStatusCode ?? 0;
  return (
    THROTTLES.has(thrown.name) ||
    PASSING.has(thrown.name) ||
    thrown.$retryable !== undefined ||
    status >= 500 ||
    status === 429 ||
    (typeof thrown.code === "string" && NETWORK_CODES.has(thrown.code))
  );
}

function transient(thrown: Error & SdkFailure, { service, operation }: FailedCall): TransientError {
  const unknownHost = thrown.code === "ENOTFOUND";
  return new TransientError(`${service} did not answer ${operation}: ${thrown.name}: ${thrown.message}`, {
    hint: unknownHost
      ? "Check the region and the connection: there is no such address."
      : "It usually passes: try again in a moment.",
    cause: thrown,
  });
}

/** The SDK has looked everywhere: nobody is refused, there is nobody. */
const NO_CREDENTIALS = /^Could not load credentials from any providers/;

function noCredentials(thrown: Error, { service, operation, profile }: FailedCall): CirrusError {
  const [what, hint] =
    profile === undefined
      ? [
          "There are no AWS credentials",
          "Choose a profile with --profile or AWS_PROFILE (aws configure list-profiles shows those there are), make one with: aws configure, or sign in with: aws sso login --profile <name>",
        ]
      : [
          `The profile ${profile} has no AWS credentials, or is not there`,
          `See which there are: aws configure list-profiles. Make it with: aws configure --profile ${profile}, or for single sign-on: aws configure sso --profile ${profile}`,
        ];
  return new CirrusError(`${what}; ${service} ${operation} needs them.`, {
    hint,
    cause: thrown,
    exitCode: EXIT.credentials,
  });
}

function badCredentials(thrown: Error, { service, operation, profile }: FailedCall): CirrusError {
  const withProfile = profile === undefined ? "" : ` --profile ${profile}`;
  const sso = /\bSSO\b|sso login|token is expired|session associated with this profile/i.test(thrown.message);
  const hint = sso
    ? `Sign in again: aws sso login${withProfile || " --profile <name>"}`
    : `Check who you are with: aws sts get-caller-identity${withProfile}. A profile with single sign-on is renewed by: aws sso login${withProfile || " --profile <name>"}`;
  return new CirrusError(
    `AWS does not accept the credentials (${service} ${operation}): ${thrown.name}: ${thrown.message}`,
    {
      hint,
      cause: thrown,
      exitCode: EXIT.credentials,
    },
  );
}

function noRegion(thrown: Error, { service, operation }: FailedCall): CirrusError {
  return new CirrusError(`No region is chosen for ${service} ${operation}.`, {
    hint: "Give --region, or set AWS_REGION, or the region of the profile in the AWS configuration.",
    cause: thrown,
    exitCode: EXIT.config,
  });
}

/** AWS's own words name the action and the resource, where it gives any. */
function denied(thrown: Error, { service, operation }: FailedCall): AccessDenied {
  const [, action = `${service.toLowerCase()}:${operation}`] = /perform: ([\w-]+:\w+)/.exec(thrown.message) ?? [];
  const [, resource] = /on resource: (\S+)/.exec(thrown.message) ?? [];
  const on = resource === undefined ? "" : ` on ${resource}`;
  return new AccessDenied(`${action}${on} is not allowed: ${thrown.message}`, {
    hint: `Allow ${action}${on} in the iamRoleStatements of whoever called it, or use other credentials.`,
    cause: thrown,
    exitCode: EXIT.credentials,
  });
}
