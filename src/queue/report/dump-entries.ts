/** Entries of a run as a new task file, to be run again as they are or under another name. */
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import type { Entry, EntryState } from "../../bulk/entry.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { type Format, formatOfName } from "../task-file/formats.ts";
import { entriesOf } from "./read-rows.ts";
import { writeTexts } from "./write-texts.ts";

export type DumpFormat = Extract<Format, "json" | "jsonl">;

/** How many entries in these states were written; `.json` or `.jsonl`, each also with `.gz`. */
export async function dumpEntries(
  runs: BulkRuns,
  run: string,
  states: readonly EntryState[],
  file: string,
): Promise<number> {
  const format = formatOfName(file);
  if (format !== "json" && format !== "jsonl") {
    throw new CirrusError(`Entries are written as .json or .jsonl, and ${file} is neither.`, {
      hint: "Name a file such as failed.jsonl or failed.json.gz.",
      exitCode: EXIT.usage,
    });
  }
  let count = 0;
  async function* counted(): AsyncGenerator<Entry> {
    for await (const entry of entriesIn(runs, run, states)) {
      count += 1;
      yield entry;
    }
  }
  await writeTexts(file, taskFileText(counted(), format));
  return count;
}

/** State by state, each in the order of the store. */
export async function* entriesIn(runs: BulkRuns, run: string, states: readonly EntryState[]): AsyncGenerator<Entry> {
  for (const state of states) {
    for await (const { entry } of entriesOf(runs, { run, state })) yield entry;
  }
}

/** The text of a task file, in parts. */
export async function* taskFileText(entries: AsyncIterable<Entry>, format: DumpFormat): AsyncGenerator<string> {
  const list = format === "json";
  let count = 0;
  if (list) yield "[";
  for await (const { id, data } of entries) {
    const text = JSON.stringify({ task_id: id, data });
    count += 1;
    if (list) yield count === 1 ? `\n${text}` : `,\n${text}`;
    else yield `${text}\n`;
  }
  if (list) yield count === 0 ? "]\n" : "\n]\n";
}
