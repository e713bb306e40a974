/**
 * Lets executions that run on submit to the queue that they started with: the role of their state machine is updated
 * in place, and the new template names the new queue only.
 */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { referencesOf } from "../template-references.ts";
import { entriesOf, type Template } from "./batch-revisions.ts";

/** As much of what is kept as its rights depend on. */
interface KeptPart {
  readonly logicalId: string;
}

/** Adds to each role what its deployed version may do with what is kept. */
export function keepPermissions(template: Template, deployed: Template, kept: readonly KeptPart[]): Template {
  const former = new Map(entriesOf(deployed.Resources));
  const wanted = kept.map(({ logicalId }) => ({ logicalId, names: namesOf(former.get(logicalId)) }));
  const isWanted = (resource: Json) =>
    wanted.some(
      ({ logicalId, names }) => referencesOf(resource).has(logicalId) || names.some((name) => ends(resource, name)),
    );
  return eachRole(template, (resource, id) => {
    const before = former.get(id);
    if (before === undefined || resource.Type !== before.Type) return resource;
    const statements = statementsOf(before).flatMap((statement) => narrow(statement, isWanted));
    return statements.length === 0 ? resource : addStatements(resource, distinct(statements));
  });
}

/** Takes away what `keepPermissions` added. */
export function dropPermissions(template: Template): Template {
  return eachRole(template, (resource) => {
    const properties = isJsonObject(resource.Properties) ? resource.Properties : {};
    const policies = Array.isArray(properties.Policies) ? properties.Policies : undefined;
    const others = policies?.filter((policy) => !isJsonObject(policy) || policy.PolicyName !== POLICY);
    if (others !== undefined && others.length < (policies?.length ?? 0)) {
      return { ...resource, Properties: { ...properties, Policies: others } };
    }
    const document = properties.PolicyDocument;
    if (!isJsonObject(document)) return resource;
    const all = [document.Statement ?? []].flat();
    const own = all.filter((statement) => !isJsonObject(statement) || !isAdded(statement));
    if (own.length === all.length) return resource;
    return { ...resource, Properties: { ...properties, PolicyDocument: { ...document, Statement: own } } };
  });
}

/** Where a role has policies of its own, the added one; where the policy is a resource, how the added statements begin. */
const POLICY = "former-batch";
const SID = "FormerBatch";

function eachRole(template: Template, change: (resource: JsonObject, id: string) => JsonObject): Template {
  const resources = entriesOf(template.Resources).map(([id, resource]): [string, JsonObject] => [
    id,
    ROLES.includes(String(resource.Type)) ? change(resource, id) : resource,
  ]);
  return { ...template, Resources: Object.fromEntries(resources) };
}

function isAdded({ Sid }: JsonObject): boolean {
  return typeof Sid === "string" && Sid.startsWith(SID);
}

/** Numbered anew: what was carried over before comes again with what is carried over now. */
function distinct(statements: readonly JsonObject[]): readonly JsonObject[] {
  const texts = statements.map(({ Sid: _old, ...statement }) => JSON.stringify(statement));
  const parsed = [...new Set(texts)].map((text) => JSON.parse(text) as JsonObject); // written by the line above
  return parsed.map((statement, index) => ({ Sid: `${SID}${index + 1}`, ...statement }));
}

const ROLES = ["AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"];

/** A job definition is allowed by its name, whose revisions come and go. */
function namesOf(resource: JsonObject | undefined): readonly string[] {
  const properties = resource !== undefined && isJsonObject(resource.Properties) ? resource.Properties : {};
  const name = textOf(properties.JobDefinitionName ?? null);
  return name === undefined ? [] : [`job-definition/${name}`, `job-definition/${name}:*`];
}

function ends(resource: Json, name: string): boolean {
  return textOf(resource)?.endsWith(name) === true;
}

function textOf(value: Json): string | undefined {
  if (typeof value === "string") return value;
  const text = isJsonObject(value) ? value["Fn::Sub"] : undefined;
  return typeof text === "string" ? text : undefined;
}

/** The part of a statement that is about what is kept; what is denied there stays denied. */
function narrow(statement: JsonObject, isWanted: (resource: Json) => boolean): readonly JsonObject[] {
  const resources = [statement.Resource ?? []].flat().filter((resource) => isWanted(resource));
  return resources.length === 0 ? [] : [{ ...statement, Resource: resources }];
}

function statementsOf(resource: JsonObject): readonly JsonObject[] {
  return documentsOf(resource).flatMap(({ Statement = [] }) => [Statement].flat().filter(isJsonObject));
}

/** A role's own policies, or the one of a policy. */
function documentsOf({ Properties }: JsonObject): readonly JsonObject[] {
  if (!isJsonObject(Properties)) return [];
  const policies = Array.isArray(Properties.Policies) ? Properties.Policies.filter(isJsonObject) : [Properties];
  return policies.flatMap(({ PolicyDocument }) => (isJsonObject(PolicyDocument) ? [PolicyDocument] : []));
}

function addStatements(resource: JsonObject, added: readonly JsonObject[]): JsonObject {
  const properties = isJsonObject(resource.Properties) ? resource.Properties : {};
  if (isJsonObject(properties.PolicyDocument)) {
    return { ...resource, Properties: { ...properties, PolicyDocument: extend(properties.PolicyDocument, added) } };
  }
  const policies = Array.isArray(properties.Policies) ? properties.Policies : [];
  const PolicyDocument = { Version: "2012-10-17", Statement: added };
  return {
    ...resource,
    Properties: { ...properties, Policies: [...policies, { PolicyName: POLICY, PolicyDocument }] },
  };
}

function extend(document: JsonObject, added: readonly JsonObject[]): JsonObject {
  return { ...document, Statement: [...[document.Statement ?? []].flat(), ...added] };
}
