/** A run of any size, the same for every process that asks. */
import type { EntrySource } from "../../../src/bulk/bulk-store.ts";
import { newRun } from "../../contracts/bulk-world.ts";

export function numberedRun(name: string, entries: number) {
  const source: EntrySource = {
    count: entries,
    read: (after, limit) =>
      Array.from({ length: Math.min(limit, entries - after) }, (_, index) => {
        const number = after + index + 1;
        return { id: `e${number}`, data: { number } };
      }),
  };
  return { run: newRun([], { name, entries, digest: `${entries} numbers` }), source };
}
