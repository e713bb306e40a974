/**
 * Gives compute environments, job queues and what they stand on a logical ID made from their content. A changed one is
 * then a new resource beside the old one, whose jobs go on; CloudFormation never replaces one in place.
 */
import { createHash } from "node:crypto";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { referencesOf, renameReferences } from "../template-references.ts";

export const COMPUTE_ENVIRONMENT = "AWS::Batch::ComputeEnvironment";
export const JOB_QUEUE = "AWS::Batch::JobQueue";

/** A CloudFormation template, or as much of one as there is. */
export type Template = JsonObject;

interface Kind {
  /** The property that holds the physical name, and how long that may be. */
  readonly name: string;
  readonly longest: number;
  /** Properties, by their path, that CloudFormation changes while jobs go on: they make no new revision. */
  readonly inPlace: readonly string[];
  /** Gets a name where it has none: CloudFormation then refuses to replace it, whatever may be the cause. */
  readonly alwaysNamed?: true;
  /** Only what a compute environment refers to is revised: elsewhere the same type has a life of its own. */
  readonly supports?: true;
}

/**
 * In place is what Batch calls a scaling update, and what CloudFormation updates with "no interruption". Everything else
 * of a compute environment replaces it, or its instances: then jobs have 30 minutes until they are killed.
 * A launch template is read when the environment is made and never again. The rest of what an environment stands on
 * counts with the properties whose change replaces it, because its new ARN would replace the environment in turn.
 */
const KINDS: Readonly<Record<string, Kind>> = {
  [COMPUTE_ENVIRONMENT]: {
    name: "ComputeEnvironmentName",
    longest: 128,
    alwaysNamed: true,
    inPlace: [
      "State",
      "UnmanagedvCpus",
      "UpdatePolicy",
      "ReplaceComputeEnvironment",
      "ComputeResources.MaxvCpus",
      "ComputeResources.MinvCpus",
      "ComputeResources.DesiredvCpus",
      "ComputeResources.UpdateToLatestImageVersion",
    ],
  },
  [JOB_QUEUE]: {
    name: "JobQueueName",
    longest: 128,
    alwaysNamed: true,
    inPlace: ["State", "Priority", "JobStateTimeLimitActions", "SchedulingPolicyArn"],
  },
  "AWS::EC2::LaunchTemplate": { name: "LaunchTemplateName", longest: 128, inPlace: [], supports: true },
  "AWS::EC2::PlacementGroup": { name: "GroupName", longest: 255, inPlace: [], supports: true },
  "AWS::EC2::SecurityGroup": {
    name: "GroupName",
    longest: 255,
    inPlace: ["SecurityGroupIngress", "SecurityGroupEgress", "Tags"],
    supports: true,
  },
  "AWS::IAM::InstanceProfile": { name: "InstanceProfileName", longest: 128, inPlace: ["Roles"], supports: true },
};

const HASH_LENGTH = 8;

/** Pure and idempotent; what does not run in Batch stays as it is, apart from its references. */
export function reviseBatch(template: Template): Template {
  const resources = entriesOf(template.Resources);
  const names = nameRevisions(template, resources);
  if (names.size === 0) return template;
  const revised = resources.map(([id, resource]): [string, JsonObject] => {
    const renamed = renameReferences(resource, names);
    const newId = names.get(id);
    return newId === undefined ? [id, renamed] : [newId, asRevision(renamed, id, newId.slice(id.length))];
  });
  const { Resources: _replaced, ...others } = template;
  return { ...renameReferences(others, names), Resources: Object.fromEntries(revised) };
}

/** The name that people wrote, of a revision; its logical ID where it is none. */
export function stemOf(logicalId: string, resource: Json | undefined): string {
  const metadata = isJsonObject(resource) ? resource.Metadata : undefined;
  const cirrus = isJsonObject(metadata) ? metadata.cirrus : undefined;
  const stem = isJsonObject(cirrus) ? cirrus.stem : undefined;
  return typeof stem === "string" ? stem : logicalId;
}

/** Names that AWS would refuse once the revision is part of them, as far as the template alone tells. */
export function overlongNames(
  template: Template,
  stackName: string,
): readonly { logicalId: string; name: string; longest: number }[] {
  return entriesOf(template.Resources).flatMap(([logicalId, resource]) => {
    const kind = KINDS[String(resource.Type)];
    const written = kind === undefined ? undefined : propertiesOf(resource)[kind.name];
    const text = isJsonObject(written) ? written["Fn::Sub"] : written;
    if (kind === undefined || typeof text !== "string") return [];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own variable.
    const name = text.replaceAll("${AWS::StackName}", stackName);
    return name.length > kind.longest ? [{ logicalId, name, longest: kind.longest }] : [];
  });
}

