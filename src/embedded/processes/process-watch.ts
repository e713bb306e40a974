/** Looks at the processes of running tasks: each soon and often at first, later at all of them in one go, four times a second. */
import { type GroupUsage, usageOfGroups, usageOfTree } from "./group-usage.ts";

/** `ageMs`: how long the group has been watched. */
export type Look = (usage: GroupUsage, ageMs: number) => void;

export interface ProcessWatch {
  /** `group`: the process that leads it. The function that is returned ends it. */
  add(group: number, look: Look): () => void;
}

interface Watched {
  readonly look: Look;
  readonly since: number;
}

const LOOK_MS = 250;
/** Most tasks are over before the first common look, or have all their memory by then. Each look costs 0.1 ms. */
const EARLY_MS = [20, 50, 100, 150, 200];

export function makeProcessWatch(): ProcessWatch {
  const watched = new Map<number, Watched>();
  let timer: NodeJS.Timeout | undefined;

  function tell({ look, since }: Watched, usage: GroupUsage | undefined): void {
    if (usage !== undefined) look(usage, performance.now() - since);
  }

  function lookAtAll(): void {
    const usage = usageOfGroups(new Set(watched.keys()));
    for (const [group, one] of watched) tell(one, usage.get(group));
  }

  return {
    add(group, look) {
      const one: Watched = { look, since: performance.now() };
      watched.set(group, one);
      timer ??= setInterval(lookAtAll, LOOK_MS);
      const stopEarly = lookEarly(one.since, () => tell(one, usageOfTree(group)));
      return () => {
        stopEarly();
        if (watched.get(group) === one) watched.delete(group);
        if (watched.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

function lookEarly(since: number, look: () => void): () => void {
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  function plan(): void {
    const at = EARLY_MS[turn++];
    if (at === undefined) return;
    timer = setTimeout(
      () => {
        look();
        plan();
      },
      Math.max(0, at - (performance.now() - since)),
    );
  }
  plan();
  return () => clearTimeout(timer);
}
