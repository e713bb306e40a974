/** Makes sure that a task's result can be stored: what cannot would otherwise be found out where nothing can be done about it. */
import type { Json } from "../../json.ts";

/** Of its JSON text. As much as an entry of a task file may have. */
export const MOST_RESULT_BYTES = 16 * 2 ** 20;
/** Nesting of thousands of levels is read and then exhausts the stack of whoever writes it. */
const MOST_LEVELS = 500;

export const TOO_LARGE = `it has more than ${MOST_RESULT_BYTES / 2 ** 20} MiB. Write it to a file or an object, and give back where that is`;

/** What is wrong with it; undefined for nothing. */
export function flawOf(result: Json): string | undefined {
  let level: readonly object[] = objectsIn([result]);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) return `it nests deeper than ${MOST_LEVELS} levels`;
    level = level.flatMap((value) => objectsIn(Object.values(value)));
  }
  return undefined;
}

function objectsIn(values: readonly unknown[]): readonly object[] {
  return values.filter((value) => typeof value === "object" && value !== null);
}
