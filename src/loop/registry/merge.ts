/** Puts what the repositories register beside each other: names and requirements that exclude each other show here. */
import { createHash } from "node:crypto";
import { type Clock, isoTime } from "../../clock.ts";
import { asJson, canonicalJson } from "../../json.ts";
import type { NotebookCheck } from "../notebook-check.ts";
import type { Registration, RegistrationProblem, Requirement } from "../registration.ts";
import type { RepositoryReading } from "./repository-reading.ts";
import { checkRequirements } from "./requirement-conflicts.ts";
import type { Declared } from "./task-file.ts";

export interface MergePorts {
  readonly notebooks: Pick<NotebookCheck, "checkRequirements">;
  readonly clock: Pick<Clock, "now">;
}

/** In the order of the readings. */
export async function merge(ports: MergePorts, readings: readonly RepositoryReading[]): Promise<Registration> {
  const duplicates = findDuplicates(readings);
  const doubled = new Set(duplicates.map(({ codops, task }) => `${codops}/${task}`));
  const dependencies = unite(readings);
  const conflicts = await checkRequirements(ports.notebooks, dependencies);
  const content = {
    repositories: readings.map(({ registered }) => registered),
    tasks: readings.flatMap(({ tasks }) => tasks).filter(({ codops, name }) => !doubled.has(`${codops}/${name}`)),
    dependencies,
    problems: [...readings.flatMap(({ problems }) => problems), ...duplicates, ...conflicts],
  };
  const id = createHash("sha256")
    .update(canonicalJson(asJson(content)))
    .digest("hex");
  return { id, readAt: isoTime(ports.clock.now()), ...content };
}

/** A name says which task's executions are looked at: two tasks with one name, and neither runs. */
function findDuplicates(readings: readonly RepositoryReading[]): readonly RegistrationProblem[] {
  const all = readings.flatMap(({ declared, registered: { repository } }) =>
    declared.map((task): Declaration => ({ ...task, repository })),
  );
  const groups = Map.groupBy(all, ({ codops, name }) => `${codops}/${name}`);
  return [...groups.values()].flatMap((group) =>
    group.length < 2 ? [] : group.map((task) => duplicate(task, group.find((other) => other !== task) ?? task)),
  );
}

interface Declaration extends Declared {
  readonly repository: string;
}

function duplicate(task: Declaration, other: Declaration): RegistrationProblem {
  const { codops, name, file, line, repository } = task;
  const where = `${other.file}:${other.line}${other.repository === repository ? "" : ` of ${other.repository}`}`;
  return {
    severity: "error",
    code: DUPLICATE,
    message: `${codops} has two tasks ${name}: the other one is in ${where}. Neither runs`,
    file,
    line,
    path: `$.tasks.${name}`,
    hint: "Give one of them another name.",
    repository,
    codops,
    task: name,
  };
}

export const DUPLICATE = "duplicate-task";

/** All of an organisation; what is required twice in the same words, once. */
function unite(readings: readonly RepositoryReading[]): Readonly<Record<string, readonly Requirement[]>> {
  const united = new Map<string, Requirement[]>();
  for (const [codops, requirements] of readings.flatMap((reading) => Object.entries(reading.requirements))) {
    const known = united.get(codops) ?? [];
    for (const requirement of requirements) {
      if (!known.some(({ text }) => text === requirement.text)) known.push(requirement);
    }
    if (known.length > 0) united.set(codops, known);
  }
  return Object.fromEntries(united);
}
