/** A task over every entry of a task file on this machine: the quick start, exit codes, going on, and first mistakes. */
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isRunning, processIdentity } from "../../src/embedded/processes/processes.ts";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus, type Ended, startCirrus } from "./cirrus.ts";
import { PACKAGE, taskFiles, temporaryProject, writeFiles } from "./temporary-project.ts";

const env = { PATH: process.env.PATH ?? "" };

function bulk(cwd: string, ...args: string[]): Promise<Ended> {
  return cirrus(["bulk", ...args], { cwd, env });
}

/** A folder with a program, a task file of so many entries, and nothing else. */
function folderWith(program: string, entries = 3): string {
  const folder = temporaryFolder();
  writeFiles(folder, { "work.sh": `#!/bin/bash\n${program}\n`, "tasks.json": tasksText(entries) });
  chmodSync(join(folder, "work.sh"), 0o755);
  return folder;
}

function tasksText(entries: number): string {
  const list = Array.from({ length: entries }, (_, index) => ({
    task_id: `task-${index + 1}`,
    data: { n: index + 1 },
  }));
  return JSON.stringify(list, null, 2);
}

interface ReportJson {
  readonly entries: Readonly<Record<string, number>>;
  readonly attempts: { readonly total: number };
}

const reportOf = ({ stdout, stderr }: Ended): ReportJson => {
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as ReportJson;
};

const linesOf = (text: string) => text.split("\n").filter(Boolean);

describe("the quick start", () => {
  test("a Python worker over a JSON and a YAML file, in a folder that is no project", async () => {
    const cwd = temporaryFolder();
    cpSync(join(PACKAGE, "examples/bulk/python"), cwd, { recursive: true });
    const first = await bulk(cwd, "run", "./my_worker.py", "--tasks", "my_tasks.json");
    expect(first.code, first.stderr).toBe(EXIT.ok);
    expect(first.stdout).toContain("✓ all 3 entries are done");
    const args = ["--tasks", "my_tasks.yml", "--job-id", "again", "--num-simultaneous-tasks", "10", "-o", "json"];
    const second = await bulk(cwd, "run", "./my_worker.py", ...args);
    expect(second.code, second.stderr).toBe(EXIT.ok);
    expect(reportOf(second).entries).toMatchObject({ total: 3, DONE: 3 });
    const logs = await bulk(cwd, "logs", "again", "addition-1");
    expect(logs.stdout).toBe("addition-1: attempt 1 on local\n");
    expect(existsSync(join(cwd, ".cirrus/cirrus.db"))).toBe(true);
  });

  test("a TypeScript worker of a project, by name and by path", async () => {
    const worker = readFileSync(join(PACKAGE, "examples/bulk/additions.ts"), "utf8");
    const cwd = temporaryProject({
      "tasks/additions/definition.yml": "bulk:\n  numSimultaneousTasks: 2\n",
      "tasks/additions/handler.ts": worker,
      "worker.ts": worker,
    });
    cpSync(join(PACKAGE, "examples/bulk/my_tasks.json"), join(cwd, "my_tasks.json"));
    const named = await bulk(cwd, "run", "additions", "--tasks", "my_tasks.json", "-o", "json");
    expect(named.code, named.stderr).toBe(EXIT.ok);
    const file = await bulk(cwd, "run", "./worker.ts", "--tasks", "my_tasks.json", "--in-process", "-o", "json");
    expect(file.code, file.stderr).toBe(EXIT.ok);
    expect((await bulk(cwd, "list", "-o", "name")).stdout).toBe("worker-my-tasks\nadditions-my-tasks\n");
  });
});

