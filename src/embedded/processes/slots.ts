/** Numbers for what runs at the same time, each the lowest that is free; where all are taken, the next waits for one. */

export interface Slots {
  use<T>(act: (slot: number) => Promise<T>): Promise<T>;
}

export function makeSlots(most = Number.POSITIVE_INFINITY): Slots {
  const taken = new Set<number>();
  const waiting: (() => void)[] = [];
  return {
    async use(act) {
      while (taken.size >= most) await new Promise<void>((resolve) => waiting.push(resolve));
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
