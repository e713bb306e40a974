/** The notebook as it was executed: what each cell printed, the call of the entry function, and how it ended. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { ExecutionEnd } from "../loop/loop-execution.ts";
import { callText } from "./call-text.ts";
import type { Notebook } from "./read-notebook.ts";

export interface ExecutedRun {
  /** As the record of the execution has it. */
  readonly execution: string;
  readonly task: string;
  readonly commit: string;
  readonly call: { readonly method: string; readonly args: JsonObject };
  /** Cells that began, in their order; the call has the number after the notebook's last cell. */
  readonly cells: readonly number[];
  /** What was printed while each of them ran, without times. */
  readonly outputs: ReadonlyMap<number, string>;
  /** Undefined while it runs. */
  readonly end?: ExecutionEnd | undefined;
}

/** JSON text of nbformat 4.5. Cells that were not used are as they were. */
export function executedCopy(notebook: Notebook, run: ExecutedRun): string {
  const old = Array.isArray(notebook.raw.cells) ? notebook.raw.cells : [];
  const ids = new Set<string>();
  const count = new Map(run.cells.map((cell, index) => [cell, index + 1]));
  const cells = old.map((cell: Json, index): Json => {
    if (!isJsonObject(cell)) return cell;
    const begun = count.get(index);
    const id = freshId(cell.id, `cell-${index}`, ids);
    return begun === undefined ? { ...asCell(cell), id } : { ...asCell(cell), id, ...executed(run, index, begun) };
  });
  const id = freshId(undefined, "cirrus-call", ids);
  const metadata = isJsonObject(notebook.raw.metadata) ? notebook.raw.metadata : {};
  const copy = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { ...metadata, cirrus: summary(run) },
    cells: [...cells, callCell(notebook, run, id, count.get(notebook.cellCount))],
  };
  return `${JSON.stringify(copy, null, 1)}\n`;
}

const ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** nbformat 4.5 wants one for each cell, and no two the same. */
function freshId(old: Json | undefined, otherwise: string, taken: Set<string>): string {
  const kept = typeof old === "string" && ID.test(old) && !taken.has(old) ? old : undefined;
  let id = kept ?? otherwise;
  for (let number = 1; taken.has(id); number += 1) id = `${otherwise}-${number}`;
  taken.add(id);
  return id;
}

/** With what the format wants, where an old notebook has left it out. */
function asCell(cell: JsonObject): JsonObject {
  const metadata = isJsonObject(cell.metadata) ? cell.metadata : {};
  const source = cell.source ?? "";
  if (cell.cell_type !== "code") return { ...cell, metadata, source };
  const outputs = Array.isArray(cell.outputs) ? cell.outputs : [];
  return { ...cell, metadata, source, execution_count: cell.execution_count ?? null, outputs };
}

/** The error of a cell stands in that cell; that of the call, and what never began, in the last one. */
function executed(run: ExecutedRun, index: number, begun: number): JsonObject {
  const failed = index === run.cells.at(-1) ? errorOutput(run.end) : [];
  return { execution_count: begun, outputs: [...printed(run, index), ...failed] };
}

function callCell(notebook: Notebook, run: ExecutedRun, id: string, begun: number | undefined): JsonObject {
  const index = notebook.cellCount;
  const failed = begun !== undefined || run.cells.length === 0 ? errorOutput(run.end) : [];
  return {
    cell_type: "code",
    id,
    metadata: { tags: ["cirrus-call"] },
    source: callText(notebook.language, run.call),
    execution_count: begun ?? null,
    outputs: [...printed(run, index), ...resultOutput(run.end, begun), ...failed],
  };
}

function printed({ outputs, end }: ExecutedRun, cell: number): readonly JsonObject[] {
  const text = withoutTrace(outputs.get(cell) ?? "", end);
  return text === "" ? [] : [{ output_type: "stream", name: "stdout", text: shortened(text) }];
}

/** The program logs it last, and the error shows it. */
function withoutTrace(text: string, end: ExecutionEnd | undefined): string {
  const trace = end?.error?.trace;
  return trace !== undefined && text.endsWith(`${trace}\n`) ? text.slice(0, -trace.length - 1) : text;
}

/** A notebook with more is slow to open. */
const SHOWN_CHARACTERS = 256 * 1024;

function shortened(text: string): string {
  const left = text.length - SHOWN_CHARACTERS;
  if (left <= 0) return text;
  const half = SHOWN_CHARACTERS / 2;
  return `${text.slice(0, half)}\n… ${left} characters are in the log alone …\n${text.slice(-half)}`;
}

function resultOutput(end: ExecutionEnd | undefined, begun: number | undefined): readonly JsonObject[] {
  if (end?.outcome !== "SUCCEEDED" || end.result === undefined || end.result === null) return [];
  const data = { "text/plain": JSON.stringify(end.result, null, 2), "application/json": end.result };
  return [{ output_type: "execute_result", execution_count: begun ?? null, metadata: {}, data }];
}

function errorOutput(end: ExecutionEnd | undefined): readonly JsonObject[] {
  if (end === undefined || end.outcome === "SUCCEEDED") return [];
  const { name, message, trace } = end.error ?? { name: end.outcome, message: "" };
  const traceback = (trace ?? `${name}: ${message}`).split("\n");
  return [{ output_type: "error", ename: name, evalue: message, traceback }];
}

function summary({ execution, task, commit, end }: ExecutedRun): JsonObject {
  const ended =
    end === undefined ? {} : { outcome: end.outcome, endedAt: end.endedAt, duration: end.durationMs / 1000 };
  return { execution, task, commit, ...ended };
}
