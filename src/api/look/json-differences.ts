/** What differs between two JSON documents, place by place. Entries of lists that have IDs are compared by them. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";

export interface JsonDifference {
  /** `$.features[0].properties.gsd`; of what was removed the path in the document before. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  readonly before?: Json;
  readonly after?: Json;
}

/** In the order of the documents, one after the other: whoever has enough of them stops. */
export function* jsonDifferences(before: Json, after: Json, path: Path = []): Generator<JsonDifference> {
  if (before === after) return;
  if (isJsonObject(before) && isJsonObject(after)) yield* ofObjects(before, after, path);
  else if (isList(before) && isList(after)) yield* ofLists(before, after, path);
  else yield { path: formatPath(path), kind: "changed", before, after };
}

function* ofObjects(before: JsonObject, after: JsonObject, path: Path): Generator<JsonDifference> {
  for (const [member, value] of Object.entries(before)) {
    if (value !== undefined)
      yield* ofPair(value, Object.hasOwn(after, member) ? after[member] : undefined, [...path, member]);
  }
  for (const [member, value] of Object.entries(after)) {
    if (value !== undefined && !Object.hasOwn(before, member)) yield* ofPair(undefined, value, [...path, member]);
  }
}

function* ofLists(before: readonly Json[], after: readonly Json[], path: Path): Generator<JsonDifference> {
  const places = placesById(before);
  const byId = placesById(after);
  if (places !== undefined && byId !== undefined) {
    for (const [id, place] of places) {
      const there = byId.get(id);
      yield* ofPair(before[place], there === undefined ? undefined : after[there], [...path, there ?? place]);
    }
    for (const [id, place] of byId) if (!places.has(id)) yield* ofPair(undefined, after[place], [...path, place]);
    return;
  }
  for (let place = 0; place < Math.max(before.length, after.length); place++) {
    yield* ofPair(before[place], after[place], [...path, place]);
  }
}

function* ofPair(before: Json | undefined, after: Json | undefined, path: Path): Generator<JsonDifference> {
  if (before !== undefined && after !== undefined) yield* jsonDifferences(before, after, path);
  else if (before !== undefined) yield { path: formatPath(path), kind: "removed", before };
  else if (after !== undefined) yield { path: formatPath(path), kind: "added", after };
}

/** Undefined where not every entry has an ID of its own. */
function placesById(list: readonly Json[]): ReadonlyMap<string, number> | undefined {
  const places = new Map<string, number>();
  for (const [place, entry] of list.entries()) {
    if (!isJsonObject(entry) || typeof entry.id !== "string" || places.has(entry.id)) return undefined;
    places.set(entry.id, place);
  }
  return places;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
