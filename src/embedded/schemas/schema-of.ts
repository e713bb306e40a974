/** The JSON Schema of a handler's parameters, whichever library they were written with. */
import { isJsonObject, type JsonObject } from "../../json.ts";

export type SchemaFound = { readonly schema: JsonObject } | { readonly reason: string };

/** What a process definition, or a feeder's event, may say: defaults are not filled in yet. */
export function schemaOf(handler: object): SchemaFound {
  const defined = "task" in handler ? handler.task : "feeder" in handler ? handler.feeder : undefined;
  if (!isRecord(defined) || !isRecord(defined.parameters))
    return { reason: "it was not made by defineTask or defineFeeder" };
  const standard = defined.parameters["~standard"];
  const converter = isRecord(standard) ? standard.jsonSchema : undefined;
  const input = isRecord(converter) ? converter.input : undefined;
  if (!isRecord(standard) || typeof input !== "function") {
    return { reason: "the library of its schema gives no JSON Schema" };
  }
  const options = { target: "draft-2020-12", ...libraryOptions(standard.vendor) };
  const told = convert(() => input.call(converter, options));
  return isJsonObject(told) ? { schema: told } : { reason: "the library of its schema gave none" };
}

/** Some libraries throw at what JSON Schema has no words for. Whatever another put into it, what is told is JSON. */
function convert(input: () => unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(input() ?? null));
  } catch {
    return undefined;
  }
}

/** With zod one parameter that JSON Schema has no words for would leave all of them without. */
function libraryOptions(vendor: unknown): object {
  return vendor === "zod" ? { libraryOptions: { unrepresentable: "any" } } : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}
