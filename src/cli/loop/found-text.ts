/** What is registered, in a few lines: said when loops start, and whenever a commit has changed it. */
import type { Registration } from "../../loop/registration.ts";
import { WORKTREE } from "../../loop/sources.ts";
import { loopsOf } from "../../loop/turns/loop-tasks.ts";
import { shortPath } from "../bulk/runs.ts";
import { type Io, paint } from "../terminal/io.ts";
import { count } from "./check-report.ts";
import { loopMark } from "./loop-marks.ts";
import { placedHere } from "./placed-problems.ts";

type Place = Pick<Io, "cwd" | "env" | "stderr">;

/** `3 tasks in 2 loops (debr, metadata) of notebooks (main, 3f2a9c1e)`, and below it what cannot run. */
export function foundLines(io: Place, registration: Registration): readonly string[] {
  const { tasks, repositories, problems } = registration;
  const loops = loopsOf(registration);
  const names = loops.length > MOST_NAMES ? [...loops.slice(0, MOST_NAMES), "…"] : loops;
  const from = repositories.map(({ repository, branch, commit }) => {
    const where = shortPath(io, repository);
    if (commit === WORKTREE) return `${where}, as its files lie there`;
    return `${where} (${branch}${commit === undefined ? "" : `, ${commit.slice(0, 8)}`})`;
  });
  const warnings = problems.filter(({ severity }) => severity === "warning");
  const outOfReach = warnings.filter(({ code }) => code === "unreachable");
  const others = placedHere(
    io,
    warnings.filter(({ code }) => code !== "unreachable"),
  ).length;
  return [
    `${count(tasks.length, "task")} in ${count(loops.length, "loop")} (${names.join(", ")}) of ${from.join("; ")}`,
    ...problemLines(io, registration).map((line) => `${loopMark(io, io.stderr, "BROKEN")} ${line}`),
    // A check looks at the files as they lie there: it would not say this.
    ...lines(io, outOfReach).map((line) => paint(io, io.stderr, "yellow", line)),
    ...(others > 0 ? [paint(io, io.stderr, "dim", `${count(others, "warning")}: npx cirrus loop check`)] : []),
  ];
}

const MOST_NAMES = 8;

/** Of what cannot run, each with its place. */
export function problemLines(io: Pick<Io, "cwd">, { problems }: Registration): readonly string[] {
  return lines(
    io,
    problems.filter(({ severity }) => severity === "error"),
  );
}

function lines(io: Pick<Io, "cwd">, problems: Registration["problems"]): readonly string[] {
  return placedHere(io, problems).map(({ file, line, message }) => {
    return `${line === undefined ? file : `${file}:${line}`}: ${message}`;
  });
}
