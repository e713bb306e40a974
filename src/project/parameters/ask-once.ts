/** For one run of a command, whose checks want to know the same of the same handlers: each of them is loaded once. */
import type { JsonObject } from "../../json.ts";
import type { Component } from "../project.ts";
import { type AskedParameters, type AskParameters, askParameters } from "./read-parameters.ts";

/** Also one that cannot be loaded, which nobody remembers longer than the run. A change meanwhile is not seen. */
export function askOnce(ask: AskParameters = askParameters): AskParameters {
  const asked = new Map<Component, Promise<AskedParameters>>();
  return async (components) => {
    const wanted = new Set(components);
    const missing = [...wanted].filter((component) => !asked.has(component));
    const asking = ask(missing);
    for (const component of missing) asked.set(component, asking);
    const schemas = new Map<Component, JsonObject>();
    const unloaded = new Map<Component, string>();
    for (const component of wanted) {
      const told = await asked.get(component);
      const schema = told?.schemas.get(component);
      const reason = told?.unloaded.get(component);
      if (schema !== undefined) schemas.set(component, schema);
      if (reason !== undefined) unloaded.set(component, reason);
    }
    return { schemas, unloaded };
  };
}
