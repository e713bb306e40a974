/** Where a task is registered, as it can be opened from here. */
import { isAbsolute, join } from "node:path";
import type { LoopTask } from "../../loop/loop-task.ts";
import { shortPath } from "../bulk/runs.ts";
import type { Io } from "../terminal/io.ts";

/** A file of a repository as it can be opened from here; of a URL, with the URL in front. */
export function pathHere(io: Pick<Io, "cwd">, repository: string, file: string): string {
  return isAbsolute(repository) ? shortPath(io, join(repository, file)) : `${repository} ${file}`;
}

export function writtenText(io: Pick<Io, "cwd">, { written }: Pick<LoopTask, "written">): string {
  return `${pathHere(io, written.repository, written.file)}:${written.line}`;
}
