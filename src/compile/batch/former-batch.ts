/**
 * Carries what the deployed stack runs jobs in, and the new template no longer has, over into the new template. Unless it
 * is there, CloudFormation deletes it at the end of the update, and Batch kills the jobs of a queue that is deleted.
 */
import { isJsonObject, type Json } from "../../json.ts";
import { JOB_DEFINITION } from "../job-definitions.ts";
import { referencesOf } from "../template-references.ts";
import { COMPUTE_ENVIRONMENT, entriesOf, JOB_QUEUE, stemOf, type Template } from "./batch-revisions.ts";
import { dropPermissions, keepPermissions } from "./former-permissions.ts";

export interface Former {
  readonly logicalId: string;
  /** The name that people wrote; of a role, the job definition whose jobs may still have it. */
  readonly stem: string;
  readonly type: string;
}

export interface Kept {
  readonly template: Template;
  /** Environments, queues, job definitions and roles of jobs that stay although the project no longer has them as they are. */
  readonly kept: readonly Former[];
  /** Those that this update removes. */
  readonly dropped: readonly Former[];
}

/** What jobs run in, or are made from. */
export const BATCH_TYPES: readonly string[] = [COMPUTE_ENVIRONMENT, JOB_QUEUE, JOB_DEFINITION];

const ROLE = "AWS::IAM::Role";

/** Resources that give another one its rights, or its way to the internet, and point at it rather than being pointed at. */
const ATTACHED = [
  "AWS::IAM::Policy",
  "AWS::IAM::RolePolicy",
  "AWS::IAM::ManagedPolicy",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::EC2::SecurityGroupEgress",
  "AWS::EC2::VPCGatewayAttachment",
  "AWS::EC2::SubnetRouteTableAssociation",
  "AWS::EC2::Route",
  "AWS::EC2::VPCEndpoint",
];

/**
 * What was current until now always stays: executions may start on it until the update reaches their state machine.
 * What an earlier update left over stays while it is in use. `inUse` holds logical IDs.
 */
export function keepFormerBatch(template: Template, deployed: Template, inUse: ReadonlySet<string>): Kept {
  const lacking = lackingIn(template, deployed);
  const before = recordedIn(deployed);
  const stays = ({ logicalId }: Former) => !before.has(logicalId) || inUse.has(logicalId);
  const former = formerIn(deployed, lacking);
  const users = former.filter(({ type }) => type !== COMPUTE_ENVIRONMENT).filter(stays);
  const reached = closure(
    users.map(({ logicalId }) => logicalId),
    deployed,
    lacking,
  );
  const environments = former.filter(
    ({ type, logicalId }) => type === COMPUTE_ENVIRONMENT && (reached.has(logicalId) || !before.has(logicalId)),
  );
  const kept = former.filter((one) => users.includes(one) || environments.includes(one));
  const carried = closure(
    kept.map(({ logicalId }) => logicalId),
    deployed,
    lacking,
  );
  return {
    template: kept.length === 0 ? template : withCarried(template, deployed, kept, carried),
    kept,
    dropped: former.filter((one) => !kept.includes(one)),
  };
}

/** What the stack holds over from earlier deployments. */
export function formerOf(deployed: Template): readonly Former[] {
  return formerIn(deployed, new Set(recordedIn(deployed).keys()));
}

/** The deployed template without some of what is former, and without what stood there for it alone. */
export function removeFormer(deployed: Template, retired: ReadonlySet<string>): Template {
  const current = withoutFormer(deployed);
  const staying = formerOf(deployed).filter(({ logicalId }) => !retired.has(logicalId));
  const { template } = keepFormerBatch(current, deployed, new Set(staying.map(({ logicalId }) => logicalId)));
  return template;
}

/** The environments that a queue sends its jobs to, by logical ID. */
export function environmentsOf(queue: string, template: Template): readonly string[] {
  const resources = new Map(entriesOf(template.Resources));
  return [...referencesOf(resources.get(queue) ?? null)].filter(
    (id) => resources.get(id)?.Type === COMPUTE_ENVIRONMENT,
  );
}

