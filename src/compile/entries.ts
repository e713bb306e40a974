/**
 * What the bundler starts from. A handler in the project is its own entry; one outside, such as a built-in task's in
 * node_modules, gets a module inside the project that exports it again, so that every zip has the same shape.
 */
import { join, relative, sep } from "node:path";
import type { Component, LambdaPart, Project } from "../project/project.ts";
import { listComponents } from "./template.ts";

/** A module to write before bundling. */
export interface Entry {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Beside everything else that is made and not kept. */
const FOLDER = ".cirrus/entries";

/** The handler by its path from the project's root. */
export function entryHandler({ name, directory }: Component, { handler }: LambdaPart, root: string): string {
  const inside = insideOf(root, directory);
  return inside === undefined ? `${FOLDER}/${name}/${handler}` : `${inside}/${handler}`;
}

/** Of the handlers that are not in the project's own folders. */
export function listEntries(project: Project): Entry[] {
  return listComponents(project).flatMap(({ name, directory, lambda }) => {
    if (lambda?.enabled !== true || lambda.handlerFile === undefined) return [];
    if (insideOf(project.root, directory) !== undefined) return [];
    const { handler, handlerFile } = lambda;
    const dot = handler.lastIndexOf(".");
    const text = `export { ${handler.slice(dot + 1)} } from ${JSON.stringify(handlerFile)};\n`;
    return [{ path: join(project.root, FOLDER, name, `${handler.slice(0, dot)}.ts`), text }];
  });
}

/** With slashes; undefined for what is not the project's own. */
function insideOf(root: string, directory: string): string | undefined {
  const path = relative(root, directory).split(sep);
  return path[0] === ".." || path.includes("node_modules") ? undefined : path.join("/");
}
