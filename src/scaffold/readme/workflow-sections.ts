/** What a workflow's README says of it: a picture, the tasks that it runs and as what, and how to try it. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Component, Project, Workflow } from "../../project/project.ts";
import { tasksOf, type WorkflowTask } from "../../project/workflow-tasks.ts";
import { machinePicture } from "./machine-picture.ts";
import { markdownTable, type Sections } from "./sections.ts";

export function workflowSections(workflow: Workflow, project: Project): Sections {
  const [tasks, run] = [tasksText(workflow, project), runText(workflow)];
  return {
    picture: { heading: "Picture", text: machinePicture(workflow.definition) },
    tasks: tasks === undefined ? undefined : { heading: "Tasks", text: tasks },
    run: run === undefined ? undefined : { heading: "Try it", text: run },
  };
}

function tasksText(workflow: Workflow, project: Project): string | undefined {
  const tasks = tasksOf(workflow, project);
  if (tasks.length === 0) return undefined;
  const text = JSON.stringify(workflow.definition);
  return markdownTable(
    ["task", "runs as", "states"],
    tasks.map((task) => [
      linkTo(task.task, workflow),
      waysOf(task, text),
      task.states.map((name) => `\`${name}\``).join(", "),
    ]),
  );
}

function linkTo({ name, directory, source }: Component, workflow: Workflow): string {
  const readme = join(directory, "README.md");
  // What comes with the package lies in no place that a link could lead to from a project.
  if (source !== workflow.source || !existsSync(readme)) return `\`${name}\``;
  return `[${name}](${relative(workflow.directory, readme).replaceAll("\\", "/")})`;
}

function waysOf({ task, runsAs }: WorkflowTask, definition: string): string {
  const words = { lambda: "Lambda", batch: "Batch job" };
  const [first, second] = runsAs;
  if (second === undefined) return first === undefined ? "" : words[first];
  const flag = `tasks.${task.name}.batch`;
  return definition.includes(flag)
    ? `Lambda, or Batch job where \`${flag}\` is true`
    : `${words.lambda} and ${words.batch}`;
}

function runText({ name, directory }: Workflow): string | undefined {
  if (!existsSync(join(directory, "payload.json"))) return undefined;
  return `\`payload.json\` is an example: \`npx cirrus run ${name} workflows/${name}/payload.json\`. What a payload may say, for
editors: \`npx cirrus show workflow ${name} schema\`.`;
}
