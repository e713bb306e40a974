/** Projects on disk for the tests of the reader, and their problems in one line each. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { locate, type Problem } from "../../src/errors.ts";
import { bindLocally } from "../../src/project/local/local.ts";
import { type ReadOptions, readProject } from "../../src/project/read-project.ts";

/** Files by their path; removed when the test ends. */
export function writeFolder(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "cirrus-project-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

export const CONFIG = "service: demo\n";
export const HANDLER = "export async function handler(event: unknown) {\n  return event;\n}\n";

type Options = Partial<ReadOptions>;

/** Reads a project of these files; a cirrus.yml is there even if it is not named. */
export function read(files: Readonly<Record<string, string>>, options: Options = {}) {
  const root = writeFolder({ "cirrus.yml": CONFIG, ...files });
  return readAt(root, options);
}

/** Without built-in parts, unless they are given. */
export function readAt(root: string, options: Options = {}) {
  const builtIns = options.builtIns ?? writeFolder({});
  return readProject(root, { env: {}, ...options, builtIns });
}

/** Reads a project of these files and binds it; `problems` are those of the binding. */
export function bind(files: Readonly<Record<string, string>>, options: Options = {}) {
  const { project, problems } = read(files, options);
  return { project, readProblems: problems, ...bindLocally(project, { environment: {} }) };
}

/** `file:line:column code: message [hint]` */
export function show(problems: readonly Problem[]): string[] {
  return problems.map(({ path: _path, ...problem }) => {
    const hint = problem.hint === undefined ? "" : ` [${problem.hint}]`;
    return `${locate(problem)} ${problem.code}: ${problem.message}${hint}`;
  });
}

/** YAML written inside a test: the indentation of the first line is taken from all. */
export function yaml(strings: TemplateStringsArray): string {
  const lines = strings.join("").replace(/^\n/, "").split("\n");
  const margin = /^ */.exec(lines[0] ?? "")?.[0].length ?? 0;
  return lines.map((line) => line.slice(margin)).join("\n");
}
