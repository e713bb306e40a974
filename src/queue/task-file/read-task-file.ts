/** Reads a task file of any format from anywhere, entry by entry in flat memory, each one checked. */
import type { Entry } from "../../bulk/entry.ts";
import { checkEntry } from "./check-entry.ts";
import { readTable } from "./csv-entries.ts";
import { BrokenTaskFile, type Finding } from "./finding.ts";
import { type Format, formatOfName, formatOfText, isModule } from "./formats.ts";
import { readJsonArray } from "./json-array.ts";
import { readJsonLines } from "./json-lines.ts";
import { readModule } from "./module-entries.ts";
import { findLocalFile, openTaskFile } from "./open-task-file.ts";
import { plainBytes } from "./plain-bytes.ts";
import type { ProblemList } from "./problem-list.ts";
import { makeSelection, type SelectionOptions } from "./selection.ts";
import type { TaskFilePorts } from "./task-file-ports.ts";
import { readYamlEntries } from "./yaml-entries.ts";

export interface TaskFileOptions extends SelectionOptions {
  /**
   * A path, `-` for standard input, `s3://…`, `https://…`, or a module (`.ts`, `.js`, `.mjs`) that exports
   * `async function* tasks()`.
   */
  readonly file: string;
  /** Else by the file's name, or by how it begins. */
  readonly format?: Format | undefined;
  /** Column of a table that holds the IDs; `task_id` where it is not given, or else `id`. */
  readonly idColumn?: string | undefined;
}

/**
 * All entries that are wanted, in order and in batches. What is wrong is told to whoever collects it: use no entry before
 * the last one has come.
 */
export async function* readEntries(
  options: TaskFileOptions,
  ports: TaskFilePorts,
  problems: ProblemList,
): AsyncGenerator<readonly Entry[]> {
  const selection = makeSelection(options);
  try {
    for await (const { findings, format } of readFindings(options, ports)) {
      const entries: Entry[] = [];
      for (const finding of findings) {
        if (selection.isComplete()) break;
        if (!selection.wants("value" in finding ? finding.value : undefined)) continue;
        const entry = takeEntry(finding, format, selection.position(), problems);
        if (entry !== undefined) entries.push(entry);
      }
      yield entries;
      if (selection.isComplete()) break;
    }
  } catch (thrown) {
    if (!(thrown instanceof BrokenTaskFile)) throw thrown;
    problems.add(thrown.problem);
    return;
  }
  for (const problem of selection.problems()) problems.add(problem);
}

function takeEntry(
  finding: Finding,
  format: Format | "module",
  position: number,
  problems: ProblemList,
): Entry | undefined {
  if ("problem" in finding) {
    problems.add(finding.problem);
    return undefined;
  }
  // In the other formats the line says where an entry is.
  const root = format === "json" || format === "module" ? [position - 1] : [];
  const checked = checkEntry(finding.value, finding.line, root);
  if ("entry" in checked) return checked.entry;
  for (const problem of checked.problems) problems.add(problem);
  return undefined;
}

interface Findings {
  readonly findings: readonly Finding[];
  readonly format: Format | "module";
}

async function* readFindings(options: TaskFileOptions, ports: TaskFilePorts): AsyncGenerator<Findings> {
  const { file } = options;
  if (options.format === undefined && isModule(file)) {
    for await (const findings of readModule(findLocalFile(file))) yield { findings, format: "module" };
    return;
  }
  const opened = await openTaskFile(file, ports);
  try {
    const { head, bytes } = await plainBytes(opened.bytes);
    if (head === "") return;
    const format = options.format ?? formatOfName(file) ?? formatOfText(head);
    for await (const findings of readFormat(format, bytes, head, options)) yield { findings, format };
  } finally {
    await opened.close();
  }
}

function readFormat(
  format: Format,
  bytes: AsyncIterable<Uint8Array>,
  head: string,
  { idColumn }: TaskFileOptions,
): AsyncIterable<readonly Finding[]> {
  switch (format) {
    case "json":
      return readJsonArray(bytes);
    case "jsonl":
      return readJsonLines(bytes);
    case "yaml":
      return readYamlEntries(bytes);
    case "csv":
      return readTable(bytes, { head, idColumn });
  }
}
