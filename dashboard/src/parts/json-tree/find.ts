/** Finds text in a document's names and values, a slice at a time, so that the page answers while a large one is searched. */
import { isFolder } from "./fold.ts";
import type { PathPart } from "./json-path.ts";

const MOST_MATCHES = 1000;

/** How many values are looked at before the search lets others work. */
const VALUES_A_SLICE = 20_000;

export interface Matches {
  readonly paths: readonly (readonly PathPart[])[];
  /** There are more than are kept. */
  readonly more: boolean;
  readonly isDone: boolean;
}

/** Yields what was found so far after every slice, and everything at the end. Capital letters make no difference. */
export function* search(document: unknown, text: string, mostMatches = MOST_MATCHES): Generator<Matches, void, void> {
  const wanted = text.toLowerCase();
  const paths: (readonly PathPart[])[] = [];
  let looked = 0;
  for (const [parts, value] of walk(document)) {
    looked += 1;
    if (matches(parts.at(-1), value, wanted)) {
      if (paths.length === mostMatches) {
        yield { paths: [...paths], more: true, isDone: true };
        return;
      }
      paths.push(parts);
    }
    if (looked % VALUES_A_SLICE === 0) yield { paths: [...paths], more: false, isDone: false };
  }
  yield { paths, more: false, isDone: true };
}

/** In the order of the document. Not recursive: a document may be deep. */
function* walk(document: unknown): Generator<readonly [parts: readonly PathPart[], value: unknown]> {
  const left: (readonly [readonly PathPart[], unknown])[] = [[[], document]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    yield next;
    const [parts, value] = next;
    if (!isFolder(value)) continue;
    const entries: readonly (readonly [PathPart, unknown])[] = Array.isArray(value)
      ? value.map((element, at) => [at, element] as const)
      : Object.entries(value);
    for (const [part, child] of entries.toReversed()) left.push([[...parts, part], child]);
  }
}

function matches(name: PathPart | undefined, value: unknown, wanted: string): boolean {
  if (typeof name === "string" && name.toLowerCase().includes(wanted)) return true;
  return !isFolder(value) && String(value).toLowerCase().includes(wanted);
}
