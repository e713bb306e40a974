/** IAM: a role of one service with its statements. It has no name, so that no stage and no region can collide. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { given, tagList } from "./template.ts";

export interface Statement extends JsonObject {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: Json;
}

export function allow(actions: readonly string[], resource: Json): Statement {
  return { Effect: "Allow", Action: actions, Resource: resource };
}

/** `provider.iam.role` may set a path, a boundary and tags, which a company's rules ask of every role. */
export function makeRole(service: string, statements: readonly JsonObject[], provider: JsonObject): JsonObject {
  const iam = isJsonObject(provider.iam) ? provider.iam : {};
  const common = isJsonObject(iam.role) ? iam.role : {};
  return {
    Type: "AWS::IAM::Role",
    Properties: given({
      Path: common.path,
      PermissionsBoundary: common.permissionsBoundary ?? common.permissionBoundary,
      Tags: isJsonObject(common.tags) ? tagList(common.tags) : undefined,
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      },
      Policies: [{ PolicyName: "cirrus", PolicyDocument: { Version: "2012-10-17", Statement: statements } }],
    }),
  };
}

/** One statement for all that may be done with the same actions. */
export function mergeStatements(statements: readonly Statement[]): Statement[] {
  const byActions = new Map<string, { readonly actions: readonly string[]; readonly resources: Map<string, Json> }>();
  for (const { Action: actions, Resource } of statements) {
    const key = JSON.stringify(actions);
    const entry = byActions.get(key) ?? { actions, resources: new Map<string, Json>() };
    byActions.set(key, entry);
    for (const resource of Array.isArray(Resource) ? Resource : [Resource]) {
      entry.resources.set(JSON.stringify(resource), resource);
    }
  }
  return [...byActions.values()].map(({ actions, resources }) => {
    const all = [...resources.values()];
    const [only = null] = all;
    return allow(actions, all.length === 1 ? only : all);
  });
}
