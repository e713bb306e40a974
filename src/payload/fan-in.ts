/** Fan-in: the one payload that many arrive for, and the items that it runs with. */
import { InvalidInput } from "../errors.ts";
import type { Await } from "./await.ts";
import type { Lineage } from "./lineage.ts";
import { fillPathTemplate } from "./path-template.ts";
import { parsePayloadId, payloadId, sortByCodePoint } from "./payload-id.ts";
import type { ProcessDefinition } from "./process-definition.ts";
import type { StacItem } from "./stac-item.ts";

export interface Arriving {
  readonly definition: ProcessDefinition;
  readonly features: readonly StacItem[];
  readonly lineage: Lineage;
}

/**
 * The ID that all members of a fan-in agree on, whichever of them comes first: made of the group, else of the awaited
 * payloads' own IDs. A link of a chain speaks by the ID of the payload before it, because its tasks may have renamed items.
 * Throws InvalidInput where the items fill the group in different ways, or not at all.
 */
export function fanInId(awaits: Await, arriving: Arriving): string {
  const { workflow } = arriving.definition;
  const awaited = (awaits.payloads ?? []).flatMap((id) => parsePayloadId(id) ?? []);
  const own = ownParts(arriving);
  const collections =
    arriving.definition.collections ??
    sorted([...own.collections, ...awaited.flatMap((id) => id.collections.split("/"))].filter((one) => one !== NONE));
  const items =
    awaits.group === undefined
      ? sorted([...own.items, ...awaited.flatMap(({ itemids }) => itemids.split("/"))])
      : groupOf(awaits.group, arriving.features);
  return `${collections || NONE}/workflow-${workflow}/${items}`;
}

/** What stands for the collections where no item has one. */
const NONE = "none";

function sorted(parts: readonly string[]): string {
  return sortByCodePoint([...new Set(parts)]).join("/");
}

/** With a group the items alone decide: they are what its template is filled from. */
function ownParts({ definition, features, lineage }: Arriving): { collections: string[]; items: string[] } {
  const before = definition.await?.group === undefined ? parsePayloadId(lineage.ancestors.at(-1) ?? "") : undefined;
  if (before) return { collections: before.collections.split("/"), items: before.itemids.split("/") };
  return {
    collections: features.flatMap(({ collection }) => (collection ? [collection] : [])),
    items: features.map(({ id }) => id),
  };
}

function groupOf(template: string, features: readonly StacItem[]): string {
  const [first, ...others] = features.length === 0 ? [{ id: "" }] : features;
  const group = fillPathTemplate(template, first ?? { id: "" });
  const stranger = others.find((item) => fillPathTemplate(template, item) !== group);
  if (stranger === undefined) return group;
  throw new InvalidInput(
    `item "${first?.id}" belongs to the group ${group}, item "${stranger.id}" to ${fillPathTemplate(template, stranger)}`,
    { hint: "Send the items of each group as a payload of their own, or choose them with chain_filter." },
  );
}

/** Who arrives: the payload before it in its chain, else its own items. The same member may arrive again and counts once. */
export function memberId(fanIn: string, { definition, features, lineage }: Arriving): string {
  const before = lineage.ancestors.at(-1);
  if (before !== undefined) return before;
  const { workflow, collections } = definition;
  return features.length === 0 ? fanIn : payloadId({ workflow, collections, features });
}

/** Each item once, by collection and ID: the first of several stays. */
export function uniteItems(features: readonly StacItem[]): readonly StacItem[] {
  const known = new Map<string, StacItem>();
  for (const item of features) {
    const key = JSON.stringify([item.collection ?? null, item.id]);
    if (!known.has(key)) known.set(key, item);
  }
  return [...known.values()];
}
