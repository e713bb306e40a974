/**
 * The workflows of a stack: its state machines, as they are deployed. Which they are CloudFormation says: by their names alone
 * those of `demo-prod-eu` would be workflows of `demo-prod` too. What was asked for is remembered for a while.
 */
import type { Clock } from "../clock.ts";
import type { ExecutionKey } from "../executions/executions.ts";
import { AROUND_JOBS, taskTarget } from "../executions/task-target.ts";
import type { WorkflowInfo, Workflows } from "../executions/workflows.ts";
import { isJsonObject, type Json } from "../json.ts";
import { WORKFLOW_NAME } from "../payload/payload-id.ts";
import type { CloudFormation } from "./services/cloudformation.ts";
import type { StepFunctions } from "./services/sfn.ts";

export interface SfnWorkflowsOptions {
  readonly sfn: () => Promise<StepFunctions>;
  readonly cloudformation: () => Promise<CloudFormation>;
  readonly stack: string;
  /** `arn:<partition>:states:<region>:<account>:stateMachine:<stack>-` */
  readonly baseArn: string;
  readonly clock: Pick<Clock, "now">;
}

/** A deployment shows after so long at the latest. */
const REMEMBERED_MS = 60_000;
/** Definitions of executions, each up to 1 MB: they never change. */
const MOST_DEFINITIONS = 50;
/** Definitions are asked for side by side; Step Functions takes 20 such calls a second for long. */
const AT_ONCE = 10;

export function makeSfnWorkflows({ sfn, cloudformation, stack, baseArn, clock }: SfnWorkflowsOptions): Workflows {
  const [, prefix = ""] = /^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:(.+)$/.exec(baseArn) ?? [];
  const ofExecutions = new Map<string, Json>();
  let remembered: { readonly until: number; readonly workflows: Promise<readonly WorkflowInfo[]> } | undefined;

  async function machineNames(): Promise<readonly string[]> {
    const service = await cloudformation();
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await service.listStackResources({ StackName: stack, ...(token && { NextToken: token }) });
      for (const { ResourceType, PhysicalResourceId: arn = "" } of page.StackResourceSummaries ?? []) {
        const workflow = arn.slice(baseArn.length);
        const isOurs = ResourceType === "AWS::StepFunctions::StateMachine" && arn.startsWith(baseArn);
        if (isOurs && WORKFLOW_NAME.test(workflow)) names.push(workflow);
      }
      token = page.NextToken;
    } while (token);
    return names.toSorted();
  }

  async function readAll(): Promise<readonly WorkflowInfo[]> {
    const [service, names] = await Promise.all([sfn(), machineNames()]);
    const found: WorkflowInfo[] = [];
    for (let next = 0; next < names.length; next += AT_ONCE) {
      const some = names.slice(next, next + AT_ONCE).map((name) => read(service, name));
      found.push(...(await Promise.all(some)).flatMap((info) => info ?? []));
    }
    return found;
  }

  /** Undefined for one that is being removed. */
  async function read(service: StepFunctions, name: string): Promise<WorkflowInfo | undefined> {
    try {
      const found = await service.describeStateMachine({ stateMachineArn: `${baseArn}${name}` });
      const definition = parse(found.definition);
      return definition === undefined ? undefined : { name, description: commentOf(definition), definition };
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }

  function all(): Promise<readonly WorkflowInfo[]> {
    const now = clock.now();
    if (remembered === undefined || remembered.until < now) {
      const workflows = readAll();
      const asked = { until: now + REMEMBERED_MS, workflows };
      remembered = asked;
      // A failure is nothing to remember.
      workflows.catch(() => {
        if (remembered === asked) remembered = undefined;
      });
    }
    return remembered.workflows;
  }

  async function readDefinition({ workflow, name }: ExecutionKey): Promise<Json | undefined> {
    const executionArn = `${baseArn.replace(":stateMachine:", ":execution:")}${workflow}:${name}`;
    try {
      return parse((await (await sfn()).describeStateMachineForExecution({ executionArn })).definition);
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }

  return {
    list: all,
    get: async (name) => (await all()).find((one) => one.name === name),
    async definitionOf(key) {
      const name = `${key.workflow}:${key.name}`;
      const definition = ofExecutions.get(name) ?? (await readDefinition(key));
      if (definition === undefined) return undefined;
      ofExecutions.delete(name);
      ofExecutions.set(name, definition);
      for (const oldest of ofExecutions.keys()) if (ofExecutions.size > MOST_DEFINITIONS) ofExecutions.delete(oldest);
      return definition;
    },
    taskOf: (state) => taskOf(state, prefix),
  };
}

/** Lambdas and job definitions of the stack are called after it and the task. */
function taskOf(state: Json, prefix: string): ReturnType<Workflows["taskOf"]> {
  const target = taskTarget(state);
  if (target?.kind === "lambda") {
    const name = target.functionName.slice(prefix.length);
    return target.functionName.startsWith(prefix) && !AROUND_JOBS.has(name) ? { name, kind: "lambda" } : undefined;
  }
  // A job bears its task's name, whatever its definition is called.
  const definition = target?.jobDefinition;
  const name = target?.jobName ?? (definition?.startsWith(prefix) ? definition.slice(prefix.length) : undefined);
  return name === undefined ? undefined : { name, kind: "batch" };
}

function commentOf(definition: Json): string | undefined {
  return isJsonObject(definition) && typeof definition.Comment === "string" ? definition.Comment : undefined;
}

/** Step Functions took it only as JSON; encrypted ones it may not show. */
function parse(definition: string | undefined): Json | undefined {
  return definition === undefined || definition === "" ? undefined : (JSON.parse(definition) as Json);
}

function isMissing(thrown: unknown): boolean {
  const name = thrown instanceof Error ? thrown.name : "";
  return ["StateMachineDoesNotExist", "StateMachineDeleting", "ExecutionDoesNotExist", "InvalidArn"].includes(name);
}
