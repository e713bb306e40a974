/** Signals that stop one part of a run without stopping the rest. */

export interface AbortScope {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Forgets the parent; without it a long-lived parent would keep every finished child. */
  release(): void;
}

/** Aborted with its parent, or alone. */
export function makeAbortScope(parent: AbortSignal | undefined): AbortScope {
  const controller = new AbortController();
  const relay = () => controller.abort(parent?.reason);
  if (parent?.aborted) relay();
  else parent?.addEventListener("abort", relay, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent?.removeEventListener("abort", relay),
  };
}

/** The work's own end, or a rejection with the signal's reason as soon as it is aborted, however long the work goes on. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
