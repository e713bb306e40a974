/**
 * What files with problems may have declared. As long as such a file is not mended, nobody can say that a name in it is
 * missing: to report everything that refers to it would bury the one problem there is.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../errors.ts";

/** `problems` are those of reading the project's files; `root` is what their names are relative to. */
export function makeMayDeclare(root: string, problems: readonly Problem[]): (name: string) => boolean {
  const files = [...new Set(problems.flatMap(({ file }) => file ?? []))];
  const parts = new Set(files.flatMap((file) => PART.exec(file)?.groups?.name ?? []));
  let texts: readonly string[] | undefined;
  return (name) => {
    if (parts.has(name)) return true;
    texts ??= files.filter((file) => DECLARING.test(file)).map((file) => readText(join(root, file)));
    return texts.some((text) => hasKey(text, name));
  };
}

/** A component or workflow, by its folder or by its definition. */
const PART = /(?:^|\/)(?:tasks|feeders|functions|workflows)\/(?<name>[^/]+)(?:\/definition\.yml)?$/;

/** Files that may hold sections of a CloudFormation template. */
const DECLARING = /(?:^|\/)(?:tasks\/[^/]+\/definition\.yml|cloudformation\/[^/]+\.ya?ml|cirrus\.yml)$/;

/** Whether a name stands where YAML has its keys; what refers to it stands elsewhere. */
function hasKey(text: string, name: string): boolean {
  const escaped = name.replaceAll(/[^\w]/g, "\\$&");
  return new RegExp(`(?:^|[\\s{,"'])${escaped}["']?\\s*:(?=\\s|$)`, "m").test(text);
}

/** The file is a problem already; one that cannot be read declares nothing. */
function readText(file: string): string {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file, "utf8") : "";
}
