/** A repository of loops in which everything goes wrong: tasks that fail, exit, hang, flood and write into their checkout. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const KINDS = ["returns", "fails", "exits", "floods", "writes", "hangs"] as const;
export type Kind = (typeof KINDS)[number];

export const ORGANISATIONS = ["debr", "sesr", "zzebu"];

export interface LoopRepository {
  readonly folder: string;
  /** By commit: what VERSION was in it. */
  readonly versions: ReadonlyMap<string, number>;
  commit(version: number): void;
}

/** Each organisation has a task of every kind and one in the metadata loop. `folder` is where tasks leave what they witness. */
export function makeRepository(root: string, folder: string, pause: number): LoopRepository {
  const cell = readFileSync(join(import.meta.dirname, "witness.py"), "utf8");
  const versions = new Map<string, number>();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: root,
      encoding: "utf8",
    }).trim();
  mkdirSync(join(root, "peach.conf"), { recursive: true });
  git("init", "--quiet", "--initial-branch=main");
  for (const codops of ORGANISATIONS) {
    writeFileSync(join(root, "peach.conf", `${codops}.yaml`), registrationOf(codops, folder, pause));
  }
  function commit(version: number): void {
    const source = cell.replace("VERSION = 0", `VERSION = ${version}`);
    const notebook = { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [codeCell(source)] };
    writeFileSync(join(root, "witness.ipynb"), JSON.stringify(notebook));
    git("add", "peach.conf", "witness.ipynb");
    git("commit", "--quiet", "--message", `Version ${version}`);
    versions.set(git("rev-parse", "HEAD"), version);
  }
  commit(1);
  return { folder: root, versions, commit };
}

function codeCell(source: string) {
  return { cell_type: "code", metadata: {}, outputs: [], execution_count: null, source };
}

function registrationOf(codops: string, folder: string, pause: number): string {
  const task = (name: string, kind: Kind, loop: string, more: readonly string[] = []) => [
    `  ${name}:`,
    "    notebook: witness.ipynb",
    "    method: witness",
    ...more,
    "    args:",
    `      folder: ${JSON.stringify(folder)}`,
    `      loop: ${loop}`,
    `      kind: ${kind}`,
    `      pause: ${pause}`,
  ];
  return [
    `codops: ${codops}`,
    "tasks:",
    ...KINDS.flatMap((kind) => task(kind, kind, codops, kind === "hangs" ? ["    cirrus:", "      timeout: 1"] : [])),
    ...task("metadata", "returns", "metadata", ["    loop: metadata"]),
    "",
  ].join("\n");
}
