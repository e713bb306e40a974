/** Leaves what does not end before the function's time is over: its message is received again, and finds how far it came. */
import { TransientError } from "../errors.ts";
import type { Executions } from "../executions/executions.ts";

export const NO_TIME_LEFT = "the function's time was nearly over";

/** Milliseconds after the deadline in which what was done may still be marked and told. */
export const GRACE_MS = 2_500;

/** The work goes on behind a deadline that has passed; everything that it does may be done again. */
export function orLeave<T>(work: Promise<T>, deadline: AbortSignal | undefined, left: () => T): Promise<T> {
  if (deadline === undefined) return work;
  if (deadline.aborted) {
    work.catch(() => {});
    return Promise.resolve(left());
  }
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(left());
    deadline.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => deadline.removeEventListener("abort", leave));
  });
}

/** Aborted a little later: a service that hangs must not take the answer to the queue with it. */
export function afterGrace(deadline: AbortSignal | undefined): AbortSignal | undefined {
  if (deadline === undefined) return undefined;
  const later = new AbortController();
  const begin = (): void => void setTimeout(() => later.abort(), GRACE_MS).unref();
  if (deadline.aborted) begin();
  else deadline.addEventListener("abort", begin, { once: true });
  return later.signal;
}

/**
 * Executions that are not started behind the deadline. What is left goes on when Lambda thaws the container, minutes
 * later, and by then the payload may have been given another execution.
 */
export function startedInTime(executions: Executions, deadline: AbortSignal | undefined): Executions {
  return {
    ...executions,
    start: async (request) => {
      if (deadline?.aborted) throw new TransientError(NO_TIME_LEFT);
      return executions.start(request);
    },
  };
}
