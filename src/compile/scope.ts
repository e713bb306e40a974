/**
 * What the names in a project's references stand for in the stack: a component is its Lambda, a workflow its state
 * machine, and everything else is a resource or a parameter. A name that is none of these is a problem.
 */
import type { Problem } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { suggest } from "../nearest.ts";
import type { Project, Written } from "../project/project.ts";
import { suggestReference } from "../project/suggest-reference.ts";
import { formatPath, type Path } from "../yaml/json-path.ts";
import { idStem, lambdaId, lambdaLogGroupId, lambdaRoleId, stateMachineId } from "./names.ts";
import { listComponents } from "./template.ts";

export type Place = Pick<Written, "shown" | "locate">;

export interface Scope {
  /** The value with every name of a component or workflow as its logical ID. */
  rewrite(value: Json, place: Place, path: Path): Json;
  /** The logical ID that one name stands for; a name that stands for nothing is reported. */
  refer(name: string, place: Place, path: Path): string;
  checkCondition(name: string, place: Place, path: Path): void;
  /** Reports what is wrong with one value of a file. */
  refuse(place: Place, path: Path, code: string, message: string, hint?: string): void;
}

export function makeScope(project: Project, report: (problem: Problem) => void): Scope {
  const logicalIds = listLogicalIds(project);

  function refuse(place: Place, path: Path, code: string, message: string, hint?: string): void {
    const where = { file: place.shown, ...place.locate(path), path: formatPath(path) };
    report({ code, message, ...where, hint });
  }

  function rewrite(value: Json, place: Place, path: Path): Json {
    if (Array.isArray(value)) return value.map((item, index) => rewrite(item, place, [...path, index]));
    if (!isJsonObject(value)) return value;
    const members = Object.entries(value).map(([key, member = null]) => {
      const inside = [...path, key];
      if (key === "Ref" && typeof member === "string") return [key, refer(member, place, path)];
      if (key === "Fn::GetAtt" && Array.isArray(member)) return [key, attribute(member, place, path)];
      if (key === "Fn::Sub") return [key, substitution(member, place, path)];
      if (key === "Fn::If" && Array.isArray(member)) checkSection("Conditions", member[0] ?? null, place, path);
      if (key === "Fn::FindInMap" && Array.isArray(member)) checkSection("Mappings", member[0] ?? null, place, path);
      return [key, rewrite(member, place, inside)];
    });
    return Object.fromEntries(members);
  }

  function refer(name: string, place: Place, path: Path): string {
    if (PSEUDO_PARAMETERS.has(name)) return name;
    const logicalId = logicalIds.get(name) ?? (isGenerated(name, project) ? name : undefined);
    if (logicalId !== undefined) return logicalId;
    if (isMissing(name) && project.mayDeclare(name)) return name;
    const [message, hint] = explain(name, project, [...logicalIds.keys()]);
    refuse(place, path, "unknown-reference", message, hint);
    return name;
  }

  /** Apart from what is there and disabled. */
  function isMissing(name: string): boolean {
    return !project.workflows.has(name) && !listComponents(project).some((component) => component.name === name);
  }

  function attribute([name = null, ...rest]: readonly Json[], place: Place, path: Path): Json {
    const renamed = typeof name === "string" ? refer(name, place, path) : name;
    return [renamed, ...rest.map((item) => rewrite(item, place, path))];
  }

  function substitution(argument: Json, place: Place, path: Path): Json {
    const [text, variables] = Array.isArray(argument) ? argument : [argument];
    if (typeof text !== "string") return argument;
    const own = isJsonObject(variables) ? variables : {};
    const renamed = text.replace(/\$\{([^!}][^}]*)\}/g, (whole, inside: string) => {
      const [name = "", ...attributes] = inside.trim().split(".");
      if (own[inside.trim()] !== undefined) return whole;
      // A variable such as ${env:NAME} that could not be replaced: reported where it stands.
      if (/^[a-z]+:/.test(name)) return whole;
      return `\${${[refer(name, place, path), ...attributes].join(".")}}`;
    });
    return variables === undefined ? renamed : [renamed, rewrite(own, place, path)];
  }

  function checkSection(section: "Conditions" | "Mappings", name: Json, place: Place, path: Path): void {
    const known = project.resources[section];
    if (typeof name !== "string" || known.has(name) || project.mayDeclare(name)) return;
    const what = section === "Conditions" ? "condition" : "mapping";
    refuse(place, path, `unknown-${what}`, `There is no ${what} ${name}`, suggest(name, known.keys()));
  }

  return {
    rewrite,
    refer,
    checkCondition: (name, place, path) => checkSection("Conditions", name, place, path),
    refuse,
  };
}

const PSEUDO_PARAMETERS: ReadonlySet<string> = new Set(
  ["AccountId", "NotificationARNs", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix"].map(
    (name) => `AWS::${name}`,
  ),
);

/** By the names that references use. A resource wins over a component that happens to be called the same. */
function listLogicalIds(project: Project): ReadonlyMap<string, string> {
  const own = [...project.resources.Resources.keys(), ...project.resources.Parameters.keys()];
  const components = listComponents(project).filter(({ lambda }) => lambda?.enabled === true);
  const workflows = [...project.workflows.values()].filter(({ enabled }) => enabled);
  return new Map([
    ...workflows.map(({ name }) => [name, stateMachineId(name)] as const),
    ...components.map(({ name }) => [name, lambdaId(name)] as const),
    ...own.map((logicalId) => [logicalId, logicalId] as const),
  ]);
}

/** What the deployment itself adds to the stack may be referred to as well. */
function isGenerated(name: string, project: Project): boolean {
  const components = listComponents(project).filter(({ lambda }) => lambda?.enabled === true);
  return (
    /^(Serverless|ApiGateway|HttpApi|Websockets|SNSTopic|S3Bucket|CloudFront)/.test(name) ||
    components.some((component) =>
      [lambdaId, lambdaRoleId, lambdaLogGroupId].some((id) => id(component.name) === name),
    ) ||
    components.some((component) => name.startsWith(`${idStem(component.name)}EventSourceMapping`)) ||
    [...project.workflows.values()].some((workflow) => name.startsWith(stateMachineId(workflow.name)))
  );
}

function explain(
  name: string,
  project: Project,
  known: readonly string[],
): [message: string, hint?: string | undefined] {
  const component = listComponents(project).find((other) => other.name === name);
  if (component !== undefined) {
    const why = component.lambda === undefined ? "has no lambda section" : "is disabled";
    return [`The ${component.kind} ${name} ${why}`, `See ${component.shown}.`];
  }
  if (project.workflows.has(name)) return [`The workflow ${name} is disabled`];
  if (name.startsWith("AWS::")) return [`There is no pseudo parameter ${name}`, suggest(name, PSEUDO_PARAMETERS)];
  return [`There is no ${name} in the project`, suggestReference(name, known)];
}
