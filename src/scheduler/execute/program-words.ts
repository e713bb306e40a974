/** What the program of an execution says at its channel: where it is, and at the end how it ended. */
import type { TaskProcess } from "../../embedded/processes/task-process.ts";
import { isJsonObject, type Json, parseJson, utf8Length } from "../../json.ts";
import type { ExecutionError } from "../../loop/loop-execution.ts";

/** Its last word. */
export type Word =
  | { readonly said: "result"; readonly result?: Json | undefined; readonly warnings: readonly string[] }
  | { readonly said: "error"; readonly error: ExecutionError };

export interface Listener {
  onCell(cell: number): void;
  onNote(note: string): void;
  onWord(word: Word): void;
}

/** Of the result, as JSON in UTF-8. */
export const RESULT_BYTES = 256 * 1024;
/** Of a line that is read: with escapes a result takes up to six times the bytes. */
export const LONGEST_LINE = 8 * RESULT_BYTES;
/** Characters, so that an execution's record can be stored anywhere; the log has the rest. */
const MOST_MESSAGE = 8_000;
const MOST_TRACE = 32_000;

/** Resolves when nobody will say anything more. Only the first last word counts. */
export async function listen(process: Pick<TaskProcess, "answer">, listener: Listener): Promise<void> {
  let hasSaid = false;
  for (;;) {
    const line = await process.answer();
    if (line === undefined) return;
    const word = lineWord(line, listener);
    if (word === undefined || hasSaid) continue;
    hasSaid = true;
    listener.onWord(word);
  }
}

/** A task can write there too, by writing to every descriptor that there is: what is none of our lines is nothing. */
function lineWord(line: string, { onCell, onNote }: Listener): Word | undefined {
  const message = line.startsWith("{") ? parseJson(line) : undefined;
  if (!isJsonObject(message)) return line.startsWith('{"result"') ? tooLong(line.length) : undefined;
  if (typeof message.cell === "number") onCell(message.cell);
  if (typeof message.note === "string") onNote(message.note);
  if (isJsonObject(message.error)) return { said: "error", error: errorOf(message.error) };
  if (message.result === undefined) return undefined;
  const bytes = utf8Length(JSON.stringify(message.result));
  if (bytes > RESULT_BYTES) return tooLong(bytes);
  // What could not be turned into JSON is said, and left out.
  if (typeof message.warning !== "string") return { said: "result", result: message.result, warnings: [] };
  const kept = message.result === null ? {} : { result: message.result };
  return { said: "result", ...kept, warnings: [message.warning] };
}

function tooLong(bytes: number): Word {
  const size = `${Math.ceil(bytes / 1024)} KiB`;
  const warning = `The result is left out: it has ${size} as JSON or more, and 256 KiB are kept. Write it to a file or a store`;
  return { said: "result", warnings: [warning] };
}

function errorOf(error: { readonly [key: string]: Json | undefined }): ExecutionError {
  const name = textOf(error.name) || "Error";
  const trace = textOf(error.trace);
  return {
    name: bounded(name, MOST_MESSAGE),
    message: bounded(textOf(error.message), MOST_MESSAGE),
    // Its end names the place; its beginning is the same for every error.
    ...(trace === "" ? {} : { trace: trace.slice(-MOST_TRACE).toWellFormed() }),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function bounded(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
