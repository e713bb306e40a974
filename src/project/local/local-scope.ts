/** What the references of a project mean on one machine: Lambdas, Batch resources, parameters, conditions, mappings. */
import type { Problem } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import type { Component, Declared, Project, Written } from "../project.ts";
import { suggestReference } from "../suggest-reference.ts";
import { follow } from "../variables/variable-sources.ts";
import { makeResolver, type Resolver } from "./intrinsics.ts";
import { attributeOf, lambdaArn, lambdaName, pseudoParameter, referenceOf } from "./local-names.ts";

/** Functions that the runtime itself provides; a project's component of the same name replaces one. */
export const BUILT_IN_FUNCTIONS: readonly string[] = [
  "pre-batch",
  "post-batch",
  "process",
  "update-state",
  "reconcile",
];

export type Place = Pick<Written, "shown" | "locate">;

export interface LocalResolver extends Resolver {
  /** Whether anything could not be resolved so far. */
  failed(): boolean;
}

export interface LocalScope {
  /** Resolves values that stand in one file; what cannot be known here is reported, unless it is `quiet`. */
  at(place: Place, quiet?: "quiet"): LocalResolver;
  /** The physical name of a resource. */
  nameOf(resource: Declared): string;
  /** Whether a resource's own condition lets it be there. */
  exists(resource: Declared): boolean;
  /** The components that are Lambdas, by name. */
  readonly components: ReadonlyMap<string, Component>;
  report(problem: Problem): void;
}

export function makeLocalScope(project: Project, report: (problem: Problem) => void): LocalScope {
  const { config, resources } = project;
  const all = [project.tasks, project.feeders, project.functions].flatMap((kind) => [...kind.values()]);
  const components = new Map(all.filter(isEnabled).map((component) => [component.name, component]));
  const known = new Set([...components.keys(), ...BUILT_IN_FUNCTIONS]);
  /** The resources whose names are being made: one that comes up again depends on itself. */
  const naming: string[] = [];

  function at(place: Place, quiet?: "quiet"): LocalResolver {
    let failures = 0;
    const fail = (path: Path, message: string, hint?: string) => {
      failures += 1;
      const where = { file: place.shown, ...place.locate(path), path: formatPath(path) };
      if (quiet === undefined) report({ code: "bad-reference", message, ...where, hint });
    };
    const miss = (path: Path, name: string) => {
      if (isThere(name) || !project.mayDeclare(name)) fail(path, ...unknown(name));
      else failures += 1;
    };
    const resolver = makeResolver({
      fail,
      reference: (name, path) => {
        const value = pseudoParameter(name, config) ?? reference(name);
        if (value === undefined) miss(path, name);
        return value;
      },
      attribute: (name, attribute, path) => {
        if (known.has(name) && attribute === "Arn") return lambdaArn(config, name);
        const resource = resources.Resources.get(name);
        const value = resource && attributeOf(typeOf(resource), nameOf(resource), attribute);
        if (value !== undefined) return value;
        if (resource === undefined && !known.has(name)) miss(path, name);
        else fail(path, `${name} has no attribute ${attribute} on one machine`, suggest(attribute, ["Arn"]));
        return undefined;
      },
      // One that nobody can know yet counts as true.
      condition: (name) =>
        resources.Conditions.get(name)?.definition ??
        (project.mayDeclare(name) ? { "Fn::Equals": ["", ""] } : undefined),
      mapped: (map, first, second) => {
        const level = resources.Mappings.get(map)?.definition[first];
        return isJsonObject(level) ? level[second] : undefined;
      },
    });
    return { ...resolver, failed: () => failures > 0 };
  }

  function reference(name: string): Json | undefined {
    if (known.has(name)) return lambdaName(config, name);
    const resource = resources.Resources.get(name);
    if (resource !== undefined) return referenceOf(typeOf(resource), nameOf(resource));
    return resources.Parameters.get(name)?.definition.Default;
  }

  function isThere(name: string): boolean {
    return resources.Parameters.has(name) || all.some((component) => component.name === name);
  }

  function unknown(name: string): [message: string, hint: string | undefined] {
    const component = all.find((other) => other.name === name);
    if (component !== undefined) {
      const why = component.lambda === undefined ? "has no lambda section" : "is disabled";
      return [`The ${component.kind} ${name} ${why}`, `See ${component.shown}.`];
    }
    if (resources.Parameters.has(name)) return [`The parameter ${name} has no Default`, "Give it one."];
    return [`There is no ${name} in the project`, suggestReference(name, [...known, ...resources.Resources.keys()])];
  }

  function nameOf(resource: Declared): string {
    const fallback = `${config.stackName}-${resource.logicalId}`;
    const written = writtenName(resource);
    if (written === undefined || naming.includes(resource.logicalId)) return fallback;
    naming.push(resource.logicalId);
    const name = at(resource).resolve(written.value, [...resource.path, ...written.path]);
    naming.pop();
    return typeof name === "string" ? name : fallback;
  }

  function exists(resource: Declared): boolean {
    const condition = resource.definition.Condition;
    return typeof condition !== "string" || at(resource).holds(condition, [...resource.path, "Condition"]);
  }

  return { at, nameOf, exists, components, report };
}

/** The name that the deployment has too; else the one that the resource's metadata give it for one machine alone. */
function writtenName(resource: Declared): { readonly value: Json; readonly path: Path } | undefined {
  const member = `${typeOf(resource).split("::").at(-1)}Name`;
  for (const path of [
    ["Properties", member],
    ["Metadata", "cirrus", "localName"],
  ]) {
    const found = follow(resource.definition, path.join("."));
    if (found.kind === "value") return { value: found.value, path };
  }
  return undefined;
}

function typeOf(resource: Declared): string {
  return String(resource.definition.Type);
}

function isEnabled({ lambda }: Component): boolean {
  return lambda?.enabled === true;
}
