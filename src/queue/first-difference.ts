/** Where the entries of a file and those of a run part: what people need to see that they named the wrong one. */
import type { BulkRun } from "../bulk/bulk-run.ts";
import type { BulkRuns, EntrySource } from "../bulk/bulk-store.ts";
import type { EntryRecord } from "../bulk/entry.ts";
import { canonicalJson } from "../json.ts";

/** Entries that are compared: most files that differ do so at their beginning. */
const MOST_COMPARED = 20_000;
const PAGE = 1000;

/** `entry 3 is "c" in the file and "b" in the run` */
export async function firstDifference(runs: BulkRuns, run: BulkRun, entries: EntrySource): Promise<string> {
  let after: string | undefined;
  let compared = 0;
  do {
    const page = await runs.entries({ run: run.name, limit: PAGE, after });
    const differing = page.rows.filter((record) => differenceOf(record, entries) !== undefined);
    // Stores list entries in an order of their own.
    const [first] = differing.toSorted((a, b) => a.position - b.position);
    const difference = first && differenceOf(first, entries);
    if (difference !== undefined) return difference;
    compared += page.rows.length;
    after = page.next;
  } while (after !== undefined && compared < MOST_COMPARED);
  if (run.entries !== entries.count) return `the file has ${entries.count} entries and the run ${run.entries}`;
  return `the first ${compared} entries that were compared are the same, later ones are not`;
}

function differenceOf({ entry, position }: EntryRecord, entries: EntrySource): string | undefined {
  const [inFile] = entries.read(position - 1, 1);
  if (inFile === undefined) {
    return `the file ends before entry ${position}, which is ${JSON.stringify(entry.id)} in the run`;
  }
  if (inFile.id !== entry.id) {
    return `entry ${position} is ${JSON.stringify(inFile.id)} in the file and ${JSON.stringify(entry.id)} in the run`;
  }
  if (canonicalJson(inFile.data) === canonicalJson(entry.data)) return undefined;
  return `entry ${position}, ${JSON.stringify(entry.id)}, has other data in the file than in the run`;
}
