/** What the parts of the template have in common. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Component, Project } from "../project/project.ts";

/** Logs are kept a month unless `provider.logRetentionInDays` says otherwise. */
const LOG_RETENTION_DAYS = 30;

export function logRetention({ config }: Project): number {
  const days = config.provider.logRetentionInDays;
  return typeof days === "number" ? days : LOG_RETENTION_DAYS;
}

/** In the order of their kinds, and of their names. */
export function listComponents({ tasks, feeders, functions }: Project): Component[] {
  return [tasks, feeders, functions].flatMap((kind) => [...kind.values()]);
}

/** Tags as most resources list them. */
export function tagList(tags: JsonObject): JsonObject[] {
  return Object.entries(tags).map(([Key, Value = ""]) => ({ Key, Value }));
}

/** An object without the members that are not there. */
export function given(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

/** The maps among some values in one, in which later ones win. */
export function mergeMaps(values: readonly (Json | undefined)[]): JsonObject {
  return Object.fromEntries(values.flatMap((value) => (isJsonObject(value) ? Object.entries(value) : [])));
}
