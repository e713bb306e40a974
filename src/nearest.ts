/** Hints for names that do not exist: most of them are slips of the finger. */
import { closest, distance } from "fastest-levenshtein";

/** The known name that differs least, if it differs by no more than a third of its letters. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  if (names.length === 0) return undefined;
  const lowered = names.map((other) => other.toLowerCase());
  const best = closest(name.toLowerCase(), lowered);
  // Of one or two letters every name is near.
  const limit = Math.min(Math.max(2, Math.floor(name.length / 3)), name.length - 1);
  return distance(name.toLowerCase(), best) <= limit ? names[lowered.indexOf(best)] : undefined;
}

/** A hint as a sentence: the nearest name, or else the names there are. */
export function suggest(name: string, known: Iterable<string>): string | undefined {
  const names = [...new Set(known)].sort();
  const best = nearest(name, names);
  if (best !== undefined) return `Did you mean ${best}?`;
  if (names.length === 0) return undefined;
  if (names.length <= LISTED) return `There ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}.`;
  const lowered = name.toLowerCase();
  const far = new Map(names.map((other) => [other, distance(lowered, other.toLowerCase()) / other.length]));
  const likest = names.toSorted((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0)).slice(0, FEW);
  return `There are ${names.length}, and the likest are: ${likest.join(", ")}.`;
}

const LISTED = 12;
/** Of a long list the beginning says nothing. */
const FEW = 5;
