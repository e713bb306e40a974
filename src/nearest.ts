/** Hints for names that do not exist: most of them are slips of the finger. */
import { closest, distance } from "fastest-levenshtein";

/** The known name that differs least, if it differs by no more than a third of its letters. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  if (names.length === 0) return undefined;
  const lowered = names.map((other) => other.toLowerCase());
  const best = closest(name.toLowerCase(), lowered);
  const limit = Math.max(2, Math.floor(name.length / 3));
  return distance(name.toLowerCase(), best) <= limit ? names[lowered.indexOf(best)] : undefined;
}

/** A hint as a sentence: the nearest name, or else the names there are. */
export function suggest(name: string, known: Iterable<string>): string | undefined {
  const names = [...new Set(known)].sort();
  const best = nearest(name, names);
  if (best !== undefined) return `Did you mean ${best}?`;
  if (names.length === 0) return undefined;
  const more = names.length > LISTED ? `, and ${names.length - LISTED} more` : "";
  return `There ${names.length === 1 ? "is" : "are"}: ${names.slice(0, LISTED).join(", ")}${more}.`;
}

const LISTED = 12;
