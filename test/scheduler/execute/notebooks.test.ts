/** Whole executions: a commit of a real repository, a real environment, a real notebook. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeEmbeddedEnvironments } from "../../../src/embedded/environments/environments.ts";
import { makeGitSources } from "../../../src/embedded/git/sources.ts";
import type { Work } from "../../../src/loop/loop-task.ts";
import { programFor } from "../../../src/scheduler/execute/program-for.ts";
import { PYTHON } from "../../embedded/environments/python-here.ts";
import { writeNodePackage, writeWheel } from "../../embedded/environments/wheels.ts";
import { makeRepository } from "../../embedded/git/test-repository.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { executionOf, makeSetting } from "./executing.ts";
import { makeHandClock } from "./hand-clock.ts";

function notebookOf(language: string, ...sources: readonly string[]): string {
  const cells = sources.map((source) => ({
    cell_type: "code",
    source,
    metadata: {},
    outputs: [],
    execution_count: null,
  }));
  return JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: { language_info: { name: language } }, cells });
}

interface Call {
  readonly notebook: string;
  readonly requirements?: readonly string[];
  readonly fullNotebook?: boolean;
  readonly timeoutSeconds?: number;
}

function makeRealSetting() {
  const clock = makeHandClock();
  const folder = temporaryFolder();
  const packages = join(folder, "packages");
  mkdirSync(packages);
  const repository = makeRepository(join(folder, "repository"));
  const variables = { PATH: process.env.PATH, HOME: folder, PIP_NO_INDEX: "1", PIP_FIND_LINKS: packages };
  const environments = makeEmbeddedEnvironments({ folder, clock, environment: variables, python: PYTHON });
  onTestFinished(() => environments.close());
  const sources = makeGitSources({ folder: join(folder, "mirrors"), clock });
  const setting = makeSetting({ clock, sources, environments, options: { programFor } });
  const executionAt = (commit: string, { notebook, requirements = [], fullNotebook = false, timeoutSeconds }: Call) => {
    const settings = timeoutSeconds === undefined ? {} : { timeoutSeconds };
    const execution = executionOf("", {
      clock,
      requirements,
      settings,
      version: { headCommit: commit, pinned: false },
    });
    const work: Work = { kind: "notebook", notebook, method: "task", fullNotebook };
    const written = { repository: repository.folder, file: "peach.yaml", line: 1 };
    return { ...execution, task: { ...execution.task, work, args: { times: 2 }, written } };
  };
  return { ...setting, clock, packages, repository, executionAt };
}

test("P8, P22: a notebook in Python runs with its organisation's packages, at the commit and not as it lies there", async () => {
  const { repository, packages, run, executionAt, pathsOf } = makeRealSetting();
  writeWheel(packages, "peachy", "1.5");
  const code = `import peachy, helper\ndef task(times):\n    print("trains")\n    return [peachy.version, helper.name] * times`;
  const commit = repository.commit({
    "nb/a.ipynb": notebookOf("python", code),
    "nb/helper.py": `name = "committed"\n`,
  });
  repository.write({ "nb/helper.py": `name = "not committed"\n` });
  const execution = executionAt(commit, { notebook: "nb/a.ipynb", requirements: ["peachy"] });
  const { end, log } = await run(execution);
  expect(end).toMatchObject({ outcome: "SUCCEEDED", result: ["1.5", "committed", "1.5", "committed"] });
  expect(log.at(-1)).toBe("trains");
  expect(log.join("\n")).toContain("Successfully installed peachy-1.5");
  const copy = JSON.parse(readFileSync(pathsOf(execution.id).notebook, "utf8"));
  expect(copy.cells.at(-1).outputs[0]).toMatchObject({ output_type: "stream", text: "trains\n" });
});

test("P8, P23: a notebook in TypeScript runs with its organisation's packages of npm", async () => {
  const { repository, packages, run, executionAt, pathsOf } = makeRealSetting();
  const file = writeNodePackage(packages, "peachy", "2.5.0");
  const cells = [
    `import peachy from "peachy";\nconsole.log("first");`,
    `export async function task({ times }: { times: number }) {\n  console.log("second");\n  return [peachy, times];\n}`,
  ];
  const commit = repository.commit({ "a.ipynb": notebookOf("typescript", ...cells) });
  const execution = executionAt(commit, {
    notebook: "a.ipynb",
    requirements: [`npm:peachy@file:${file}`],
    fullNotebook: true,
  });
  const { end } = await run(execution);
  expect(end).toMatchObject({ outcome: "SUCCEEDED", result: ["2.5.0", 2] });
  const copy = JSON.parse(readFileSync(pathsOf(execution.id).notebook, "utf8"));
  const texts = copy.cells.map(({ outputs }: { outputs: { text?: string }[] }) => outputs[0]?.text);
  expect(texts).toEqual(["first\n", undefined, "second\n"]);
});

test("P5: a notebook that hangs is kept with where it was when its time was over", async () => {
  const { repository, clock, run, executionAt, logOf, pathsOf } = makeRealSetting();
  const code = `import time\ndef task(times):\n    print("waits", flush=True); time.sleep(600)`;
  const commit = repository.commit({ "a.ipynb": notebookOf("python", code) });
  const execution = executionAt(commit, { notebook: "a.ipynb", timeoutSeconds: 300 });
  const ended = run(execution);
  await expect.poll(() => logOf(execution.id).length).toBe(1);
  await clock.advance(300_000);
  const { end } = await ended;
  expect(end).toMatchObject({ outcome: "TIMED_OUT", durationMs: 300_000 });
  const copy = readFileSync(pathsOf(execution.id).notebook, "utf8");
  expect(copy).toContain("waits\\n");
  expect(copy).toContain("It ran longer than 300 s");
  // What Python says when it is told to end: the line that it was in.
  expect(end.error?.trace ?? "").toContain("time.sleep(600)");
});

test("a notebook that is not there in a pinned version says so", async () => {
  const { repository, run, executionAt } = makeRealSetting();
  const commit = repository.commit({ "other.txt": "" });
  const { end } = await run(executionAt(commit, { notebook: "a.ipynb" }));
  const message = expect.stringContaining("There is no notebook a.ipynb in this version");
  expect(end).toMatchObject({ outcome: "FAILED", error: { name: "NotRunnable", message } });
});
