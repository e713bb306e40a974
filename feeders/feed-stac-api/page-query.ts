/** A search as the query of a URL, for servers that are asked with GET. */
import type { Json, JsonObject } from "cirrus-pipeline/feeder";

/** Lists of texts and numbers are joined by commas; anything with a structure is written as JSON. */
export function pageQuery(url: string, body: JsonObject): string {
  const address = new URL(url);
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined || value === null) continue;
    address.searchParams.set(name, name === "sortby" ? sortText(value) : queryText(value));
  }
  return address.href;
}

function queryText(value: Json): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((member) => typeof member !== "object")) return value.join(",");
  return JSON.stringify(value);
}

/** `[{field, direction}]` is `-field` in a query. */
function sortText(value: Json): string {
  if (!Array.isArray(value)) return queryText(value);
  return value
    .map((one) =>
      typeof one === "object" && one !== null && "field" in one
        ? `${one.direction === "desc" ? "-" : ""}${one.field}`
        : String(one),
    )
    .join(",");
}
