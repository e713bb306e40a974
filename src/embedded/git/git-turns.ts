/** So many processes of Git run at the same time and no more: a thousand repositories would use up what a machine has. */

export interface Turns {
  /** Waits until there is room, and makes room when the work has ended. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function makeTurns(most: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async take(work) {
      if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        return await work();
      } finally {
        // Whoever waits takes the place over.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
