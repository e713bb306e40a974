/**
 * A deployed stage behind one small HTTP server: CloudFormation, Batch, Step Functions and S3 as far as a change of Batch
 * resources calls them, with answers of AWS's shapes, a few entries a page, and throttles on request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { entriesOf, type Template } from "../../../src/compile/batch/batch-revisions.ts";

export interface FakeJob {
  readonly status: string;
  readonly definition: string;
}

export interface FakeExecution {
  readonly name: string;
  readonly startedAt: number;
  readonly definition: string;
  /** When the state machine got that definition. */
  readonly updatedAt: number;
}

export interface FakeStage {
  readonly endpoint: string;
  /** `cloudformation:GetTemplate`, `batch:/v1/listjobs` …, in the order they came. */
  readonly calls: string[];
  template: Template;
  status: string;
  /** When CloudFormation last changed each resource. */
  updatedAt: number;
  readonly outputs: Record<string, string>;
  /** By the queue's name. */
  readonly jobs: Map<string, FakeJob[]>;
  readonly queueStates: Map<string, string>;
  /** How often a queue is still shown as being updated. */
  updatingQueues: number;
  /** By the state machine's logical ID. */
  readonly executions: Map<string, FakeExecution[]>;
  /** How many of the account there are besides the stack's own. */
  others: { environments: number; queues: number };
  /** Refusals by call, used up one by one. */
  readonly refusals: Map<string, { readonly code: string; times: number }>;
  /** Happens once, after a queue was disabled. */
  onDisable: (() => void) | undefined;
  /** The states that the stack goes through after UpdateStack; the template is the new one at UPDATE_COMPLETE. */
  updateStates: string[];
  readonly objects: Map<string, string>;
  /** Logical IDs that CloudFormation failed to delete. */
  readonly undeletable: string[];
}

export const STACK = "demo-dev";
const ARN = "arn:aws:batch:us-west-2:123456789012:";

/** The physical ID of a resource of the stack. */
export function physicalIdOf(type: string, logicalId: string): string {
  if (type === "AWS::Batch::JobQueue") return `${ARN}job-queue/${STACK}-${logicalId}`;
  if (type === "AWS::Batch::ComputeEnvironment") return `${ARN}compute-environment/${STACK}-${logicalId}`;
  if (type === "AWS::Batch::JobDefinition") return `${ARN}job-definition/${STACK}-${logicalId}:3`;
  if (type === "AWS::StepFunctions::StateMachine") {
    return `arn:aws:states:us-west-2:123456789012:stateMachine:${STACK}-${logicalId}`;
  }
  return `${STACK}-${logicalId}`;
}

