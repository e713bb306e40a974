/** Understands what is typed into the search field: the beginning of an ID, a state, or `error:Timeout since:24h`. */
import type { PayloadFilter } from "../../../../src/api/shapes/payloads.ts";
import { type FilterKey, narrowed, STATE_NAMES, stateNamed } from "./filter.ts";

/** What may stand before the colon. */
const WORDS: Readonly<Record<string, FilterKey>> = {
  id: "idPrefix",
  error: "errorPrefix",
  state: "state",
  workflow: "workflow",
  collections: "collections",
  collection: "collections",
  organisation: "organisation",
  organization: "organisation",
  org: "organisation",
  since: "since",
  until: "until",
};

export type TypedSearch =
  | { readonly outcome: "understood"; readonly filter: PayloadFilter }
  | { readonly outcome: "not understood"; readonly message: string };

/** The filter as it becomes with what was typed; what was chosen before and is not named stays. */
export function withTyped(filter: PayloadFilter, text: string): TypedSearch {
  let next = filter;
  for (const { word, value } of partsOf(text)) {
    if (word === undefined) {
      next = withBare(next, value);
      continue;
    }
    const key = WORDS[word];
    if (key === undefined) continue;
    if (value === "") return { outcome: "not understood", message: `Write what comes after “${word}:”.` };
    if (key === "state" && !stateNamed(value)) {
      return {
        outcome: "not understood",
        message: `There is no state “${value}”. There are ${STATE_NAMES.join(", ")}.`,
      };
    }
    if ((key === "since" || key === "until") && !isMoment(value)) {
      return {
        outcome: "not understood",
        message: `“${value}” is no time. Write 30m, 24h or 7d, or a time such as 2030-01-31T12:00Z.`,
      };
    }
    next = narrowed(next, key, value);
  }
  return { outcome: "understood", filter: next };
}

/** A time of the calendar, or so long ago. */
export function isMoment(text: string): boolean {
  return /^\d+[smhdw]$/.test(text) || /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/.test(text);
}

/** A state's name alone is a state. No ID starts with one: an ID holds `/workflow-`. */
function withBare(filter: PayloadFilter, value: string): PayloadFilter {
  return stateNamed(value) ? narrowed(filter, "state", value) : narrowed(filter, "idPrefix", value);
}

interface Part {
  /** Undefined for text without a word that is known before a colon. */
  readonly word: string | undefined;
  readonly value: string;
}

/**
 * `error:` goes on to the next word with a colon, since errors hold spaces. Quotes hold a value together.
 * A colon after an unknown word belongs to the text: IDs may hold colons.
 */
function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  const known = Object.keys(WORDS).join("|");
  const starts = [...text.matchAll(new RegExp(`(?<=^|\\s)(${known}):`, "gi"))];
  const bare = text.slice(0, starts[0]?.index ?? text.length).trim();
  for (const value of bare === "" ? [] : bare.split(/\s+/)) parts.push({ word: undefined, value });
  starts.forEach((start, at) => {
    const rest = text.slice(start.index + start[0].length, starts[at + 1]?.index ?? text.length).trim();
    const word = start[1]?.toLowerCase();
    const quoted = /^"([^"]*)"?\s*(.*)$/.exec(rest);
    if (quoted || word === "error") {
      parts.push({ word, value: quoted?.[1] ?? rest });
      pushBare(parts, quoted?.[2] ?? "");
      return;
    }
    const [value = "", ...after] = rest.split(/\s+/);
    parts.push({ word, value });
    pushBare(parts, after.join(" "));
  });
  return parts;
}

function pushBare(parts: Part[], text: string): void {
  for (const value of text.split(/\s+/)) if (value !== "") parts.push({ word: undefined, value });
}
