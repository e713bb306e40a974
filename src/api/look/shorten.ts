/** JSON values of any size in answers that hold many of them. */
import type { Json } from "../../json.ts";

/** Characters of JSON */
const MOST = 4_000;

/** The value itself, or the beginning of its text where that is longer. */
export function shorten(value: Json, most = MOST): Json {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (text.length <= most) return value;
  return `${text.slice(0, most).toWellFormed()}… (${text.length} characters in all)`;
}
