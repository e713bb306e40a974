/** Numbers for what runs at the same time, each the lowest that is free; where all are taken, the next waits for one. */

export interface Slots {
  /** Rejects with the signal's reason where it is aborted before there is a slot. Who has waited longest comes first. */
  use<T>(act: (slot: number) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function makeSlots(most = Number.POSITIVE_INFINITY): Slots {
  const taken = new Set<number>();
  const waiting: (() => void)[] = [];

  function untilFree(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(wake), 1);
        reject(signal?.reason);
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", leave, { once: true });
      waiting.push(wake);
    });
  }

  return {
    async use(act, signal) {
      while (taken.size >= most) await untilFree(signal);
      let slot = 0;
      while (taken.has(slot)) slot += 1;
      taken.add(slot);
      try {
        return await act(slot);
      } finally {
        taken.delete(slot);
        waiting.shift()?.();
      }
    },
  };
}
