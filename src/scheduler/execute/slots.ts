/** Numbers for what runs at the same time, each the lowest that is free: as many places are made as are ever used at once. */

export interface Slots {
  use<T>(act: (slot: number) => Promise<T>): Promise<T>;
}

export function makeSlots(): Slots {
  const taken = new Set<number>();
  return {
    async use(act) {
      let slot = 0;
      while (taken.has(slot)) slot += 1;
      taken.add(slot);
      try {
        return await act(slot);
      } finally {
        taken.delete(slot);
      }
    },
  };
}
