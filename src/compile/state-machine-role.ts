/** The least that a state machine needs: to call what its states name, to write its log and to be traced. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Project, Workflow } from "../project/project.ts";
import { stateStatements } from "./integrations.ts";
import { makeRole, type Statement } from "./role.ts";
import type { Scope } from "./scope.ts";
import { listStates } from "./task-states.ts";

export interface RoleContext {
  readonly project: Project;
  readonly scope: Scope;
  readonly tracing: boolean;
}

export function makeStateMachineRole(
  workflow: Workflow,
  /** Its names are logical IDs already. */
  definition: JsonObject,
  { project, scope, tracing }: RoleContext,
): JsonObject {
  const written = workflow.settings.iamRoleStatements ?? [];
  const granted = scope.rewrite(written, workflow, ["iamRoleStatements"]);
  const states = listStates(definition, ["definition"]);
  const needed = states.flatMap((found) => {
    const statements = stateStatements(found.state, { workflow, project });
    if (statements !== "unknown") return statements;
    // Nobody but the author knows what else a state may do; with statements of the author's own it is decided.
    if (workflow.settings.iamRoleStatements === undefined) refuseUnknown(found.name, found.state, found.path);
    return [];
  });
  const statements = [
    ...merge(needed),
    ...(Array.isArray(granted) ? granted.filter(isJsonObject) : []),
    DELIVER_LOGS,
    ...(tracing ? [TRACE] : []),
  ];
  return makeRole("states.amazonaws.com", statements, project.config.provider);

  function refuseUnknown(name: string, state: JsonObject, path: readonly (string | number)[]): void {
    const message = `What the state ${name} may do with ${String(state.Resource)} cannot be told from its definition`;
    const hint = "Grant it in iamRoleStatements of the workflow.";
    scope.refuse(workflow, [...path, "Resource"], "unknown-permissions", message, hint);
  }
}

/** CloudWatch Logs knows no resources for the deliveries that Step Functions sets up. */
const DELIVER_LOGS: Statement = {
  Effect: "Allow",
  Action: [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
  ],
  Resource: "*",
};

/** X-Ray has no resources that a policy could name. */
const TRACE: Statement = {
  Effect: "Allow",
  Action: ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"],
  Resource: "*",
};

/** One statement for all that may be done with the same actions. */
function merge(statements: readonly Statement[]): Statement[] {
  const byActions = new Map<string, { readonly actions: Json; readonly resources: Map<string, Json> }>();
  for (const { Action: actions = [], Resource = [] } of statements) {
    const key = JSON.stringify(actions);
    const entry = byActions.get(key) ?? { actions, resources: new Map<string, Json>() };
    for (const resource of [Resource].flat() as Json[]) entry.resources.set(JSON.stringify(resource), resource);
    byActions.set(key, entry);
  }
  return [...byActions.values()].map(({ actions, resources }) => {
    const all = [...resources.values()];
    const [only] = all;
    return { Effect: "Allow", Action: actions, Resource: all.length === 1 && only !== undefined ? only : all };
  });
}
