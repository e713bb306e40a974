/** The way to a value in a document, written as JSONPath: `$.features[0].properties['eo:cloud_cover']`. */

export type PathPart = string | number;

export function pathText(parts: readonly PathPart[]): string {
  return parts.reduce<string>((text, part) => text + partText(part), "$");
}

/** What stands behind the parent's path. */
export function partText(part: PathPart): string {
  if (typeof part === "number") return `[${part}]`;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(part)) return `.${part}`;
  return `['${part.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
}

/** The parts of a path as this file writes it, or as problems name it; undefined where it is no such path. */
export function pathParts(text: string): readonly PathPart[] | undefined {
  if (!text.startsWith("$")) return undefined;
  const parts: PathPart[] = [];
  let rest = text.slice(1);
  while (rest !== "") {
    const found = /^\.([^.[\]]+)|^\[(\d+)\]|^\['((?:[^'\\]|\\.)*)'\]|^\["((?:[^"\\]|\\.)*)"\]/.exec(rest);
    if (!found) return undefined;
    const [whole, name, index, quoted] = found;
    if (index !== undefined) parts.push(Number(index));
    else parts.push(name ?? (quoted ?? found[4] ?? "").replaceAll(/\\(.)/g, "$1"));
    rest = rest.slice(whole.length);
  }
  return parts;
}
