/** Reads JSON of unknown origin: its size and depth are known before anything is built from it. */
import type { Problem } from "../errors.ts";
import { type Json, utf8Length } from "../json.ts";
import { MAX_DEPTH } from "./hazards.ts";
import { showValue } from "./problems.ts";

/** Bytes. A payload of 5,000 full STAC items has about 12 MiB. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024;

export type ParsedJson = { readonly value: Json } | { readonly problem: Problem };

export function parseBoundedJson(text: string, maxBytes = MAX_JSON_BYTES): ParsedJson {
  const size = utf8Length(text);
  if (size > maxBytes) {
    return problem("too-large", `the text has ${size} bytes, expected at most ${maxBytes}`, TOO_LARGE_HINT);
  }
  if (deeperThan(text, MAX_DEPTH)) {
    return problem("too-deep", `the text nests deeper than ${MAX_DEPTH} levels`, "Flatten the value.");
  }
  try {
    const value: Json = JSON.parse(text);
    return { value };
  } catch (error) {
    const reason = error instanceof Error ? error.message.toWellFormed() : String(error);
    return problem("not-json", `found ${showValue(text)}, expected JSON (${reason})`, hintFor(text));
  }
}

const TOO_LARGE_HINT = 'Store the payload as an object and send {"url": "s3://…"} in its place.';

function problem(code: string, message: string, hint: string): ParsedJson {
  return { problem: { code, message, path: "$", hint } };
}

function hintFor(text: string): string {
  if (text.trim() === "") return "The message is empty: send a payload as JSON.";
  if (/\}\s*\n\s*\{/.test(text)) return "These look like several JSON texts, one a line: send one message for each.";
  return "Send one payload as JSON, in UTF-8.";
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Counts brackets outside strings; on a text that is not JSON the count means nothing, and the parser refuses it. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}
