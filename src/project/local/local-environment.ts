/** Environments by precedence; only the value that wins has to be known on this machine. */
import type { JsonObject } from "../../json.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import type { Environment, Project } from "../project.ts";
import { type LocalScope, makeLocalScope, type Place } from "./local-scope.ts";

/** One level of an environment, and where its variables stand. */
export interface EnvironmentLevel {
  readonly values: Environment;
  readonly place: Place;
  readonly path: Path;
}

/** Later levels win over earlier ones. */
export function mergeEnvironment(levels: readonly EnvironmentLevel[], scope: LocalScope): Record<string, string> {
  const winners = new Map<string, { readonly value: string | JsonObject } & Omit<EnvironmentLevel, "values">>();
  for (const { values, place, path } of levels) {
    for (const [name, value] of Object.entries(values)) winners.set(name, { value, place, path: [...path, name] });
  }
  const merged: Record<string, string> = {};
  for (const [name, { value, place, path }] of winners) {
    const known = scope.at(place).resolve(value, path);
    if (known === undefined) continue;
    if (typeof known === "object") {
      const message = `The variable ${name} is a list or a map, not a text`;
      scope.report({ code: "bad-value", message, file: place.shown, ...place.locate(path), path: formatPath(path) });
    } else merged[name] = String(known);
  }
  return merged;
}

/** One variable of `provider.environment`; undefined where it is not set, or means nothing on this machine. */
export function projectVariable(project: Project, name: string): string | undefined {
  const value = project.config.environment[name];
  // What is wrong with it is reported where the project's parts are bound.
  const known = makeLocalScope(project, () => {})
    .at(project.config, "quiet")
    .resolve(value ?? null, []);
  return typeof known === "string" && known !== "" ? known : undefined;
}

/** Every process is told the region of the stack; its own definition may say otherwise. */
export function regionEnvironment(region: string): Record<string, string> {
  return { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}
