/** A workflow as a state machine with a log and a role of its own. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Project, Workflow } from "../project/project.ts";
import { definitionString } from "./definition-string.ts";
import { arnOf } from "./intrinsics.ts";
import { stateMachineId, stateMachineLogGroup, stateMachineLogGroupId, stateMachineRoleId } from "./names.ts";
import type { Scope } from "./scope.ts";
import { makeStateMachineRole } from "./state-machine-role.ts";
import { given, logRetention, mergeMaps, tagList } from "./template.ts";

/** By logical ID. */
export function compileStateMachine(workflow: Workflow, project: Project, scope: Scope): JsonObject {
  const { name, settings, stateMachineName } = workflow;
  refuseSettings(workflow, scope);
  const rewrite = (key: string): Json | undefined => {
    const value = settings[key];
    return value === undefined ? undefined : scope.rewrite(value, workflow, [key]);
  };
  const rewritten = scope.rewrite(workflow.definition, workflow, ["definition"]);
  const definition = isJsonObject(rewritten) ? rewritten : {};
  const logging = loggingOf(workflow, rewrite("loggingConfig"));
  const traced = objectOf(settings.tracingConfig).enabled !== false;
  const ownRole = settings.role === undefined;
  const tags = mergeMaps([project.config.provider.tags, rewrite("tags")]);
  return {
    [stateMachineId(name)]: given({
      Type: "AWS::StepFunctions::StateMachine",
      DependsOn: rewrite("dependsOn"),
      DeletionPolicy: settings.retain === true ? "Retain" : undefined,
      Properties: given({
        StateMachineName: stateMachineName,
        StateMachineType: "STANDARD",
        RoleArn: ownRole ? arnOf(stateMachineRoleId(name)) : rewrite("role"),
        DefinitionString: definitionString(definition),
        LoggingConfiguration: logging.configuration,
        TracingConfiguration: { Enabled: traced },
        Tags: Object.keys(tags).length === 0 ? undefined : tagList(tags),
      }),
    }),
    ...(logging.own && {
      [stateMachineLogGroupId(name)]: {
        Type: "AWS::Logs::LogGroup",
        Properties: {
          LogGroupName: stateMachineLogGroup(stateMachineName),
          RetentionInDays: logRetention(project),
        },
      },
    }),
    ...(ownRole && {
      [stateMachineRoleId(name)]: makeStateMachineRole(
        workflow,
        { definition, logged: logging.on, traced },
        project,
        scope,
      ),
    }),
  };
}

/** The plugin whose file format this is makes more of these keys than a payload's execution can bear. */
function refuseSettings(workflow: Workflow, scope: Scope): void {
  const refuse = (key: string, message: string, hint: string) => {
    if (workflow.settings[key] !== undefined) scope.refuse(workflow, [key], "unsupported-key", message, hint);
  };
  const { settings, name } = workflow;
  if (Array.isArray(settings.events) && settings.events.length > 0) {
    const message = `The workflow ${name} has events, but only a payload starts a workflow`;
    refuse("events", message, "Give the events to a feeder, which publishes payloads.");
  }
  if (settings.type === "EXPRESS") {
    const message = `The workflow ${name} is EXPRESS, whose executions announce no end`;
    refuse("type", message, "Leave type out, so that the state of its payloads can follow.");
  }
  for (const key of ["alarms", "notifications"]) {
    refuse(key, `${key} of a workflow are not made`, "Declare them as resources in cloudformation/.");
  }
}

interface Logging {
  readonly configuration: JsonObject;
  readonly on: boolean;
  /** Whether the log group is the workflow's own, not one that its definition names. */
  readonly own: boolean;
}

/** Errors only, without the payloads: the history of an execution holds everything. */
function loggingOf(workflow: Workflow, written: Json | undefined): Logging {
  const { level = "ERROR", includeExecutionData = false, destinations } = objectOf(written);
  if (level === "OFF") return { configuration: { Level: "OFF" }, on: false, own: false };
  const own = !Array.isArray(destinations) || destinations.length === 0;
  const arns = own ? [arnOf(stateMachineLogGroupId(workflow.name))] : destinations;
  return {
    configuration: {
      Level: level,
      IncludeExecutionData: includeExecutionData,
      Destinations: arns.map((arn) => ({ CloudWatchLogsLogGroup: { LogGroupArn: arn } })),
    },
    on: true,
    own,
  };
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
