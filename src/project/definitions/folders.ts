/** The folders of one kind of part: every folder is a part, and one that cannot be read is a problem, never left out. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Written } from "../project.ts";
import { type Layer, type Reading, showFile } from "./reading.ts";

export const DEFINITION_FILE = "definition.yml";

export interface PartFolder {
  readonly name: string;
  readonly directory: string;
  /** Its definition.yml. */
  readonly file: string;
}

const NAME = /^[A-Za-z][A-Za-z0-9-]{0,62}$/;

/** In the order of their names; hidden folders and plain files are skipped. */
export function listFolders(kindFolder: string, layer: Layer, reading: Reading): PartFolder[] {
  return folderNames(kindFolder, layer).flatMap((name) => {
    const directory = join(layer.folder, kindFolder, name);
    // A link that leads nowhere is no file either, and is reported as a folder without a definition.
    if (statSync(directory, { throwIfNoEntry: false })?.isFile() === true) return [];
    const file = join(directory, DEFINITION_FILE);
    return checkFolder(name, directory, file, reading) ? [{ name, directory, file }] : [];
  });
}

/** Sorted; plain files may be among them. */
export function folderNames(kindFolder: string, layer: Layer): readonly string[] {
  const parent = join(layer.folder, kindFolder);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => !name.startsWith("."))
    .sort();
}

function checkFolder(name: string, directory: string, file: string, reading: Reading): boolean {
  const shown = showFile(reading.root, directory);
  if (!NAME.test(name)) {
    const message = `${shown} is no name that AWS accepts`;
    const hint = "Use letters, digits and hyphens, beginning with a letter, 63 at most.";
    reading.report({ code: "bad-name", message, file: shown, hint });
    return false;
  }
  if (existsSync(file)) return true;
  const hint = "Write one, or hide the folder by a name that begins with a dot.";
  reading.report({ code: "missing-definition", message: `${shown} has no ${DEFINITION_FILE}`, file: shown, hint });
  return false;
}

/** The parts of the later layer replace those of the same name, with a notice. */
export function mergeLayers<T extends Written & { readonly name: string; readonly source: string }>(
  kindFolder: string,
  kind: string,
  parts: readonly T[],
): { readonly merged: ReadonlyMap<string, T>; readonly notices: readonly string[] } {
  const merged = new Map<string, T>();
  const notices: string[] = [];
  for (const part of parts) {
    if (merged.has(part.name)) notices.push(`${kindFolder}/${part.name} replaces the built-in ${kind} ${part.name}`);
    merged.set(part.name, part);
  }
  return { merged, notices };
}
