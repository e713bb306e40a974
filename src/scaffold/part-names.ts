/** Names that a new part can have: AWS takes them, nothing else has them, and they stay inside their folder. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CirrusError, EXIT } from "../errors.ts";
import type { Project } from "../project/project.ts";
import { isName, toName } from "./name-form.ts";

export const PART_KINDS = ["task", "feeder", "workflow", "function"] as const;
export type PartKind = (typeof PART_KINDS)[number];

/** AWS's limits for the names of a Lambda or job definition, and of a state machine. */
const LONGEST = { task: 64, feeder: 64, function: 64, workflow: 80 } as const;

/** What is wrong with a name, whatever the project has; undefined where nothing is. */
export function nameProblem(name: string, kind: PartKind, stackName: string): string | undefined {
  if (!isName(name)) {
    const similar = toName(name);
    const example = similar === "" ? "" : `: ${similar}`;
    return `Use letters, digits and hyphens, beginning with a letter${example}.`;
  }
  const full = `${stackName}-${name}`;
  const excess = full.length - LONGEST[kind];
  return excess > 0 ? `AWS would call it ${full}, which is ${excess} characters too long.` : undefined;
}

/** What is wrong with a description: it goes into definitions, whose variables it must not look like. */
export function descriptionProblem(description: string): string | undefined {
  return /[\n\r]|\$\{|#\{/.test(description) ? "A description is one line, without ${ and #{." : undefined;
}

export function requireFreeName(name: string, kind: PartKind, project: Project): void {
  const wrong = nameProblem(name, kind, project.config.stackName);
  if (wrong !== undefined) {
    throw new CirrusError(`${name} cannot be the name of a ${kind}.`, { hint: wrong, exitCode: EXIT.usage });
  }
  const folder = join(project.root, `${kind}s`);
  // Two names that differ in case alone are one folder on many machines.
  const taken = existsSync(folder)
    ? readdirSync(folder).find((other) => other.toLowerCase() === name.toLowerCase())
    : undefined;
  if (taken !== undefined) throw conflict(`${kind}s/${taken} is already there; nothing was written.`);
  if (kind === "workflow") return;
  const components = [project.tasks, project.feeders, project.functions].flatMap((map) => [...map.values()]);
  const owner = components.find((component) => component.kind !== kind && component.name === name);
  if (owner !== undefined) {
    throw conflict(
      `The ${owner.kind} ${name} in ${owner.shown} has this name, and each Lambda is called after its folder.`,
    );
  }
}

/** `add-preview` is `AddPreview`, as logical IDs are written. */
export function toLogicalId(name: string): string {
  return name
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

export function requireFreeLogicalId(logicalId: string, project: Project): void {
  const owner = project.resources.Resources.get(logicalId);
  if (owner !== undefined) throw conflict(`The logical ID ${logicalId} is taken by ${owner.shown}.`);
}

function conflict(message: string): CirrusError {
  return new CirrusError(message, { hint: "Choose another name.", exitCode: EXIT.conflict });
}
