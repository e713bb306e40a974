/**
 * Keys as paths. Ordinary keys read as paths do: `a/b.json` is the file `b.json` in the folder `a`. What a file system
 * cannot hold is written with a percent sign, each rule in one place:
 *
 * | key                                             | path                              |
 * |-------------------------------------------------|-----------------------------------|
 * | a segment of nothing, `.`, `..`                 | `%-`, `%2E`, `%2E.`               |
 * | `%`, a backslash, control characters            | `%25`, `%5C`, `%0A`               |
 * | a file without an extension: `README`           | `README%`                         |
 * | a folder that looks like a file: `x.zarr/`      | `x.zarr%/`                        |
 * | a segment that is longer than a name may be     | a folder for each part, `…%+/%+…` |
 *
 * The third and fourth rule keep `a` and `a/b` apart: a file and a folder never have the same name.
 */

/** Bytes; 255 is what file systems hold, less the marks. */
const LONGEST_NAME = 250;

/** `.json`, `.tif`, `.TIF`: what a file's name ends with, and a folder's seldom. */
const EXTENSION = /\.[A-Za-z][A-Za-z0-9]{0,7}$/;

/** Names of the folders, from the bucket's on, and of the file at their end. */
export interface ObjectPath {
  readonly folders: readonly string[];
  readonly file: string;
}

export function pathOfKey(key: string): ObjectPath {
  const segments = key.split("/");
  const parts = splitLong(mark(segments.at(-1) ?? "", !looksLikeFile(segments.at(-1) ?? "")));
  return { folders: [...foldersOfKey(segments.slice(0, -1)), ...parts.slice(0, -1)], file: parts.at(-1) ?? "" };
}

/** The folders of the segments that have a slash after them. */
export function foldersOfKey(segments: readonly string[]): string[] {
  return segments.flatMap((segment) => splitLong(mark(segment, looksLikeFile(segment))));
}

/** True for a folder that holds only the rest of a longer name. */
export function isPart(name: string): boolean {
  return name.endsWith(CONTINUES);
}

/** Puts the parts of a long name together again. */
export function joinParts(parts: readonly string[]): string {
  return parts
    .map((part, i) => part.slice(i > 0 ? CONTINUES.length : 0, isPart(part) ? -CONTINUES.length : undefined))
    .join("");
}

/** The segment of a key that a file's or a folder's whole name stands for; undefined where no key leads to the name. */
export function segmentOfName(name: string, kind: "file" | "folder"): string | undefined {
  const marked = name.endsWith("%");
  const segment = unescapeSegment(marked ? name.slice(0, -1) : name);
  if (segment === undefined || marked !== (looksLikeFile(segment) === (kind === "folder"))) return undefined;
  return escapeSegment(segment) === (marked ? name.slice(0, -1) : name) ? segment : undefined;
}

const CONTINUES = "%+";

function looksLikeFile(segment: string): boolean {
  return EXTENSION.test(segment);
}

function mark(segment: string, marked: boolean): string {
  return marked ? `${escapeSegment(segment)}%` : escapeSegment(segment);
}

function escapeSegment(segment: string): string {
  if (segment === "") return "%-";
  if (segment === ".") return "%2E";
  if (segment === "..") return "%2E.";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
  return segment.replace(/[%\\\u0000-\u001f\u007f]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

function unescapeSegment(name: string): string | undefined {
  if (name === "%-") return "";
  if (/%(?![0-9A-F]{2})/.test(name)) return undefined;
  return name.replace(/%([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Between characters, so that every part is text by itself; no part is `..`, for each bears a mark. */
function splitLong(name: string): string[] {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return [name];
  const parts: string[] = [];
  let part = "";
  let bytes = 0;
  for (const character of name) {
    const size = Buffer.byteLength(character);
    if (bytes + size > LONGEST_NAME) {
      parts.push(part + CONTINUES);
      part = CONTINUES;
      bytes = 0;
    }
    part += character;
    bytes += size;
  }
  return [...parts, part];
}
