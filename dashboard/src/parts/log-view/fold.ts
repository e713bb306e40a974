/** A line as it is shown: one that is JSON as its message with its fields folded away. */
import { type Level, levelOfText, levelOfWord } from "./level.ts";

export interface FoldedLine {
  readonly level: Level;
  /** What stands in the line: the message, or all of it. May hold ANSI escapes. */
  readonly text: string;
  /** The other fields of a JSON line, as they were written; undefined for a plain one. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

const MESSAGE = ["message", "msg", "event", "text"];
const LEVEL = ["level", "severity", "levelname", "log_level", "lvl"];
/** Longer lines are data that somebody printed; they are shown as they are. */
const LONGEST = 200_000;

export function foldLine(raw: string): FoldedLine {
  const fields = parseFields(raw);
  if (fields === undefined) return { level: levelOfText(raw), text: raw };
  const messageKey = MESSAGE.find((key) => Object.hasOwn(fields, key));
  const levelKey = LEVEL.find((key) => Object.hasOwn(fields, key));
  const message = messageKey === undefined ? undefined : fields[messageKey];
  const level = levelKey === undefined ? levelOfText(String(message ?? "")) : levelOfWord(fields[levelKey]);
  const text = message === undefined ? raw : typeof message === "string" ? message : JSON.stringify(message);
  const rest = Object.entries(fields).filter(([key]) => key !== messageKey && key !== levelKey);
  return { level, text, fields: Object.fromEntries(rest) };
}

/** The level alone, for lines that nobody looks at yet: JSON is not parsed where its level can be read off. */
export function levelOf(raw: string): Level {
  if (!raw.startsWith("{")) return levelOfText(raw);
  const [, word, number] =
    /"(?:level|severity|levelname|log_level|lvl)"\s*:\s*(?:"(\w{1,20})"|(\d{1,3})\b)/.exec(raw) ?? [];
  if (word !== undefined) return levelOfWord(word);
  return number === undefined ? foldLine(raw).level : levelOfWord(Number(number));
}

function parseFields(raw: string): Record<string, unknown> | undefined {
  if (!raw.startsWith("{") || !raw.trimEnd().endsWith("}") || raw.length > LONGEST) return undefined;
  try {
    // What begins with a brace and is JSON is an object.
    return JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
