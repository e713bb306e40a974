/** The state machines of a project with every reference resolved, and every task that they name checked. */
import { parseMachine } from "../../asl/machine.ts";
import { integrationOf } from "../../executions/integration.ts";
import { isJsonObject, type JsonObject } from "../../json.ts";
import { nearest, suggest } from "../../nearest.ts";
import { formatPath, type Path, parsePath } from "../../yaml/json-path.ts";
import { listStates } from "../list-states.ts";
import type { Config, Project, Workflow } from "../project.ts";
import type { LocalQueue } from "./local-jobs.ts";
import { lambdaArn, lambdaName, stateMachineArn } from "./local-names.ts";
import { BUILT_IN_FUNCTIONS, type LocalScope } from "./local-scope.ts";

export interface LocalWorkflow {
  readonly name: string;
  readonly arn: string;
  /** Amazon States Language without any reference left. */
  readonly definition: JsonObject;
  /** Absolute. */
  readonly file: string;
}

/** What a state machine may name. */
export interface Targets {
  readonly jobDefinitions: ReadonlyMap<string, { readonly name: string }>;
  readonly jobQueues: ReadonlyMap<string, LocalQueue>;
}

/** Where a problem of one state machine is reported. */
type ReportAt = (path: Path, code: string, message: string, hint: string | undefined) => void;

/** The enabled ones, by name. */
export function bindWorkflows(
  project: Project,
  scope: LocalScope,
  targets: Targets,
): ReadonlyMap<string, LocalWorkflow> {
  const enabled = [...project.workflows.values()].filter((workflow) => workflow.enabled);
  return new Map(enabled.map((workflow) => [workflow.name, bindWorkflow(workflow, project, scope, targets)]));
}

function bindWorkflow(workflow: Workflow, project: Project, scope: LocalScope, targets: Targets): LocalWorkflow {
  const { name, file } = workflow;
  const resolver = scope.at(workflow);
  const resolved = resolver.resolve(workflow.definition, ["definition"]);
  const definition = isJsonObject(resolved ?? null) ? (resolved as JsonObject) : {};
  const report: ReportAt = (path, code, message, hint) => {
    const where = { file: workflow.shown, ...workflow.locate(path), path: formatPath(path) };
    scope.report({ code, message, ...where, hint });
  };
  // Without a reference that could not be resolved, so that one mistake is one problem.
  const parsed = resolver.failed() ? undefined : parseMachine(definition);
  if (parsed !== undefined && "problems" in parsed) {
    for (const { path = "$", code, message, hint } of parsed.problems) {
      report(["definition", ...parsePath(path)], code, message, hint);
    }
  }
  for (const { state, path } of listStates(definition, ["definition"])) {
    if (state.Type === "Task") checkTask(state, path, { project, scope, targets, report });
  }
  return { name, arn: stateMachineArn(name), definition, file };
}

interface Check {
  readonly project: Project;
  readonly scope: LocalScope;
  readonly targets: Targets;
  readonly report: ReportAt;
}

function checkTask(state: JsonObject, path: Path, check: Check): void {
  const resource = state.Resource;
  if (typeof resource !== "string") return;
  const argumentsKey = state.Arguments === undefined ? "Parameters" : "Arguments";
  const given = state[argumentsKey];
  const parameters = isJsonObject(given ?? null) ? (given as JsonObject) : {};
  const literal = (member: string, examine: (name: string, at: Path) => void) => {
    const value = parameters[member];
    // `{% … %}` is an expression, whose value is known only when the state runs.
    if (typeof value === "string" && !value.startsWith("{%")) examine(value, [...path, argumentsKey, member]);
  };
  const integration = integrationOf(resource);
  if (integration?.startsWith("lambda:invoke")) {
    literal("FunctionName", (name, at) => checkFunction(name, at, check));
  } else if (integration?.startsWith("batch:submitJob")) {
    literal("JobDefinition", (name, at) => checkBatch("job definition", name, check.targets.jobDefinitions, at, check));
    literal("JobQueue", (name, at) => checkBatch("job queue", name, check.targets.jobQueues, at, check));
  } else if (!/^arn:[^:]*:states:/.test(resource)) {
    checkFunction(resource, [...path, "Resource"], check);
  }
}

function checkFunction(name: string, path: Path, { project, scope, report }: Check): void {
  const names = [...scope.components.keys(), ...BUILT_IN_FUNCTIONS];
  const { config } = project;
  const bare = name.replace(/:\$LATEST$/, "");
  if (names.some((known) => bare === lambdaArn(config, known) || bare === lambdaName(config, known))) return;
  const message = `There is no Lambda ${name} on this machine`;
  const near = nearest(componentOf(bare, config), names);
  const hint = near === undefined ? suggest(bare, names) : `Did you mean !GetAtt ${near}.Arn?`;
  report(path, "unknown-function", message, hint);
}

/** The component that a function's name or ARN means. */
function componentOf(name: string, config: Config): string {
  const last = name.split(":").at(-1) ?? name;
  return last.startsWith(`${config.stackName}-`) ? last.slice(config.stackName.length + 1) : last;
}

function checkBatch(
  what: "job definition" | "job queue",
  name: string,
  known: ReadonlyMap<string, { readonly name: string }>,
  path: Path,
  { report }: Check,
): void {
  // A job definition may be named with its revision.
  if (known.has(name) || known.has(name.replace(/:\d+$/, ""))) return;
  const names = [...known.values()].map((entry) => entry.name);
  const code = what === "job queue" ? "unknown-job-queue" : "unknown-job-definition";
  report(path, code, `There is no ${what} ${name} on this machine`, suggest(name.split("/").at(-1) ?? name, names));
}