export async function startFakeStage(template: Template): Promise<FakeStage> {
  const stage: Omit<FakeStage, "endpoint"> = {
    calls: [],
    template,
    status: "UPDATE_COMPLETE",
    updatedAt: 0,
    outputs: {},
    jobs: new Map(),
    queueStates: new Map(),
    updatingQueues: 0,
    executions: new Map(),
    others: { environments: 0, queues: 0 },
    refusals: new Map(),
    onDisable: undefined,
    updateStates: ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"],
    objects: new Map(),
    undeletable: [],
  };
  const server = createServer(async (request, response) => answer(stage, request, await textOf(request), response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on a port");
  return Object.assign(stage, { endpoint: `http://127.0.0.1:${address.port}` });
}

type Stage = Omit<FakeStage, "endpoint">;
type Input = Readonly<Record<string, unknown>>;

function answer(stage: Stage, request: IncomingMessage, body: string, response: ServerResponse): unknown {
  const target = request.headers["x-amz-target"];
  const path = request.url ?? "";
  const form = new URLSearchParams(body);
  const action = form.get("Action");
  const call =
    action !== null
      ? `cloudformation:${action}`
      : typeof target === "string"
        ? `states:${target.split(".")[1]}`
        : path.startsWith("/v1/")
          ? `batch:${path}`
          : `s3:${request.method}`;
  stage.calls.push(call);
  const refusal = stage.refusals.get(call);
  if (refusal !== undefined && refusal.times > 0) {
    refusal.times -= 1;
    return refuse(response, action !== null, refusal.code);
  }
  if (action !== null) return send(response, "text/xml", cloudFormation(stage, action, form));
  if (call.startsWith("s3:")) return object(stage, call, path, body, response);
  const input: Input = JSON.parse(body || "{}");
  const output = call.startsWith("states:") ? states(stage, call, input) : batch(stage, path, input);
  return send(response, "application/x-amz-json-1.0", JSON.stringify(output));
}

function cloudFormation(stage: Stage, action: string, form: URLSearchParams): string {
  const result = (xml: string) => `<${action}Response><${action}Result>${xml}</${action}Result></${action}Response>`;
  const status = stage.status;
  if (action === "DescribeStacks") {
    const next = stage.status === "UPDATE_COMPLETE" ? undefined : stage.updateStates.shift();
    stage.status = next ?? stage.status;
    const outputs = Object.entries(stage.outputs).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    return result(`<Stacks><member><StackName>${STACK}</StackName>
      <StackId>arn:aws:cloudformation:us-west-2:123456789012:stack/${STACK}/1</StackId>
      <StackStatus>${status}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>
      <Capabilities><member>CAPABILITY_NAMED_IAM</member></Capabilities><Outputs>${outputs.join("")}</Outputs>
    </member></Stacks>`);
  }
  if (action === "GetTemplate")
    return result(`<TemplateBody>${escapeXml(JSON.stringify(stage.template))}</TemplateBody>`);
  if (action === "ListStackResources") {
    const all = entriesOf(stage.template.Resources).map(
      ([
        id,
        { Type },
      ]) => `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>${String(Type)}</ResourceType>
        <PhysicalResourceId>${physicalIdOf(String(Type), id)}</PhysicalResourceId>
        <ResourceStatus>CREATE_COMPLETE</ResourceStatus>
        <LastUpdatedTimestamp>${new Date(stage.updatedAt).toISOString()}</LastUpdatedTimestamp></member>`,
    );
    const { items, next } = page(all, form.get("NextToken"), 4);
    const token = next === undefined ? "" : `<NextToken>${next}</NextToken>`;
    return result(`<StackResourceSummaries>${items.join("")}</StackResourceSummaries>${token}`);
  }
  if (action === "UpdateStack") {
    const url = form.get("TemplateURL");
    const body =
      url === null ? form.get("TemplateBody") : stage.objects.get(new URL(url).pathname.split("/").slice(2).join("/"));
    const [first = "UPDATE_IN_PROGRESS", ...rest] = stage.updateStates;
    if (stage.updateStates.includes("UPDATE_COMPLETE")) stage.template = JSON.parse(body ?? "{}");
    stage.status = first;
    stage.updateStates = rest;
    return result("<StackId>arn</StackId>");
  }
  const events = stage.undeletable.map(
    (id) => `<member><EventId>${id}</EventId><StackName>${STACK}</StackName><LogicalResourceId>${id}</LogicalResourceId>
      <PhysicalResourceId>arn:${id}</PhysicalResourceId><Timestamp>2100-01-01T00:00:00Z</Timestamp>
      <ResourceStatus>DELETE_FAILED</ResourceStatus><ResourceStatusReason>in use</ResourceStatusReason></member>`,
  );
  return result(`<StackEvents>${events.join("")}</StackEvents>`);
}

function batch(stage: Stage, path: string, input: Input): unknown {
  const named = (type: string) =>
    entriesOf(stage.template.Resources).flatMap(([id, { Type }]) => (Type === type ? [physicalIdOf(type, id)] : []));
  if (path === "/v1/listjobs") {
    const all = (stage.jobs.get(lastOf(input.jobQueue)) ?? []).filter(({ status }) => status === input.jobStatus);
    const { items, next } = page(all, input.nextToken, 2);
    const jobs = items.map(({ definition }, index) => ({
      jobId: `${index}`,
      jobName: "job",
      jobDefinition: definition,
    }));
    return { jobSummaryList: jobs, nextToken: next };
  }
  if (path === "/v1/describecomputeenvironments") {
    const all = [...named("AWS::Batch::ComputeEnvironment"), ...others(stage.others.environments)];
    const { items, next } = page(all, input.nextToken, 20);
    return { computeEnvironments: items.map((arn) => ({ computeEnvironmentArn: arn })), nextToken: next };
  }
  if (path === "/v1/describejobqueues") {
    const asked = Array.isArray(input.jobQueues) ? input.jobQueues.map(String) : undefined;
    const all = asked ?? [...named("AWS::Batch::JobQueue"), ...others(stage.others.queues)];
    const { items, next } = page(all, input.nextToken, 20);
    const updating = stage.updatingQueues > 0;
    if (updating) stage.updatingQueues -= 1;
    const queues = items.map((arn) => ({
      jobQueueArn: arn,
      jobQueueName: lastOf(arn),
      state: stage.queueStates.get(lastOf(arn)) ?? "ENABLED",
      status: updating ? "UPDATING" : "VALID",
    }));
    return { jobQueues: queues, nextToken: next };
  }
  stage.queueStates.set(lastOf(input.jobQueue), String(input.state));
  if (input.state === "DISABLED") {
    stage.onDisable?.();
    stage.onDisable = undefined;
  }
  return {};
}

function states(stage: Stage, call: string, input: Input): unknown {
  if (call === "states:ListExecutions") {
    const machine = String(input.stateMachineArn).split(`${STACK}-`).at(-1) ?? "";
    const all = stage.executions.get(machine) ?? [];
    const { items, next } = page(all, input.nextToken, 6);
    const executions = items.map(({ name, startedAt }) => ({
      executionArn: `arn:${machine}:${name}`,
      startDate: startedAt / 1000,
    }));
    return { executions, nextToken: next };
  }
  const [, machine = "", name = ""] = String(input.executionArn).split(":");
  const found = stage.executions.get(machine)?.find((one) => one.name === name);
  return { definition: found?.definition, updateDate: (found?.updatedAt ?? 0) / 1000 };
}

function object(stage: Stage, call: string, path: string, body: string, response: ServerResponse): void {
  const key = decodeURIComponent((path.split("?")[0] ?? "").split("/").slice(2).join("/"));
  if (call === "s3:PUT") stage.objects.set(key, body);
  else stage.objects.delete(key);
  send(response, "text/xml", "");
}

function page<T>(all: readonly T[], token: unknown, size: number): { items: readonly T[]; next: string | undefined } {
  const start = Number(token ?? 0);
  return { items: all.slice(start, start + size), next: start + size < all.length ? String(start + size) : undefined };
}

const others = (count: number) => Array.from({ length: count }, (_, index) => `${ARN}other/other-${index}`);
const lastOf = (arn: unknown) => String(arn).split("/").at(-1) ?? "";
const escapeXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function refuse(response: ServerResponse, xml: boolean, code: string): unknown {
  response.statusCode = 400;
  if (xml)
    return send(
      response,
      "text/xml",
      `<ErrorResponse><Error><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`,
    );
  response.setHeader("x-amzn-errortype", code);
  return send(response, "application/json", JSON.stringify({ __type: code, message: code }));
}

function send(response: ServerResponse, type: string, body: string): void {
  response.setHeader("content-type", type);
  response.end(body);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
