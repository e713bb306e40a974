/** The least that a state machine needs: to call what its states name, to write its log and to be traced. */
import { isJsonObject, type JsonObject } from "../json.ts";
import { listStates } from "../project/list-states.ts";
import type { Project, Workflow } from "../project/project.ts";
import { stateNeeds } from "./integrations.ts";
import { allow, makeRole, mergeStatements } from "./role.ts";
import type { Scope } from "./scope.ts";

export interface RoleOptions {
  /** Its names are logical IDs already. */
  readonly definition: JsonObject;
  readonly logged: boolean;
  readonly traced: boolean;
}

export function makeStateMachineRole(
  workflow: Workflow,
  { definition, logged, traced }: RoleOptions,
  project: Project,
  scope: Scope,
): JsonObject {
  const written = workflow.settings.iamRoleStatements;
  const granted = written === undefined ? [] : scope.rewrite(written, workflow, ["iamRoleStatements"]);
  const needs = listStates(definition, ["definition"]).flatMap(({ name, state, path }) => {
    const needed = stateNeeds(state, { workflow, project });
    if (needed !== "unknown") return needed;
    // With statements of the author's own it is decided.
    if (written !== undefined) return [];
    const message = `What the state ${name} may do with ${String(state.Resource)} cannot be told from its definition`;
    const hint = "Grant it in iamRoleStatements of the workflow, as a list of IAM statements.";
    scope.refuse(workflow, [...path, "Resource"], "unknown-permissions", message, hint);
    return [];
  });
  const statements = [
    ...mergeStatements(needs),
    ...(Array.isArray(granted) ? granted.filter(isJsonObject) : []),
    ...(logged ? [DELIVER_LOGS] : []),
    ...(traced ? [TRACE] : []),
  ];
  return makeRole("states.amazonaws.com", statements, project.config.provider);
}

/** CloudWatch Logs knows no resources for the deliveries that Step Functions sets up. */
const DELIVER_LOGS = allow(
  [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
  ],
  "*",
);

/** X-Ray has no resources that a policy could name. */
const TRACE = allow(
  ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"],
  "*",
);
