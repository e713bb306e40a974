/** The files of a new task, feeder, workflow or function. */
import { CirrusError, EXIT } from "../errors.ts";
import { suggest } from "../nearest.ts";
import type { Component, Project } from "../project/project.ts";
import { type PartKind, requireFreeLogicalId, requireFreeName, toLogicalId } from "./part-names.ts";
import { fillFileTemplate, type Values } from "./templates.ts";
import { type NewFiles, writeFolder } from "./write-files.ts";

export interface PartRequest {
  readonly kind: PartKind;
  readonly name: string;
  readonly description: string;
  /** What a task runs as. */
  readonly lambda: boolean;
  readonly batch: boolean;
  /** A task of bulk runs: it takes entries and no payloads, as a Lambda too where `lambda` says so. */
  readonly bulk: boolean;
  /** What a workflow runs, in this order; it publishes at the end in any case. */
  readonly tasks: readonly string[];
}

/** Writes all files or none; returns their paths from the project's root. */
export async function createPart(project: Project, request: PartRequest): Promise<readonly string[]> {
  const { kind, name } = request;
  requireFreeName(name, kind, project);
  const folder = `${kind}s/${name}`;
  await writeFolder(project.root, folder, filesOf(project, request));
  return Object.keys(filesOf(project, request)).map((file) => `${folder}/${file}`);
}

function filesOf(project: Project, request: PartRequest): NewFiles {
  const { kind, name, description } = request;
  if (kind === "task") return request.bulk ? bulkFiles(request) : taskFiles(project, request);
  if (kind === "workflow") {
    requireStateNames(request.tasks);
    const tasks = request.tasks.map((task) => requireTask(project, task));
    return workflowFiles(request, tasks);
  }
  const files = ["definition.yml", "README.md", "handler.ts", "handler.test.ts"];
  return fromTemplates(kind, kind === "feeder" ? [...files, "event.json"] : files, { name, description });
}

function taskFiles(project: Project, { name, description, lambda, batch }: PartRequest): NewFiles {
  // Without a Lambda whose code it could fetch, a job's code is in an image of its own.
  const image = lambda ? "" : `${name}-`;
  const values = { name, description, image, jobId: `${toLogicalId(name)}BatchJob` };
  if (batch) requireFreeLogicalId(values.jobId, project);
  const sections = [
    "definition.yml",
    ...(lambda ? ["definition.lambda.yml"] : []),
    ...(batch ? ["definition.batch.yml"] : []),
  ];
  return {
    "definition.yml": sections.map((section) => fillFileTemplate(`task/${section}`, values)).join(""),
    ...fromTemplates("task", ["README.md", "handler.ts", "handler.test.ts", "payload.json"], values),
  };
}

function bulkFiles({ name, description, lambda }: PartRequest): NewFiles {
  // A Lambda is ended after the time of its own section.
  const values = { name, description, seconds: lambda ? "60" : "600" };
  const sections = ["bulk/definition.yml", ...(lambda ? ["task/definition.lambda.yml"] : [])];
  return {
    "definition.yml": sections.map((section) => fillFileTemplate(section, values)).join(""),
    ...fromTemplates("bulk", ["README.md", "handler.ts", "handler.test.ts", "tasks.json"], values),
  };
}

/** One state a task, each with its retries, and a failure that keeps the error. */
export function workflowFiles(
  { name, description }: Pick<PartRequest, "name" | "description">,
  tasks: readonly WorkflowTask[],
): NewFiles {
  const all = tasks.some((task) => task.name === PUBLISH) ? tasks : [...tasks, { name: PUBLISH, jobId: undefined }];
  const states = all.map(({ name: task, jobId }, index) => {
    const following = all[index + 1];
    const next = following === undefined ? "End: true" : `Next: ${following.name}`;
    const template = jobId === undefined ? "workflow/state.lambda.yml" : "workflow/state.batch.yml";
    return fillFileTemplate(template, { task, next, jobId: jobId ?? "" });
  });
  const names = all.map((task) => task.name);
  const values = { name, description, first: names[0] ?? "", states: states.join("\n") };
  return {
    ...fromTemplates("workflow", ["definition.yml", "README.md"], values),
    "payload.json": examplePayload(name, names),
  };
}

const PUBLISH = "publish";
const FAILURE = "failure";

export interface WorkflowTask {
  readonly name: string;
  /** Of the job definition, for a task that runs in Batch alone. */
  readonly jobId: string | undefined;
}

/** Each task is a state called after it, beside the one that ends what failed. */
function requireStateNames(tasks: readonly string[]): void {
  const twice = tasks.find((task, index) => tasks.indexOf(task) !== index);
  const wrong =
    twice === undefined
      ? tasks.includes(FAILURE) &&
        `A new workflow has a state ${FAILURE} of its own, so that no task of this name fits.`
      : `The task ${twice} is named twice, and each becomes a state of its name.`;
  if (!wrong) return;
  throw new CirrusError(wrong, {
    hint: "Make the workflow without it, and add it in definition.yml under another state name.",
    exitCode: EXIT.usage,
  });
}

function requireTask({ tasks }: Project, name: string): WorkflowTask {
  const task = tasks.get(name);
  if (task === undefined) {
    throw new CirrusError(`There is no task ${name} in this project.`, {
      hint: suggest(name, tasks.keys()),
      exitCode: EXIT.notFound,
    });
  }
  return { name, jobId: task.lambda?.enabled ? undefined : jobOf(task) };
}

function jobOf({ name, batch }: Component): string {
  const resources = batch?.resources.Resources ?? {};
  const job = Object.entries(resources).find(([, resource]) => Object(resource).Type === "AWS::Batch::JobDefinition");
  if (batch?.enabled && job !== undefined) return job[0];
  throw new CirrusError(`The task ${name} has neither a Lambda nor a Batch job that a workflow could run.`, {
    hint: `See what it has: npx cirrus show task ${name} definition`,
    exitCode: EXIT.config,
  });
}

/** The payload of the tasks' template, for this workflow: every task takes it without parameters. */
function examplePayload(workflow: string, tasks: readonly string[]): string {
  const payload = JSON.parse(fillFileTemplate("task/payload.json", { name: workflow }));
  payload.process[0].tasks = Object.fromEntries(tasks.map((task) => [task, {}]));
  return `${JSON.stringify(payload, null, 2)}\n`;
}

function fromTemplates(folder: string, files: readonly string[], values: Values): NewFiles {
  return Object.fromEntries(files.map((file) => [file, fillFileTemplate(`${folder}/${file}`, values)]));
}
