/** Leaves what does not end before the function's time is over: its message is received again, and finds how far it came. */

export const NO_TIME_LEFT = "the function's time was nearly over";

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