/** The members of a section that are maps, in their order. */
export function entriesOf(section: Json | undefined): readonly (readonly [string, JsonObject])[] {
  const entries = isJsonObject(section) ? Object.entries(section) : [];
  return entries.flatMap(([id, member]) => (isJsonObject(member) ? [[id, member] as const] : []));
}

/** The new logical ID of each resource that gets one. */
function nameRevisions(
  template: Template,
  resources: readonly (readonly [string, JsonObject])[],
): ReadonlyMap<string, string> {
  const byId = new Map(resources);
  const supports = supportsOf(resources);
  const names = new Map<string, string>();
  const open = new Set<string>();

  /** What an environment refers to comes first, so that its new name is part of what the environment's is made from. */
  function visit(id: string): void {
    const resource = byId.get(id);
    const kind = resource && KINDS[String(resource.Type)];
    if (resource === undefined || kind === undefined || open.has(id) || names.has(id)) return;
    if (stemOf(id, resource) !== id || (kind.supports && !supports.has(id))) return;
    open.add(id);
    for (const referred of referencesOf(resource)) visit(referred);
    names.set(id, `${id}${digest(identityOf(resource, kind, names, template))}`);
  }

  for (const [id] of resources) visit(id);
  return names;
}

/** Everything that a compute environment refers to, near or far. */
function supportsOf(resources: readonly (readonly [string, JsonObject])[]): ReadonlySet<string> {
  const byId = new Map(resources);
  const found = new Set<string>();
  const waiting = resources.filter(([, { Type }]) => Type === COMPUTE_ENVIRONMENT).map(([, resource]) => resource);
  for (const resource of waiting) {
    for (const id of referencesOf(resource)) {
      const referred = byId.get(id);
      if (referred === undefined || found.has(id)) continue;
      found.add(id);
      waiting.push(referred);
    }
  }
  return found;
}

/** What may not change without a new revision, with the sections of the template that it depends on. */
function identityOf(resource: JsonObject, kind: Kind, names: ReadonlyMap<string, string>, template: Template): Json {
  const properties = kind.inPlace.reduce<JsonObject>(
    (rest, path) => without(rest, path.split(".")),
    propertiesOf(resource),
  );
  const { Type = null, Condition = null } = resource;
  const identity = renameReferences({ Type, Condition, Properties: properties }, names);
  const sections = ["Conditions", "Mappings", "Parameters"].flatMap((name) => {
    const section = template[name];
    const used = isJsonObject(section) ? [...referencesOf(identity)].filter((id) => id in section) : [];
    return used.map((id) => [name, id, isJsonObject(section) ? (section[id] ?? null) : null]);
  });
  return [identity, sections];
}

function asRevision(resource: JsonObject, stem: string, revision: string): JsonObject {
  const kind = KINDS[String(resource.Type)];
  const properties = propertiesOf(resource);
  const written = kind === undefined ? undefined : properties[kind.name];
  const name = written ?? (kind?.alwaysNamed ? { "Fn::Sub": `\${AWS::StackName}-${stem}` } : undefined);
  const metadata = isJsonObject(resource.Metadata) ? resource.Metadata : {};
  return {
    ...resource,
    Metadata: { ...metadata, cirrus: { stem } },
    Properties: {
      // Batch sets the number of vCPUs as jobs come; a later change of MaxvCpus would send this along, and Batch refuses
      // to scale down while jobs run.
      ...without(properties, ["ComputeResources", "DesiredvCpus"]),
      ...(kind !== undefined && name !== undefined && { [kind.name]: withRevision(name, revision) }),
    },
  };
}

function withRevision(name: Json, revision: string): Json {
  if (typeof name === "string") return `${name}-${revision}`;
  if (isJsonObject(name)) {
    const text = name["Fn::Sub"];
    if (typeof text === "string") return { "Fn::Sub": `${text}-${revision}` };
    if (Array.isArray(text)) return { "Fn::Sub": [`${String(text[0])}-${revision}`, ...text.slice(1)] };
  }
  return { "Fn::Join": ["-", [name, revision]] };
}

function propertiesOf(resource: JsonObject): JsonObject {
  return isJsonObject(resource.Properties) ? resource.Properties : {};
}

function without(object: JsonObject, [key = "", ...deeper]: readonly string[]): JsonObject {
  const member = object[key];
  if (deeper.length > 0) return isJsonObject(member) ? { ...object, [key]: without(member, deeper) } : object;
  const { [key]: _left, ...rest } = object;
  return rest;
}

function digest(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, HASH_LENGTH);
}
