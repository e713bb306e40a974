/** Holds a STAC item against the schemas of its version and of the extensions it declares, without any network. */
import { type Schema, validate } from "@cfworker/json-schema";
import type { Problem } from "../errors.ts";
import { asJson, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { mismatch } from "../payload/problems.ts";
import { explainErrors, uniqueBy } from "./explain-errors.ts";
import { coreSchema, KNOWN_SCHEMAS, loadSchemas, type SchemaParts } from "./schemas.ts";

const VERSIONS: readonly unknown[] = ["1.0.0", "1.1.0"];

/**
 * Every way in which an item breaks the rules of STAC, each with the path of the value and the rule; none where it is
 * valid. Extensions whose schemas do not lie here are not checked.
 *
 * @example (await validateItem(item))[0]?.path // "$.properties['eo:cloud_cover']"
 */
export async function validateItem(item: object): Promise<readonly Problem[]> {
  const found = asJson(item);
  if (!isJsonObject(found)) return [mismatch({ ...NO_ITEM, found })];
  const { stac_version: version } = found;
  if (typeof version !== "string" || !VERSIONS.includes(version)) return [mismatch({ ...NO_VERSION, found: version })];
  // Of what is no item, extensions have no rules.
  const extensions = found.type === "Feature" ? declaredExtensions(found) : [];
  const urls = [coreSchema(version), ...extensions.filter((url) => KNOWN_SCHEMAS.has(url))];
  const schemas = await loadSchemas(urls);
  const checked = withCollectionLink(found);
  // An extension may say again what STAC itself has said.
  return uniqueBy(
    urls.flatMap((url) => problemsOf(checked, url, schemas)),
    ({ path, message }) => `${path} ${message}`,
  );
}

const NO_ITEM = { code: "invalid-item", path: [], expected: "a STAC item", hint: "Write {…}." };

const NO_VERSION = {
  code: "invalid-item",
  path: ["stac_version"],
  expected: `one of ${VERSIONS.join(", ")}`,
  hint: "Bring the item to a version of STAC that is in use, or leave out the validation.",
};

/**
 * STAC wants a link to the collection beside its name. An item on its way has none: the API or the catalogue that it
 * ends in makes that link, and knows where it leads.
 */
function withCollectionLink(item: JsonObject): JsonObject {
  const { collection, links } = item;
  if (typeof collection !== "string" || !Array.isArray(links)) return item;
  if (links.some((link) => isJsonObject(link) && link.rel === "collection")) return item;
  return { ...item, links: [...links, { rel: "collection", href: "./collection.json" }] };
}

function declaredExtensions({ stac_extensions: declared }: JsonObject): readonly string[] {
  return Array.isArray(declared) ? declared.filter((url) => typeof url === "string") : [];
}

function problemsOf(item: Json, url: string, schemas: SchemaParts): readonly Problem[] {
  const schema = schemas[url];
  if (typeof schema !== "object") throw new TypeError(`${url} was not loaded`);
  // The library adds to its lookup only what a schema brings: ours are all there.
  const parts = schemas as Record<string, Schema | boolean>;
  // To look for every error takes twice as long, also where there is none: alternatives are followed to their ends.
  try {
    if (validate(item, schema, "7", parts, true).valid) return [];
    return explainErrors(validate(item, schema, "7", parts, false).errors, { item, url, schemas });
  } catch (thrown) {
    // The library hands its errors on as arguments, of which there may be a hundred thousand at a time.
    if (thrown instanceof RangeError) return [mismatch({ ...TOO_WRONG, found: item, hint: `Rules: ${url}.` })];
    throw thrown;
  }
}

const TOO_WRONG = {
  code: "invalid-item",
  path: [],
  expected: "a STAC item that breaks its rules in fewer places than can be counted",
};
