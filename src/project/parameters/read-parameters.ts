/** Reads the parameters of tasks and feeders as JSON Schema, out of the handlers that check them. */
import { askSchemas } from "../../embedded/schemas/ask-schemas.ts";
import { definedOf, wholeEnvironment } from "../../env.ts";
import type { JsonObject } from "../../json.ts";
import type { Component } from "../project.ts";
import { handlerPlace } from "./handler-place.ts";
import { rememberSchemas } from "./remembered-schemas.ts";

/**
 * Undefined where the component has none to give: a container image, a handler that `defineTask` did not make, a library
 * without JSON Schema, a module that cannot be loaded. Everything else works without.
 *
 * @example
 * const schema = await readParameters(task);
 */
export async function readParameters(component: Component): Promise<JsonObject | undefined> {
  return (await readAllParameters([component])).get(component);
}

/** Those that have a schema. */
export async function readAllParameters(components: Iterable<Component>): Promise<ReadonlyMap<Component, JsonObject>> {
  return (await askParameters(components)).schemas;
}

export interface AskedParameters {
  readonly schemas: ReadonlyMap<Component, JsonObject>;
  /** Why handlers could not be loaded. */
  readonly unloaded: ReadonlyMap<Component, string>;
}

export type AskParameters = (components: Iterable<Component>) => Promise<AskedParameters>;

/** Handlers that have to be loaded are loaded in one process. */
export async function askParameters(components: Iterable<Component>): Promise<AskedParameters> {
  const remembered = rememberSchemas();
  const schemas = new Map<Component, JsonObject>();
  const unloaded = new Map<Component, string>();
  const missing = [...components].flatMap((component) => {
    const place = handlerPlace(component);
    const kept = place && remembered.find(component);
    if (kept) schemas.set(component, kept);
    return place !== undefined && kept === undefined ? [{ component, place }] : [];
  });
  if (missing.length === 0) return { schemas, unloaded };
  const options = { environment: definedOf(wholeEnvironment()) };
  const told = await askSchemas(
    missing.map(({ place }) => place),
    options,
  );
  for (const { index, schema, reason, files } of told) {
    const component = missing[index]?.component;
    if (component === undefined) continue;
    // One that could not be loaded has told no files: it is asked again the next time.
    if (files.length > 0) remembered.keep(component, schema ?? null, files);
    else if (reason !== undefined) unloaded.set(component, reason);
    if (schema !== undefined) schemas.set(component, schema);
  }
  return { schemas, unloaded };
}