function withCarried(
  template: Template,
  deployed: Template,
  kept: readonly Former[],
  carried: ReadonlySet<string>,
): Template {
  const sections = ["Parameters", "Mappings", "Conditions", "Resources"].flatMap((name) => {
    const own = isJsonObject(template[name]) ? template[name] : {};
    const added = entriesOf(deployed[name]).filter(([id]) => carried.has(id) && !(id in own));
    return added.length === 0 ? [] : [[name, { ...own, ...Object.fromEntries(added) }] as const];
  });
  const extended: Template = { ...template, ...Object.fromEntries(sections) };
  const metadata = isJsonObject(template.Metadata) ? template.Metadata : {};
  const cirrus = isJsonObject(metadata.cirrus) ? metadata.cirrus : {};
  // At the top, not in the resources: these stay as they are, byte for byte.
  const formerBatch = Object.fromEntries(kept.map(({ logicalId, stem }) => [logicalId, stem]));
  // What was carried along is listed too: without the list nobody could tell it from the project's own.
  const carriedAlong = [...carried].filter((id) => !(id in formerBatch)).sort();
  const noted = { ...metadata, cirrus: { ...cirrus, formerBatch, carriedAlong } };
  return keepPermissions({ ...extended, Metadata: noted }, deployed, kept);
}

/** As the project itself made it. */
function withoutFormer(deployed: Template): Template {
  const metadata = isJsonObject(deployed.Metadata) ? deployed.Metadata : {};
  const { formerBatch: _former, carriedAlong, ...cirrus } = isJsonObject(metadata.cirrus) ? metadata.cirrus : {};
  const along = Array.isArray(carriedAlong) ? carriedAlong.map(String) : [];
  const gone = new Set([...recordedIn(deployed).keys(), ...along]);
  const sections = ["Parameters", "Mappings", "Conditions", "Resources"].flatMap((name) => {
    const section = deployed[name];
    if (!isJsonObject(section)) return [];
    return [[name, Object.fromEntries(Object.entries(section).filter(([id]) => !gone.has(id)))] as const];
  });
  return dropPermissions({ ...deployed, ...Object.fromEntries(sections), Metadata: { ...metadata, cirrus } });
}

/** The IDs of what is former, with their stems. */
function recordedIn(deployed: Template): ReadonlyMap<string, string> {
  const metadata = isJsonObject(deployed.Metadata) ? deployed.Metadata : {};
  const cirrus = isJsonObject(metadata.cirrus) ? metadata.cirrus : {};
  const recorded = isJsonObject(cirrus.formerBatch) ? cirrus.formerBatch : {};
  return new Map(Object.entries(recorded).map(([id, stem]) => [id, String(stem)]));
}

function formerIn(deployed: Template, ids: ReadonlySet<string>): readonly Former[] {
  const roles = new Map([...rolesOfJobs(deployed, ids), ...recordedIn(deployed)]);
  return entriesOf(deployed.Resources).flatMap(([logicalId, resource]) => {
    const type = String(resource.Type);
    const stem = type === ROLE ? roles.get(logicalId) : stemOf(logicalId, resource);
    const isFormer = ids.has(logicalId) && (BATCH_TYPES.includes(type) || type === ROLE);
    return isFormer && stem !== undefined ? [{ logicalId, stem, type }] : [];
  });
}

/** A job definition that stays may name another role from now on; jobs of its former revisions have the one before. */
function rolesOfJobs(deployed: Template, lacking: ReadonlySet<string>): ReadonlyMap<string, string> {
  const staying = entriesOf(deployed.Resources).filter(([id, { Type }]) => Type === JOB_DEFINITION && !lacking.has(id));
  return new Map(staying.flatMap(([id, resource]) => [...referencesOf(resource)].map((referred) => [referred, id])));
}

/** What the new template no longer names, of any section that a resource may refer to. */
function lackingIn(template: Template, deployed: Template): ReadonlySet<string> {
  const lacking = ["Parameters", "Mappings", "Conditions", "Resources"].flatMap((name) => {
    const own = template[name];
    return entriesOf(deployed[name]).flatMap(([id]) => (isJsonObject(own) && id in own ? [] : [id]));
  });
  return new Set(lacking);
}

/** Everything lacking that these need: what they refer to, near or far, and what is attached to that. */
function closure(ids: readonly string[], deployed: Template, lacking: ReadonlySet<string>): ReadonlySet<string> {
  const parts = new Map<string, Json>(
    ["Parameters", "Mappings", "Conditions", "Resources"].flatMap((name) => [...entriesOf(deployed[name])]),
  );
  const attached = entriesOf(deployed.Resources)
    .filter(([id, { Type }]) => lacking.has(id) && ATTACHED.includes(String(Type)))
    .map(([id, resource]) => ({ id, to: referencesOf(resource) }));
  const found = new Set(ids);
  // A set gives what is added to it while it is being read.
  for (const id of found) {
    for (const referred of referencesOf(parts.get(id) ?? null)) if (lacking.has(referred)) found.add(referred);
    for (const one of attached) if (one.to.has(id)) found.add(one.id);
  }
  return found;
}
