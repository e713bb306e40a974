/** Which steps are shown of an execution that has very many: a Map may make thousands of them. */
import type { Step } from "../../executions/steps-of-history.ts";

/** An answer of about half a megabyte. */
const MOST_STEPS = 1_000;

export interface ChosenSteps {
  readonly steps: readonly Step[];
  /** There are more than these. */
  readonly more: boolean;
}

/** In their order. Those outside of iterations come first, then what failed or goes on, then the first iterations. */
export function chooseSteps(all: readonly Step[], below?: string, most = MOST_STEPS): ChosenSteps {
  const asked = below === undefined ? all : all.filter(({ path }) => path === below || path.startsWith(`${below}/`));
  if (asked.length <= most) return { steps: asked, more: false };
  const maps = new Set(all.flatMap(({ type, path }) => (type === "Map" ? [path] : [])));
  const ranked = asked.map((step, place) => ({ step, place, rank: rankOf(step, maps) }));
  const chosen = ranked.toSorted((a, b) => a.rank - b.rank || a.place - b.place).slice(0, most);
  return { steps: chosen.toSorted((a, b) => a.place - b.place).map(({ step }) => step), more: true };
}

function rankOf({ path, status }: Step, maps: ReadonlySet<string>): number {
  if (!isInMap(path, maps)) return 0;
  return status === "succeeded" ? 2 : 1;
}

function isInMap(path: string, maps: ReadonlySet<string>): boolean {
  for (let slash = path.indexOf("/", 1); slash > 0; slash = path.indexOf("/", slash + 1)) {
    if (maps.has(path.slice(0, slash).replace(/~\d+$/, ""))) return true;
  }
  return false;
}
