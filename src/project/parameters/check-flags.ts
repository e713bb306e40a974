/** What a state machine reads of a task's parameters has to be one: `$.process[0].tasks.add-preview.batch`. */
import type { Problem } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import type { Component, Project, Workflow } from "../project.ts";
import { membersOf } from "./check-value.ts";
import { type AskParameters, askParameters } from "./read-parameters.ts";

interface Flag {
  readonly task: string;
  readonly parameter: string;
  readonly path: Path;
}

/** Of JSONPath and of JSONata alike. */
const FLAG = /process\[0\]\.tasks(?:\.|\[)['"`]?([A-Za-z][\w-]*)['"`]?\]?\.([A-Za-z_]\w*)/g;

/** Of the project's own workflows; those that come with the package are tested with it. */
export async function checkFlags(project: Project, ask: AskParameters = askParameters): Promise<readonly Problem[]> {
  const own = [...project.workflows.values()].filter(({ source }) => source === "project");
  const read = own.map((workflow) => ({
    workflow,
    flags: firstOfEach(flagsIn(workflow.definition, ["definition"])),
  }));
  const named = new Set(read.flatMap(({ flags }) => flags.flatMap(({ task }) => project.tasks.get(task) ?? [])));
  const { schemas } = await ask(named);
  return read.flatMap(({ workflow, flags }) =>
    flags.flatMap((flag) => {
      const task = project.tasks.get(flag.task);
      const schema = task && schemas.get(task);
      const known = schema && membersOf(schema);
      if (task === undefined || known === undefined || known.includes(flag.parameter)) return [];
      return [missingFlag(workflow, flag, task, known)];
    }),
  );
}

/** A choice asks whether a flag is there before it asks what it is. */
function firstOfEach(flags: readonly Flag[]): readonly Flag[] {
  const isSame = (a: Flag) => (b: Flag) => a.task === b.task && a.parameter === b.parameter;
  return flags.filter((flag, index) => flags.findIndex(isSame(flag)) === index);
}

function missingFlag(
  workflow: Workflow,
  { parameter, path }: Flag,
  task: Component,
  known: readonly string[],
): Problem {
  return {
    code: "unknown-parameter",
    message: `The workflow ${workflow.name} reads the parameter ${parameter} of ${task.name}, which has none of this name`,
    ...{ file: workflow.shown, ...workflow.locate(path), path: formatPath(path) },
    hint: `${suggest(parameter, known) ?? ""} Or declare it in ${task.name}'s parameters, so that payloads may say it.`.trim(),
  };
}

function flagsIn(value: Json, path: Path): readonly Flag[] {
  if (typeof value === "string") {
    return [...value.matchAll(FLAG)].flatMap(([, task, parameter]) =>
      task === undefined || parameter === undefined ? [] : [{ task, parameter, path }],
    );
  }
  if (Array.isArray(value)) return value.flatMap((member: Json, index) => flagsIn(member, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => flagsIn(member ?? null, [...path, key]));
}
