/** One entry's JSON text into its value, or into a problem with the line of the file that it is on. */
import type { Finding } from "./finding.ts";

export function parseJsonEntry(text: string, line: number): Finding {
  try {
    const value: unknown = JSON.parse(text);
    return { value, line };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.toWellFormed() : String(thrown);
    return {
      problem: {
        code: "not-json",
        line: line + linesBefore(text, reason),
        message: `this is not JSON: ${reason.replaceAll(/\s+/g, " ")}`,
        hint: hintFor(text),
      },
    };
  }
}

/** Where in an entry of several lines: V8 says `… at position 12 (line 2 column 3)`, though not of every error. */
function linesBefore(text: string, reason: string): number {
  const [, position] = / at position (\d+)/.exec(reason) ?? [];
  return position === undefined ? 0 : text.slice(0, Number(position)).split("\n").length - 1;
}

function hintFor(text: string): string {
  if (/[,[]\s*$/.test(text)) return "A comma or bracket is left over at its end.";
  if (/^\s*\{\s*'/.test(text)) return 'JSON has double quotes: {"task_id": "…", "data": {…}}.';
  if (/\b(?:NaN|Infinity|None|True|False)\b/.test(text)) return "JSON has null, true, false and finite numbers only.";
  return 'An entry is {"task_id": "…", "data": {…}}.';
}
