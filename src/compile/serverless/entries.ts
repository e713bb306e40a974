/**
 * What the bundler starts from. A handler in the project is its own entry. One outside, such as a built-in task's in
 * node_modules, gets a module inside the project that exports it again, so that every zip has the same shape; so does
 * one that several components use, and a CommonJS one, which esbuild would give a default export and no other.
 */
import { join, relative, sep } from "node:path";
import type { Component, LambdaPart, Project } from "../../project/project.ts";
import { listComponents } from "../template.ts";

/** A module to write before bundling. */
export interface Entry {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Beside everything else that is made and not kept. */
const FOLDER = ".cirrus/entries";

/** The handler by its path from the project's root. */
export function entryHandler({ name, directory, uses }: Component, lambda: LambdaPart, root: string): string {
  const { handler } = lambda;
  const inside = uses === undefined ? ownEntry(lambda, root, directory) : undefined;
  return inside === undefined ? `${FOLDER}/${name}/${handler}` : `${inside}/${handler}`;
}

/** Of the handlers that are no entries themselves. */
export function listEntries(project: Project): Entry[] {
  return listComponents(project).flatMap(({ name, directory, uses, lambda }) => {
    if (lambda?.enabled !== true || lambda.handlerFile === undefined) return [];
    if (uses === undefined && ownEntry(lambda, project.root, directory) !== undefined) return [];
    const { handler, handlerFile } = lambda;
    const dot = handler.lastIndexOf(".");
    const text = `export { ${handler.slice(dot + 1)} } from ${JSON.stringify(handlerFile)};\n`;
    return [{ path: join(project.root, FOLDER, name, `${handler.slice(0, dot)}.ts`), text }];
  });
}

/** The folder of a handler that is its own entry, with slashes. */
function ownEntry({ handlerFile }: LambdaPart, root: string, directory: string): string | undefined {
  if (handlerFile?.endsWith(".cjs")) return undefined;
  const path = relative(root, directory).split(sep);
  return path[0] === ".." || path.includes("node_modules") ? undefined : path.join("/");
}
