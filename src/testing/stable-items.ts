/** Items as a snapshot can hold them: without what is another in every run. */
import { asJson, canonicalJson, isJsonObject, type Json } from "../json.ts";
import type { Item, Payload } from "../task/item.ts";

export interface StableOptions {
  /** More members whose values change, wherever they are: `processing:datetime`. */
  readonly changing?: readonly string[];
}

/** Times of a publication, which tasks set to now. */
const CHANGING = ["created", "updated"];

/**
 * A copy with its members in order of their names; `created` and `updated`, UUIDs and the paths of work folders are
 * replaced by what they are.
 *
 * @example expect(stableItems(await testTask(handler, "fixtures/scene"))).toMatchSnapshot();
 */
export function stableItems(
  from: { readonly payload: Payload } | Pick<Payload, "features"> | readonly Item[],
  { changing = [] }: StableOptions = {},
): Json[] {
  const names = new Set([...CHANGING, ...changing]);
  const ordered = JSON.parse(canonicalJson(asJson(itemsOf(from)))) as Json[];
  return ordered.map((item) => stable(item, names));
}

function itemsOf(from: Parameters<typeof stableItems>[0]): readonly Item[] {
  if ("features" in from) return from.features;
  return "payload" in from ? from.payload.features : from;
}

function stable(value: Json, changing: ReadonlySet<string>): Json {
  if (typeof value === "string") return stableText(value);
  if (Array.isArray(value)) return value.map((one) => stable(one, changing));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([name, member = null]) => {
    const changes = member !== null && changing.has(name);
    return [name, changes ? `<${name}>` : stable(member, changing)];
  });
  return Object.fromEntries(members);
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/gi;
/** A work folder is one of a temporary folder's, made for the run. */
const WORKDIR = /file:\/\/\/\S*?\/cirrus-[\w-]+\//g;

function stableText(text: string): string {
  return text.replace(WORKDIR, "<workdir>/").replace(UUID, "<uuid>");
}