describe("the exit code tells the truth", () => {
  const outcomes = (failing: string) => `case $CIRRUS_TASK_ID in ${failing}) exit 1;; esac`;

  test.each([
    ["all done", "no-task", EXIT.ok],
    ["some failed", "task-2", EXIT.partial],
    ["nothing done", "task-*", EXIT.failed],
  ])("%s", async (_, failing, code) => {
    const cwd = folderWith(outcomes(failing));
    const ended = await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json");
    expect(ended.code, ended.stderr).toBe(code);
    // Called again it has nothing to do and says the same.
    expect((await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json")).code).toBe(code);
    expect((await bulk(cwd, "status", "work-tasks", "-o", "json")).stdout).toContain('"state": "FINISHED"');
  });

  test("what failed is tried again with --only-failed, and alone", async () => {
    const cwd = folderWith("echo $CIRRUS_TASK_ID >> tried; test -e mended || test $CIRRUS_TASK_ID != task-2");
    expect((await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json")).code).toBe(EXIT.partial);
    writeFileSync(join(cwd, "mended"), "");
    const again = await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json", "--only-failed");
    expect(again.code, again.stderr).toBe(EXIT.ok);
    expect(linesOf(readFileSync(join(cwd, "tried"), "utf8")).sort()).toEqual(["task-1", "task-2", "task-2", "task-3"]);
  });

  test("retries are counted by cause, and the report names the errors", async () => {
    const cwd = folderWith("test $CIRRUS_TASK_ID != task-1");
    const args = ["run", "./work.sh", "--tasks", "tasks.json", "--retry-on-exit", "2"];
    const ended = await bulk(cwd, ...args);
    expect(ended.code).toBe(EXIT.partial);
    expect(ended.stdout).toContain("tried again because of exit 2×");
    expect(ended.stdout).toMatch(/3× +Exit: .* task-1/);
  });
});

describe("what is wrong is said before anything is changed", () => {
  test("--tasks is missing: what such a file looks like", async () => {
    const { code, stderr } = await bulk(folderWith(""), "run", "./work.sh");
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("  - task_id: task-1\n    data:\n      key1: value1\n      key2: value2\n");
  });

  test("a task or program that is not there, with what might be meant", async () => {
    const cwd = folderWith("");
    const wrong = await bulk(cwd, "run", "./wrok.sh", "--tasks", "tasks.json");
    expect(wrong).toMatchObject({ code: EXIT.notFound, stderr: expect.stringContaining("Did you mean ./work.sh?") });
    const task = temporaryProject({ "tasks/additions/definition.yml": "bulk:\n  command: [cat]\n" });
    const named = await bulk(task, "run", "additoins", "--tasks", "tasks.json");
    expect(named).toMatchObject({ code: EXIT.notFound, stderr: expect.stringContaining("Did you mean additions?") });
  });

  test("a program as a shell would run it: by its interpreter, or by its name alone", async () => {
    const cwd = folderWith("true");
    const interpreted = await bulk(cwd, "run", "bash", "work.sh", "--tasks", "tasks.json");
    expect(interpreted.code).toBe(EXIT.notFound);
    expect(interpreted.stderr).toContain("Name the program itself: npx cirrus bulk run ./work.sh --tasks <file>");
    const bare = await bulk(cwd, "run", "true", "--tasks", "tasks.json");
    expect(bare.stderr).toMatch(/Name a program by its path: \/.*\/true$/m);
  });

  test("a worker in TypeScript in a folder without the package", async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { "work.ts": 'import "cirrus-pipeline/task";', "tasks.json": tasksText(1) });
    const { code, stderr } = await startCirrus(["bulk", "run", "./work.ts", "--tasks", "tasks.json"], cwd).ended;
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain("cirrus init my-project");
  });

  test("a task that takes payloads, with how it is run", async () => {
    const handler = `import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({ name: "hello", parameters: z.object({}), run() {} });
`;
    const cwd = temporaryProject({ ...taskFiles("hello", handler), "tasks.json": tasksText(1) });
    const { code, stderr } = await bulk(cwd, "run", "hello", "--tasks", "tasks.json");
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain("error: hello is a task of workflows");
    expect(stderr).toContain("cirrus task run hello payload.json");
  });

  test("a number with a unit", async () => {
    const { code, stderr } = await bulk(folderWith("true"), "run", "./work.sh", "--max-runtime", "10m");
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("expected number, such as 600 or 0.5, without a unit");
  });

  test("a task with a mistake in its definition, and no other task's", async () => {
    const cwd = temporaryProject({
      "tasks/good/definition.yml": "bulk:\n  command: [cat]\n",
      "tasks/bad/definition.yml": "bulk:\n  comand: [cat]\n",
      "tasks.json": tasksText(1),
    });
    const bad = await bulk(cwd, "run", "bad", "--tasks", "tasks.json");
    expect(bad.code).toBe(EXIT.config);
    expect(bad.stderr).toMatch(/tasks\/bad\/definition\.yml:2:3.*comand/);
    const good = await bulk(cwd, "run", "good", "--tasks", "tasks.json");
    expect(good.code, good.stderr).toBe(EXIT.ok);
  });

  test.each([
    ["not JSON", "[{", "tasks.json"],
    ["an ID twice", '[{"task_id":"a","data":{}},\n{"task_id":"a","data":{}}]', "line 2"],
    ["an entry without data", '[{"task_id":"a"}]', "data"],
  ])("a bad task file: %s", async (_, text, said) => {
    const cwd = folderWith("");
    writeFileSync(join(cwd, "tasks.json"), text);
    const { code, stderr } = await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json");
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain(said);
    expect((await bulk(cwd, "list", "-o", "name")).stdout).toBe("");
  });

  test("a run of this name with other entries", async () => {
    const cwd = folderWith("");
    expect((await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json")).code).toBe(EXIT.ok);
    writeFileSync(join(cwd, "tasks.json"), tasksText(4));
    const { code, stderr } = await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json");
    expect(code).toBe(EXIT.conflict);
    expect(stderr).toContain("--job-id");
    expect(stderr).toContain("cirrus bulk delete work-tasks");
  });

  test("a configuration file with problems, all with their lines", async () => {
    const cwd = folderWith("");
    writeFiles(cwd, { "my.yml": "run:\n  max-runtme: 5\n  cpus_per_task: 0\n" });
    const { code, stderr } = await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json", "--config", "my.yml");
    expect(code).toBe(EXIT.config);
    expect(stderr).toMatch(/my\.yml:2:3.*max-runtme/);
    expect(stderr).toMatch(/my\.yml:3:18.*cpus_per_task/);
  });

  test("Google Cloud is understood and answered; the same file runs here", async () => {
    const cwd = folderWith("");
    writeFiles(cwd, { "my.yml": "provider: gcp\ngcp:\n  job_id: my-processing-job\n  max-instances: 5\n" });
    const args = ["run", "./work.sh", "--tasks", "tasks.json", "--config", "my.yml"];
    const gcp = await bulk(cwd, ...args);
    expect(gcp).toMatchObject({ code: EXIT.config, stderr: expect.stringContaining("--provider local") });
    const here = await bulk(cwd, ...args, "--provider", "local");
    expect(here.code).toBe(EXIT.ok);
    expect(here.stderr).toContain("The section gcp of my.yml is not read: this run's provider is local.");
    const both = "gcp:\n  job_id: there\nlocal:\n  job_id: here\n";
    writeFiles(cwd, { "my.yml": both });
    expect((await bulk(cwd, ...args)).stderr).not.toContain("is not read");
  });

  test("AWS needs a stage", async () => {
    const { code, stderr } = await bulk(folderWith(""), "run", "./work.sh", "--tasks", "tasks.json", "--pool", "batch");
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("--stage <stage>");
  });
});

test("a dry run says what would run and where each setting is from, and changes nothing", async () => {
  const cwd = folderWith("touch ran");
  writeFiles(cwd, { "my.yml": "run:\n  max_runtime: 60\nlocal:\n  max-runtime: 90\n  retry_on_exit: true\n" });
  const args = ["run", "./work.sh", "--tasks", "tasks.json", "--config", "my.yml", "--job-id", "mine", "--dry-run"];
  const { code, stdout, stderr } = await bulk(cwd, ...args);
  expect(code, stderr).toBe(EXIT.ok);
  expect(stdout).toMatch(/entries +3\n/);
  expect(stdout).toMatch(/max-runtime +90 +my\.yml:4\n/);
  expect(stdout).toMatch(/retry-on-exit +true +my\.yml:5\n/);
  expect(stdout).toMatch(/job-id +mine +--job-id\n/);
  expect(stdout).toContain("first entry: task-1");
  expect(stderr).toContain("max-runtime is taken from my.yml:4, and not from my.yml:2.");
  expect(existsSync(join(cwd, "ran"))).toBe(false);
  expect(existsSync(join(cwd, ".cirrus"))).toBe(false);
  expect((await bulk(cwd, "list", "-o", "name")).stdout).toBe("");
});

test("a startup script that no instance takes is refused before anything is loaded", async () => {
  const cwd = folderWith("");
  writeFiles(cwd, { "startup.sh": `echo ${"x".repeat(16_000)}` });
  const args = ["--tasks", "tasks.json", "--pool", "batch", "--startup-script-file", "startup.sh"];
  const { code, stderr } = await bulk(cwd, "run", "./work.sh", ...args, "--dry-run", "--offline");
  expect(code, stderr).toBe(EXIT.config);
  expect(stderr).toContain("an instance takes 15360 at most");
});

describe("a run that was cut off", () => {
  /** Notes each task that begins; none ends until the file `go` is there. */
  const HANGING = "echo $$ >> begun; while ! test -e go; do sleep 0.05; done";
  const args = ["bulk", "run", "./work.sh", "--tasks", "tasks.json", "--num-simultaneous-tasks", "2"];

  async function untilBegun(cwd: string, count: number): Promise<readonly number[]> {
    for (;;) {
      const begun = existsSync(join(cwd, "begun")) ? linesOf(readFileSync(join(cwd, "begun"), "utf8")).map(Number) : [];
      if (begun.length >= count) return begun;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function untilGone(pids: readonly number[]): Promise<void> {
    while (pids.some((pid) => processIdentity(pid) !== undefined)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test("by Ctrl-C ends its tasks, says how to go on, and goes on with the same command", async () => {
    const cwd = folderWith(HANGING, 5);
    const runner = startCirrus([...args, "--shutdown-grace-period", "0"], cwd);
    const begun = await untilBegun(cwd, 2);
    runner.child.kill("SIGINT");
    const stopped = await runner.ended;
    expect(stopped.code, stopped.stderr).toBe(EXIT.interrupted);
    expect(stopped.stderr).toContain(
      "5 of 5 entries wait. Go on with the same command, or: npx cirrus bulk work work-tasks",
    );
    await untilGone(begun);
    writeFileSync(join(cwd, "go"), "");
    const again = await bulk(cwd, ...args.slice(1), "-o", "json");
    expect(again.code, again.stderr).toBe(EXIT.ok);
    expect(again.stderr).toContain("goes on where it was");
    expect(reportOf(again).entries).toMatchObject({ total: 5, DONE: 5 });
  });

  test("by SIGTERM ends with another code", async () => {
    const cwd = folderWith(HANGING, 3);
    const runner = startCirrus([...args, "--shutdown-grace-period", "0"], cwd);
    await untilBegun(cwd, 2);
    runner.child.kill("SIGTERM");
    expect((await runner.ended).code).toBe(EXIT.terminated);
  });

  test("by a second Ctrl-C ends at once, and leaves no process behind", async () => {
    const cwd = folderWith(`trap "" TERM; ${HANGING}`, 3);
    const runner = startCirrus([...args, "--shutdown-grace-period", "3600"], cwd);
    const begun = await untilBegun(cwd, 2);
    runner.child.kill("SIGINT");
    await runner.saying("running tasks have 3600 s to end. Once more");
    runner.child.kill("SIGINT");
    expect((await runner.ended).code).toBe(EXIT.interrupted);
    await untilGone(begun);
    writeFileSync(join(cwd, "go"), "");
    expect((await bulk(cwd, ...args.slice(1))).code).toBe(EXIT.ok);
  });

  test("by kill -9 leaves no process behind, and what it had in hand is taken up", async () => {
    const cwd = folderWith(HANGING, 5);
    const runner = startCirrus(args, cwd);
    const begun = await untilBegun(cwd, 2);
    const tasks = begun.map((pid) => ({ pid, identity: processIdentity(pid) ?? "" }));
    runner.child.kill("SIGKILL");
    await runner.ended;
    await untilGone(begun);
    expect(tasks.some(isRunning)).toBe(false);
    writeFileSync(join(cwd, "go"), "");
    const again = await bulk(cwd, ...args.slice(1), "-o", "json");
    expect(again.code, again.stderr).toBe(EXIT.ok);
    expect(reportOf(again).entries).toMatchObject({ total: 5, DONE: 5 });
    expect(reportOf(again).attempts.total).toBe(7);
  });

  test("by its deletion is told, and is no success", async () => {
    const cwd = folderWith(HANGING, 3);
    const runner = startCirrus(args, cwd);
    const begun = await untilBegun(cwd, 2);
    expect((await bulk(cwd, "delete", "work-tasks", "--yes")).code).toBe(EXIT.ok);
    writeFileSync(join(cwd, "go"), "");
    const { code, stderr } = await runner.ended;
    expect([code, stderr]).toEqual([EXIT.conflict, expect.stringContaining("was deleted while it was worked on")]);
    await untilGone(begun);
  });

  test("fills the gap in the output file when it goes on", async () => {
    const cwd = folderWith("test -e go || { touch go; sleep 60; }", 4);
    const output = [...args, "--output-file", "attempts.jsonl"];
    const runner = startCirrus(output, cwd);
    while (!existsSync(join(cwd, "go"))) await new Promise((resolve) => setTimeout(resolve, 20));
    runner.child.kill("SIGKILL");
    await runner.ended;
    writeFileSync(join(cwd, "attempts.jsonl"), `${readFileSync(join(cwd, "attempts.jsonl"), "utf8")}{"run":"wor`);
    expect((await bulk(cwd, ...output.slice(1))).code).toBe(EXIT.ok);
    const written = linesOf(readFileSync(join(cwd, "attempts.jsonl"), "utf8")).map(
      (line) => JSON.parse(line) as { entryId: string; attempt: number; outcome: string },
    );
    const keys = written.map(({ entryId, attempt }) => `${entryId} ${attempt}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(
      written
        .filter(({ outcome }) => outcome === "done")
        .map(({ entryId }) => entryId)
        .sort(),
    ).toEqual(["task-1", "task-2", "task-3", "task-4"]);
  });

  test("may be worked on by several at the same time", async () => {
    const cwd = folderWith("echo $CIRRUS_TASK_ID >> tried; sleep 0.02", 30);
    expect((await bulk(cwd, "load", "./work.sh", "--tasks", "tasks.json")).stdout).toBe("work-tasks\n");
    const workers = [1, 2].map(
      () => startCirrus(["bulk", "work", "work-tasks", "--num-simultaneous-tasks=2"], cwd).ended,
    );
    for (const { code, stderr } of await Promise.all(workers)) expect(code, stderr).toBe(EXIT.ok);
    expect(linesOf(readFileSync(join(cwd, "tried"), "utf8"))).toHaveLength(30);
  });
});

const STRAYS = `import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker, done } from "cirrus-pipeline/task";
const acts = {
  wait: () => sleep(300),
  "throw-later": () => { setTimeout(() => { throw new TypeError("nobody awaits this"); }); return sleep(60_000); },
  "reject-later": () => { setTimeout(() => void Promise.reject(new RangeError("nor this"))); return sleep(60_000); },
  "exit-now": () => process.exit(0),
  "exit-later": () => { setTimeout(() => process.exit(3)); return sleep(60_000); },
};
export const handler = defineWorker(async (id) => {
  await acts[id]();
  return done();
});
`;

test("what would end the whole process ends the task that does it, and no other, with --in-process", async () => {
  const cwd = temporaryProject({});
  const ids = ["throw-later", "wait", "reject-later", "exit-now", "exit-later"];
  const tasks = JSON.stringify(ids.map((task_id) => ({ task_id, data: {} })));
  writeFiles(cwd, { "strays.ts": STRAYS, "tasks.json": tasks });
  const args = ["--tasks", "tasks.json", "--in-process", "--num-simultaneous-tasks", "5", "--output-file", "out.jsonl"];
  const ended = await startCirrus(["bulk", "run", "./strays.ts", ...args], cwd).ended;
  expect(ended.code, ended.stderr).toBe(EXIT.partial);
  const attempts = linesOf(readFileSync(join(cwd, "out.jsonl"), "utf8")).map((line) => JSON.parse(line));
  const found = Object.fromEntries(
    attempts.map(({ entryId, outcome, error, exitCode }) => [entryId, [outcome, error?.name ?? exitCode]]),
  );
  expect(found).toEqual({
    "throw-later": ["exception", "TypeError"],
    wait: ["done", undefined],
    "reject-later": ["exception", "RangeError"],
    "exit-now": ["exit", "Exit"],
    "exit-later": ["exit", "Exit"],
  });
});

test("a worker that ends the process while it is loaded is told, and nothing runs", async () => {
  const cwd = temporaryProject({});
  writeFiles(cwd, { "worker.ts": "process.exit(0);", "tasks.json": tasksText(1) });
  const ended = await startCirrus(["bulk", "run", "./worker.ts", "--tasks", "tasks.json"], cwd).ended;
  expect(ended.code).toBe(EXIT.config);
  expect(ended.stderr).toContain("The worker cannot be loaded: it calls process.exit(0) while it is loaded");
});

test.each([
  ["process.exit(0); export const tasks = [];", "process.exit(0)"],
  ["export async function* tasks() { yield { task_id: 'a', data: {} }; process.exit(0); }", "process.exit(0)"],
  ["export async function* tasks() { await new Promise(() => {}); }", "it awaits what can never come"],
])("a module of tasks that would end the process is told, and leaves nothing behind: %s", async (text, message) => {
  const cwd = folderWith("", 1);
  writeFiles(cwd, { "tasks.mjs": text });
  const { code, stderr } = await startCirrus(["bulk", "run", "./work.sh", "--tasks", "tasks.mjs"], cwd).ended;
  expect([code, stderr]).toEqual([EXIT.config, expect.stringContaining(message)]);
});

test("an output file that is something else is left as it is, and nothing runs", async () => {
  const cwd = folderWith("touch ran", 2);
  const args = ["run", "./work.sh", "--tasks", "tasks.json", "--output-file"];
  for (const file of ["tasks.json", "work.sh"]) {
    const before = readFileSync(join(cwd, file), "utf8");
    const { code, stderr } = await bulk(cwd, ...args, file);
    expect([code, stderr]).toEqual([
      EXIT.conflict,
      expect.stringContaining(`${file} exists and is no list of attempts`),
    ]);
    expect(readFileSync(join(cwd, file), "utf8")).toBe(before);
  }
  expect(existsSync(join(cwd, "ran"))).toBe(false);
});
