/** A project is the folder that holds a cirrus.yml; commands work from any folder inside it. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export const CONFIG_FILE = "cirrus.yml";

/** The nearest folder at or above `from` that holds a cirrus.yml. */
export function findProjectRoot(from: string): string | undefined {
  const folder = resolve(from);
  if (existsSync(join(folder, CONFIG_FILE))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : findProjectRoot(parent);
}
