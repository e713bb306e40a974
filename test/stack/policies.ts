/** The statements of every IAM role and resource policy in a CloudFormation template, with their resources as texts. */
import { isJsonObject, type Json, type JsonObject } from "../../src/json.ts";

export interface Grant {
  /** Logical ID of the role or policy. */
  readonly holder: string;
  readonly type: string;
  readonly effect: string;
  readonly actions: readonly string[];
  /** `arn:${AWS::Partition}:s3:::${DataBucket}/*` */
  readonly resources: readonly string[];
  /** Whom a resource's policy speaks of. */
  readonly principal: Json;
  readonly condition: Json;
}

export const ROLE = "AWS::IAM::Role";

/** What says what its holder may do; every other policy is attached to what it protects. */
export const OF_HOLDERS: readonly string[] = [ROLE, "AWS::IAM::ManagedPolicy"];

export function listGrants(resources: ReadonlyMap<string, JsonObject>): Grant[] {
  return [...resources].flatMap(([holder, { Type, Properties = null }]) =>
    findDocuments(Properties)
      .flatMap(({ Statement = [] }) => [Statement].flat())
      .filter(isJsonObject)
      .map(({ Effect, Action, Resource, Principal = null, Condition = null }) => ({
        holder,
        type: String(Type),
        effect: String(Effect),
        actions: texts(Action),
        resources: texts(Resource),
        principal: Principal,
        condition: Condition,
      })),
  );
}

/** ARNs of policies that AWS or somebody else maintains. */
export function listManagedPolicies(resources: ReadonlyMap<string, JsonObject>): string[] {
  const all = [...resources.values()].flatMap(({ Properties }) =>
    isJsonObject(Properties) ? texts(Properties.ManagedPolicyArns) : [],
  );
  return [...new Set(all)].sort();
}

/** Wherever they stand: a policy, a role's inline policies, a key's. Who may assume a role is no grant. */
function findDocuments(value: Json): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(findDocuments);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member = null]) => {
    if (key === "AssumeRolePolicyDocument") return [];
    return isJsonObject(member) && member.Statement !== undefined ? [member] : findDocuments(member);
  });
}

function texts(value: Json | undefined): string[] {
  return [value ?? []].flat().map((item: Json) => render(item));
}

/** An intrinsic function as the text that it stands for, references in `${…}`. */
export function render(value: Json): string {
  if (!isJsonObject(value)) return String(value);
  const { Ref, "Fn::GetAtt": attribute, "Fn::Sub": text, "Fn::Join": join } = value;
  if (Ref !== undefined) return `\${${String(Ref)}}`;
  if (attribute !== undefined) return `\${${[attribute].flat().join(".")}}`;
  if (typeof text === "string") return text;
  if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map(render).join(String(join[0]));
  return JSON.stringify(value);
}
