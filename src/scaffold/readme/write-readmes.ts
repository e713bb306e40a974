/** Keeps the generated parts of READMEs as what they describe is. */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { JsonObject } from "../../json.ts";
import { readAllParameters } from "../../project/parameters/read-parameters.ts";
import type { Component, Project, Workflow } from "../../project/project.ts";
import { componentSections } from "./component-sections.ts";
import { fillSections, hasSection } from "./sections.ts";
import { workflowSections } from "./workflow-sections.ts";

export interface Readme {
  /** Absolute. */
  readonly path: string;
  /** From the project's root. */
  readonly file: string;
  /** What it has to say. */
  readonly text: string;
  readonly isCurrent: boolean;
  /** It tells parameters, and no handler could be loaded that says whether they are so: they stand as they were. */
  readonly isUnsure: boolean;
}

export type DescribedPart = Component | Workflow;

/** Of the project's own tasks, feeders and workflows. */
export function describedParts({ tasks, feeders, workflows }: Project): readonly DescribedPart[] {
  const all = [...tasks.values(), ...feeders.values(), ...workflows.values()];
  return all.filter(({ source }) => source === "project");
}

export async function makeReadmes(project: Project, parts: readonly DescribedPart[]): Promise<readonly Readme[]> {
  return readmesOf(project, parts, await readAllParameters(parts.filter(isComponent)));
}

function readmesOf(
  project: Project,
  parts: readonly DescribedPart[],
  schemas: ReadonlyMap<Component, JsonObject>,
): readonly Readme[] {
  return parts.map((part) => {
    const path = join(part.directory, "README.md");
    const written = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    const sections = isComponent(part) ? componentSections(part, schemas.get(part)) : workflowSections(part, project);
    const isUnsure = isComponent(part) && sections.parameters === undefined && hasSection(written ?? "", "parameters");
    const text = fillSections(written ?? `# ${part.name}\n\n${part.description ?? ""}\n`, sections);
    return { path, file: relative(project.root, path), text, isCurrent: text === written, isUnsure };
  });
}

/**
 * For parts just made from templates, whose READMEs hold the parameters of their handlers already: before `npm install`
 * no handler can be loaded that could tell them.
 */
export async function completeNewReadmes(project: Project, parts: readonly DescribedPart[]): Promise<void> {
  await writeReadmes(readmesOf(project, parts, new Map()));
}

/** The paths of those that were not current, from the project's root. */
export async function writeReadmes(readmes: readonly Readme[]): Promise<readonly string[]> {
  const stale = readmes.filter(({ isCurrent }) => !isCurrent);
  for (const { path, text } of stale) await writeFile(path, text);
  return stale.map(({ file }) => file);
}

function isComponent(part: DescribedPart): part is Component {
  return "kind" in part;
}
