/** When to ask again: soon after something is said to have changed, slower and slower while nothing does. No DOM. */

/** From the end of one asking to the next, at least: a busy place changes many times in a second. */
const SHORTEST_MS = 1000;
/** What changes together is asked for together. */
const GATHER_MS = 250;
const FIRST_MS = 2000;
const LONGEST_MS = 15_000;

interface Pacing {
  /** True where the answer was another than before. */
  readonly ask: () => Promise<boolean>;
  /** Nobody looks: nothing is asked until `wake`. */
  readonly isHidden: () => boolean;
  /** Whether somebody tells of changes. Then it is still asked now and then, for what nobody tells of: time that passed. */
  readonly hasNews: () => boolean;
}

export interface Pacer {
  /** Something may have changed, or somebody looks again. */
  wake(): void;
  stop(): void;
}

export function makePacer({ ask, isHidden, hasNews }: Pacing): Pacer {
  let pause = FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  let isDirty = false;
  let isStopped = false;

  async function run(): Promise<void> {
    timer = undefined;
    dueAt = Number.POSITIVE_INFINITY;
    if (isHidden()) return;
    isAsking = true;
    isDirty = false;
    const changed = await ask().catch(() => false);
    isAsking = false;
    askedAt = Date.now();
    pause = changed ? FIRST_MS : Math.min(LONGEST_MS, pause * 1.5);
    planBefore(askedAt + (isDirty ? SHORTEST_MS : hasNews() ? LONGEST_MS : pause));
  }

  /** Never later than planned already: however often it is woken, it asks. */
  function planBefore(at: number): void {
    if (isStopped || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(run, Math.max(0, at - Date.now()));
  }

  planBefore(Date.now() + FIRST_MS);
  return {
    wake() {
      if (isAsking) isDirty = true;
      else planBefore(Math.max(Date.now() + GATHER_MS, askedAt + SHORTEST_MS));
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
