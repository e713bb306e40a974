/** Writes the JSON paths under which problems are reported. */

/** `$.States.publish`, or `$.States['copy assets']` where the key is no plain word. */
export function memberPath(path: string, key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key) ? `${path}.${key}` : `${path}['${key.replaceAll("'", "\\'")}']`;
}
