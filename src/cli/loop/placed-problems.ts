/** Problems of what is registered as people look for them: the file as it can be opened from here, the cell, the tasks. */
import type { Problem } from "../../errors.ts";
import type { RegistrationProblem } from "../../loop/registration.ts";
import type { Io } from "../terminal/io.ts";
import { pathHere } from "./written-text.ts";

/** What several tasks have because they share a notebook is one problem, which names them all. */
export function placedHere(io: Pick<Io, "cwd">, problems: readonly RegistrationProblem[]): readonly Problem[] {
  return [...Map.groupBy(problems, sameness).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [placedOne(io, first, group)];
  });
}

/** What is in a YAML file stands there once; what is in a notebook stands there once for all its tasks. */
function sameness({ registered, task, ...problem }: RegistrationProblem, index: number): string {
  if (registered === undefined) return String(index);
  const { repository, codops, severity, code, file, path, message, hint } = problem;
  return JSON.stringify([repository, codops, severity, code, file, path, message, hint]);
}

function placedOne(io: Pick<Io, "cwd">, problem: RegistrationProblem, group: readonly RegistrationProblem[]): Problem {
  const { repository, file, path } = problem;
  const shown = file === undefined ? repository : pathHere(io, repository, file);
  const what = withoutName(problem.message, file ?? repository);
  if (problem.registered === undefined) {
    const about = problem.task === undefined || path !== undefined ? "" : `${problem.codops}/${problem.task}: `;
    return { ...problem, message: `${about}${what}`, file: shown };
  }
  const { cell, line } = CELL.exec(path ?? "")?.groups ?? {};
  return {
    ...problem,
    message: `${tasksText(io, group)}: ${what}`,
    file: cell === undefined ? shown : `${shown}[cell ${cell}]`,
    line: line === undefined ? undefined : Number(line) + 1,
    path: undefined,
  };
}

/** `a.yaml: a.yaml is not read` says the same twice. */
function withoutName(message: string, name: string): string {
  return message.startsWith(`${name} `) ? message.slice(name.length + 1) : message;
}

/** As tracebacks name a place: by the cell, and the line in it. */
const CELL = /^\$\.cells\[(?<cell>\d+)\](?:\.source\[(?<line>\d+)\])?$/;

/** `zzebu/train (peach.yaml:3), zzebu/test (peach.yaml:7) and 4 more` */
function tasksText(io: Pick<Io, "cwd">, group: readonly RegistrationProblem[]): string {
  const names = group.map(({ codops, task, repository, registered }) => {
    const where = registered && ` (${pathHere(io, repository, registered.file)}:${registered.line})`;
    return `${codops}/${task}${where ?? ""}`;
  });
  if (names.length <= MOST_TASKS) return names.join(", ");
  return `${names.slice(0, MOST_TASKS - 1).join(", ")} and ${names.length - MOST_TASKS + 1} more`;
}

const MOST_TASKS = 3;
