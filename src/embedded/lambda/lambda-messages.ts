/** What the pool and a worker process say to each other over the channel between them. */
import type { LambdaFailure } from "./lambda-errors.ts";

export type ToWorker =
  | { readonly type: "load"; readonly directory: string; readonly handler: string }
  | { readonly type: "invoke"; readonly invocation: Invocation };

export interface Invocation {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** Milliseconds that the handler may take. */
  readonly timeout: number;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memorySize: number;
}

export type FromWorker = { readonly type: "loaded" } | ({ readonly type: "ended" } & WorkerOutcome);

/** A result is JSON text. `fatal`: the process cannot be used again. */
export type WorkerOutcome =
  | { readonly ok: true; readonly result: string; readonly residentBytes: number }
  | { readonly ok: false; readonly failure: LambdaFailure; readonly fatal: boolean; readonly residentBytes: number };

/** The last thing a worker writes to each of its outputs for an invocation, so that its log is complete. */
export function endOfOutput(requestId: string): string {
  return `\u0000end ${requestId}\u0000`;
}
