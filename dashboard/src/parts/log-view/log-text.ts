/** A log as a file: every line with its time and its writer. In parts, so that a million lines are never one text. */
import type { LineStore } from "./line-store.ts";

const LINES_A_PART = 10_000;

export function textParts(store: Pick<LineStore, "count" | "line">): readonly string[] {
  const parts: string[] = [];
  let part = "";
  for (let index = 0; index < store.count(); index += 1) {
    const { at, from, message = "" } = store.line(index) ?? {};
    part += `${[at, from].filter((one) => one !== undefined).join(" ")}${(at ?? from) ? " | " : ""}${message}\n`;
    if ((index + 1) % LINES_A_PART > 0) continue;
    parts.push(part);
    part = "";
  }
  return part === "" ? parts : [...parts, part];
}
