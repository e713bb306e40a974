/** Looks at all processes of all running tasks in one go, four times a second, and only while there are any. */
import { type GroupUsage, usageOfGroups } from "../../embedded/processes/group-usage.ts";

export interface ProcessWatch {
  /** The function that is returned ends it. */
  add(group: number, look: (usage: GroupUsage) => void): () => void;
}

const LOOK_MS = 250;

export function makeProcessWatch(): ProcessWatch {
  const looks = new Map<number, (usage: GroupUsage) => void>();
  let timer: NodeJS.Timeout | undefined;

  function lookAtAll(): void {
    const usage = usageOfGroups(new Set(looks.keys()));
    for (const [group, look] of looks) {
      const found = usage.get(group);
      if (found !== undefined) look(found);
    }
  }

  return {
    add(group, look) {
      looks.set(group, look);
      timer ??= setInterval(lookAtAll, LOOK_MS);
      return () => {
        if (looks.get(group) === look) looks.delete(group);
        if (looks.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
