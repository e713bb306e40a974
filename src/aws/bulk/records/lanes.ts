/**
 * Keeps the transactions of one worker from colliding in the item that it counts in: each takes a lane, with an item of
 * its own, for as long as it lasts.
 */
export type Lanes = <T>(who: string, work: (lane: number) => Promise<T>) => Promise<T>;

export function makeLanes(): Lanes {
  const taken = new Map<string, Set<number>>();
  return async (who, work) => {
    const busy = taken.get(who) ?? new Set<number>();
    taken.set(who, busy);
    let lane = 0;
    while (busy.has(lane)) lane += 1;
    busy.add(lane);
    try {
      return await work(lane);
    } finally {
      busy.delete(lane);
      if (busy.size === 0) taken.delete(who);
    }
  };
}
