/** What a registration says of one repository: it stands for the repository while that is out of reach. */
import type { Registration, Requirement } from "../registration.ts";
import { DUPLICATE } from "./merge.ts";
import type { RepositoryReading } from "./repository-reading.ts";
import { CONFLICT } from "./requirement-conflicts.ts";
import type { Declared } from "./task-file.ts";

/** Undefined where it was not read then either. */
export function keptReading(registration: Registration | undefined, location: string): RepositoryReading | undefined {
  const registered = registration?.repositories.find(({ repository }) => repository === location);
  if (registration === undefined || registered?.commit === undefined) return undefined;
  const tasks = registration.tasks.filter(({ written }) => written.repository === location);
  const problems = registration.problems.filter(({ repository }) => repository === location);
  const broken = problems.flatMap(({ codops, task: name, file, line, severity }): Declared[] => {
    const named = severity === "error" && codops !== undefined && name !== undefined;
    return named ? [{ codops, name, file: file ?? "", line: line ?? 1 }] : [];
  });
  const running = tasks.map(({ codops, name, written: { file, line } }) => ({ codops, name, file, line }));
  const declared = new Map([...broken, ...running].map((task) => [`${task.codops}/${task.name}/${task.file}`, task]));
  return {
    registered,
    tasks,
    declared: [...declared.values()],
    requirements: requirementsOf(registration, location),
    problems: problems.filter(({ code }) => !FOUND_TOGETHER.has(code)),
  };
}

/** They are found again with what the other repositories register now. */
const FOUND_TOGETHER: ReadonlySet<string> = new Set([DUPLICATE, CONFLICT, "unreachable"]);

function requirementsOf({ dependencies }: Registration, location: string): Record<string, readonly Requirement[]> {
  const own = Object.entries(dependencies).map(([codops, requirements]) => [
    codops,
    requirements.filter(({ repository }) => repository === location),
  ]);
  return Object.fromEntries(own);
}
