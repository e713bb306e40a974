/** An IAM role of one service with its statements. It has no name, so that no stage and no region can collide. */
import { isJsonObject, type JsonObject } from "../json.ts";
import { given } from "./scope.ts";

export type Statement = JsonObject;

/** `provider.iam.role` may set a path, a boundary and tags, which a company's rules ask of every role. */
export function makeRole(service: string, statements: readonly Statement[], provider: JsonObject): JsonObject {
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
      Policies:
        statements.length === 0
          ? undefined
          : [{ PolicyName: "cirrus", PolicyDocument: { Version: "2012-10-17", Statement: statements } }],
    }),
  };
}

/** Tags as most resources list them. */
export function tagList(tags: JsonObject): JsonObject[] {
  return Object.entries(tags).map(([Key, Value = ""]) => ({ Key, Value }));
}
