/** The places of a job queue: so many jobs run at once, the others wait in the order they came. */

export interface QueueSlots {
  /** Resolves with what gives the place back; rejects with the signal's reason. */
  acquire(queue: string, limit: number, signal: AbortSignal): Promise<() => void>;
  /** For a job that runs already: it has its place, whatever the limit says. */
  occupy(queue: string): () => void;
}

interface Line {
  taken: number;
  readonly waiting: { readonly limit: number; readonly enter: () => void }[];
}

export function makeQueueSlots(): QueueSlots {
  const lines = new Map<string, Line>();
  const lineOf = (queue: string): Line => {
    const line = lines.get(queue) ?? { taken: 0, waiting: [] };
    lines.set(queue, line);
    return line;
  };
  const admit = (line: Line) => {
    for (let next = line.waiting[0]; next && line.taken < next.limit; next = line.waiting[0]) {
      line.waiting.shift();
      next.enter();
    }
  };
  const take = (line: Line): (() => void) => {
    line.taken++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      line.taken--;
      admit(line);
    };
  };

  return {
    occupy: (queue) => take(lineOf(queue)),
    acquire(queue, limit, signal) {
      const line = lineOf(queue);
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const leave = () => {
          line.waiting.splice(line.waiting.indexOf(place), 1);
          reject(signal.reason);
        };
        const place = {
          limit,
          enter: () => {
            signal.removeEventListener("abort", leave);
            resolve(take(line));
          },
        };
        signal.addEventListener("abort", leave, { once: true });
        line.waiting.push(place);
        admit(line);
      });
    },
  };
}
