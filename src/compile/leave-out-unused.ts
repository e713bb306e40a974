/** Leaves out what is there only for other parts of the stack, such as a network, where none of them refers to it. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { entriesOf } from "./batch/batch-revisions.ts";
import { referencesOf } from "./template-references.ts";

/**
 * Resources that have the same name in `Metadata.cirrus.onlyWith` stay together or go together: they stay where anything
 * else, be it another part of the template or a Lambda, refers to one of them, and where a Lambda of that name is there.
 * `lambdas`: those that are deployed, by name.
 */
export function leaveOutUnused(template: JsonObject, lambdas: JsonObject): JsonObject {
  const { Resources, ...sections } = template;
  const groups = new Map(entriesOf(Resources).map(([id, resource]) => [id, groupOf(resource)]));
  const used = new Set<string | undefined>([undefined, ...Object.keys(lambdas)]);
  const note = (part: Json, own?: string): void => {
    for (const group of [...referencesOf(part)].map((id) => groups.get(id))) if (group !== own) used.add(group);
  };
  note(sections);
  note(lambdas);
  for (const [id, resource] of entriesOf(Resources)) note(resource, groups.get(id));
  const staying = entriesOf(Resources).filter(([id]) => used.has(groups.get(id)));
  return staying.length === groups.size ? template : { ...template, Resources: Object.fromEntries(staying) };
}

/** The name in `Metadata.cirrus.onlyWith`. */
export function groupOf({ Metadata }: JsonObject): string | undefined {
  const cirrus = isJsonObject(Metadata) ? Metadata.cirrus : undefined;
  const group = isJsonObject(cirrus) ? cirrus.onlyWith : undefined;
  return typeof group === "string" ? group : undefined;
}
