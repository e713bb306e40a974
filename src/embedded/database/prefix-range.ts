/** Prefix searches as ranges of an index, in SQLite's own order of text: no pattern, so no character has a meaning. */

/** The first text after every text that starts with `prefix`; undefined where there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix.toWellFormed(), (character) => character.codePointAt(0) ?? 0);
  const last = points.findLastIndex((point) => point < 0x10ffff);
  if (last === -1) return undefined;
  const head = points.slice(0, last);
  const bumped = (points[last] ?? 0) + 1;
  // No text holds a surrogate on its own.
  return String.fromCodePoint(...head, bumped === 0xd800 ? 0xe000 : bumped);
}
