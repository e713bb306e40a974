/** The source tree is built in rows: a file imports from its own row or from those below it, and never in a circle. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

const ROWS: readonly (readonly string[])[] = [
  [
    "batch-program.ts",
    "clock.ts",
    "env.ts",
    "errors.ts",
    "json.ts",
    "log.ts",
    "nearest.ts",
    "once.ts",
    "pages.ts",
    "shell-word.ts",
    "version.ts",
    "yaml",
  ],
  ["payload", "state", "asl", "events", "executions", "bulk", "offers", "loop", "actions", "stac"],
  ["aws", "embedded"],
  ["task", "raster", "feeder", "functions", "project", "testing", "notebook"],
  ["compile", "runtime", "queue", "pool", "scheduler", "scaffold", "api"],
  ["cli"],
];

/** Every TypeScript file below a folder, as a path from the root; none where there is no such folder. */
function filesBelow(folder: string): readonly string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
    .map((file) => join(folder, file))
    .sort();
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** Comments say `process.env` and `from "x"` without meaning it. */
function codeOf(file: string): string {
  return textOf(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

const IMPORT = /(?:^|[;\s])(?:from|import)\s*\(?\s*["']([^"'\n]+)["']/g;

const TYPES_ONLY = /(?:^|\n)(?:import|export) type [^;]*?from\s*["'][^"'\n]+["'];?/g;

/** What is there when the file runs: types are gone by then. */
function loadedBy(file: string): readonly string[] {
  return filesIn(codeOf(file).replaceAll(TYPES_ONLY, "\n"), file);
}

function filesImportedBy(file: string): readonly string[] {
  return filesIn(codeOf(file), file);
}

/** The files of this project that some code of a file imports. */
function filesIn(code: string, file: string): readonly string[] {
  return [...code.matchAll(IMPORT)]
    .flatMap(([, name]) => (name === undefined ? [] : [name]))
    .filter((name) => name.startsWith("."))
    .map((name) => relative(ROOT, resolve(ROOT, dirname(file), name)));
}

const source = filesBelow("src");

function rowOf(file: string): number {
  const [, name = ""] = file.split("/");
  return ROWS.findIndex((row) => row.includes(name));
}

describe("the source tree", () => {
  test("has a row for every folder and file at its top", () => {
    expect(source.filter((file) => rowOf(file) === -1)).toEqual([]);
  });

  test("imports from its own row or lower ones only", () => {
    const upward = source.flatMap((file) =>
      filesImportedBy(file)
        .filter((imported) => imported.startsWith("src/") && rowOf(imported) > rowOf(file))
        .map((imported) => `${file} (row ${rowOf(file)}) imports ${imported} (row ${rowOf(imported)})`),
    );
    expect(upward).toEqual([]);
  });

  test("imports nothing of the tests, the tasks or the command's own folder", () => {
    const outside = source.flatMap((file) =>
      filesImportedBy(file)
        .filter((imported) => !imported.startsWith("src/") && imported !== "package.json")
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(outside).toEqual([]);
  });

  test("loads no file in a circle", () => {
    expect(circlesOf(source)).toEqual([]);
  });

  test("reads environment variables in one place", () => {
    expect(source.filter((file) => file !== "src/env.ts" && /\bprocess\.env\b/.test(codeOf(file)))).toEqual([]);
  });

  test("prints and exits only where it is a command, or a process of its own", () => {
    const allowed = new Set([
      // The runner of a Batch job: its output is the job's log.
      "src/task/batch/batch.ts",
      // A worker on a pool's machine: the same.
      "src/queue/worker/main.ts",
      // A task of a loop as a Batch job: the same.
      "src/scheduler/aws/main.ts",
      // The log of a Lambda or a job is what it prints.
      "src/task/lambda-log.ts",
      // Processes of their own: a Lambda's worker, what loads handlers to ask them, a job's supervisor, a bulk run's task.
      "src/embedded/lambda/lambda-worker.ts",
      "src/embedded/schemas/schema-program.ts",
      "src/embedded/jobs/job-supervisor.ts",
      "src/queue/worker/processes/task-child.ts",
      // The programs of a loop's execution.
      "src/notebook/javascript/child-report.ts",
      "src/notebook/javascript/run.ts",
      "src/scheduler/programs/run-task.ts",
      "src/scheduler/programs/run-workflow.ts",
      // Keeps tasks in this process from exiting.
      "src/queue/worker/runners/stray-ends.ts",
    ]);
    const printing = source.filter(
      (file) =>
        !file.startsWith("src/cli/") &&
        !allowed.has(file) &&
        /\bprocess\.(?:stdout|stderr|exit|exitCode)\b|(?<![.\w])console\./.test(codeOf(file)),
    );
    expect(printing).toEqual([]);
  });

  test("has no drawer for what has no home", () => {
    const drawers = source.filter((file) => /(?:^|\/)(?:utils?|helpers?|common|types)(?:\/|\.ts$)/.test(file));
    expect(drawers).toEqual([]);
  });
});

test("components import the framework by its package name, as people's own do", () => {
  const reaching = ["tasks", "feeders", "functions"].flatMap(filesBelow).flatMap((file) =>
    filesImportedBy(file)
      .filter((imported) => !imported.startsWith(file.split("/").slice(0, 2).join("/")))
      // A test beside its task may use what the project's tests share.
      .filter((imported) => !(file.endsWith(".test.ts") && imported.startsWith("test/")))
      .map((imported) => `${file} imports ${imported}`),
  );
  expect(reaching).toEqual([]);
});

/** Each circle once, from the file at which it closes. */
function circlesOf(files: readonly string[]): readonly string[] {
  const known = new Set(files);
  const done = new Set<string>();
  const circles: string[] = [];
  function walk(file: string, path: readonly string[]): void {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(" → "));
    if (start >= 0 || done.has(file)) return;
    for (const imported of loadedBy(file)) if (known.has(imported)) walk(imported, [...path, file]);
    done.add(file);
  }
  for (const file of files) walk(file, []);
  return circles;
}
