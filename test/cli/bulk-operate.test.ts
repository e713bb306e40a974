/** Bulk runs from the operator's side: looking, stopping, trying again, throwing away; and making a task of them. */
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { suggest } from "../../src/cli/suggest.ts";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus, type Ended } from "./cirrus.ts";
import { PACKAGE, temporaryProject, writeFiles } from "./temporary-project.ts";

const env = { PATH: process.env.PATH ?? "" };

function bulk(cwd: string, ...args: string[]): Promise<Ended> {
  return cirrus(["bulk", ...args], { cwd, env });
}

const TASKS = [1, 2, 3, 4].map((n) => ({ task_id: `task-${n}`, data: { n } }));

/** A loaded run `work-tasks` of four entries. */
async function loaded(program: string): Promise<string> {
  const cwd = temporaryFolder();
  writeFiles(cwd, { "work.sh": `#!/bin/bash\n${program}\n`, "tasks.json": JSON.stringify(TASKS) });
  chmodSync(join(cwd, "work.sh"), 0o755);
  const { code, stderr } = await bulk(cwd, "load", "./work.sh", "--tasks", "tasks.json");
  expect(code, stderr).toBe(EXIT.ok);
  return cwd;
}

/** One that has ended, with task-2 failed. */
async function ended(): Promise<string> {
  const cwd = await loaded("echo out $CIRRUS_TASK_ID; echo err >&2; test $CIRRUS_TASK_ID != task-2");
  expect((await bulk(cwd, "work", "work-tasks")).code).toBe(EXIT.partial);
  return cwd;
}

const countsOf = async (cwd: string): Promise<unknown> => {
  const { stdout, stderr } = await bulk(cwd, "status", "work-tasks", "-o", "json");
  if (stdout === "") throw new Error(stderr);
  return (JSON.parse(stdout) as { counts: unknown }).counts;
};

test("a simulated spot notice reaches tasks, and what it interrupts is done by the next worker", async () => {
  const cwd = await loaded(
    'test $CIRRUS_TASK_ID-$CIRRUS_ATTEMPT = task-1-1 || exit 0; until test -e "$CIRRUS_NOTICES/termination"; do sleep 0.05; done; sleep 60',
  );
  const args = ["--num-simultaneous-tasks", "1", "--simulate-spot-termination-after", "2"];
  const { code, stderr } = await bulk(cwd, "work", "work-tasks", ...args, "--simulate-spot-termination-delay", "0.1");
  expect(code, stderr).toBe(EXIT.ok);
  const { stdout } = await bulk(cwd, "report", "work-tasks", "-o", "json");
  const { entries, attempts } = JSON.parse(stdout);
  expect(entries).toMatchObject({ DONE: 4 });
  // Each worker gets a notice: on a slow machine one more may come while an entry is tried.
  expect(attempts.retries.spot).toBeGreaterThanOrEqual(1);
  expect(attempts.total).toBe(4 + attempts.retries.spot);
});

describe("looking", () => {
  test("status, list and show tell how many entries are in which state", async () => {
    const cwd = await ended();
    expect(await countsOf(cwd)).toMatchObject({ DONE: 3, FAILED: 1, QUEUED: 0, attempts: 4 });
    expect((await bulk(cwd, "status", "work-tasks")).stdout).toContain("100% (4 of 4): 3 done, 1 failed");
    expect((await bulk(cwd, "list")).stdout).toMatch(/✓ FINISHED +work-tasks +work\.sh +4 +3 +1/);
    expect((await bulk(cwd, "show", "work-tasks")).stdout).toMatch(/✗ FAILED +1/);
  });

  test("show --detail has the entry that is tried next", async () => {
    const cwd = await loaded("");
    const { stdout } = await bulk(cwd, "show", "work-tasks", "--detail");
    expect(stdout).toContain('next: task-1\n{\n  "n": 1\n}\n');
  });

  test("entries by state, as names for a pipe", async () => {
    const cwd = await ended();
    expect((await bulk(cwd, "entries", "work-tasks", "--state", "failed", "-o", "name")).stdout).toBe("task-2\n");
    expect((await bulk(cwd, "entries", "work-tasks", "--id-prefix", "task-3", "-o", "name")).stdout).toBe("task-3\n");
    expect((await bulk(cwd, "entries", "work-tasks", "--state", "lost")).code).toBe(EXIT.usage);
  });

  test("logs are what an entry wrote, with how it ended beside it", async () => {
    const cwd = await ended();
    const { stdout, stderr } = await bulk(cwd, "logs", "work-tasks", "task-2");
    expect(stdout).toContain("out task-2\n");
    expect(stdout).toContain("err\n");
    expect(stderr).toMatch(/attempt 1 on .*: exit after .*exit code 1/);
    expect((await bulk(cwd, "logs", "work-tasks", "task-9")).code).toBe(EXIT.notFound);
  });

  test("logs tell a trace once, whether the program has written it itself or not", async () => {
    const exception = `{"exception": {"name": "ValueError", "message": "no", "trace": "Traceback: no\\n"}}`;
    const cwd = temporaryFolder();
    writeFiles(cwd, {
      "work.sh": `#!/bin/bash\nif [ $CIRRUS_TASK_ID = loud ]; then echo "Traceback: no"; fi\necho '${exception}' > "$CIRRUS_OUTCOME"\n`,
      "tasks.json": '[{ "task_id": "loud", "data": {} }, { "task_id": "quiet", "data": {} }]',
    });
    chmodSync(join(cwd, "work.sh"), 0o755);
    await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json");
    for (const entry of ["loud", "quiet"]) {
      const { stdout, stderr } = await bulk(cwd, "logs", "work-tasks", entry);
      expect(`${stdout}${stderr}`.match(/Traceback: no/g)).toHaveLength(1);
    }
  });

  test("a run that ended with failures says how to see and to repeat them, and only then", async () => {
    const cwd = await ended();
    const args = ["run", "./work.sh", "--tasks", "tasks.json"];
    const again = await bulk(cwd, ...args);
    expect(again.stderr).toContain("Try what failed again: --only-failed.");
    expect(again.stdout).toContain("npx cirrus bulk retry work-tasks && npx cirrus bulk work work-tasks");
    expect((await bulk(cwd, ...args, "--dry-run")).stderr).toContain("has ended already: 3 done, 1 failed, 0 left");
    await bulk(cwd, ...args, "--ids", "task-1", "--job-id", "whole");
    const whole = await bulk(cwd, ...args, "--ids", "task-1", "--job-id", "whole");
    expect(whole.stderr).not.toContain("--only-failed");
    expect(whole.stdout).not.toContain("bulk retry");
  });

  test("an output file goes on after its last whole line, however long the one is that was cut off", async () => {
    const cwd = await loaded("");
    const file = join(cwd, "attempts.jsonl");
    const whole = '{"run":"other","entryId":"a"}\n';
    writeFileSync(file, `${whole}{"run":"other","result":"${"x".repeat(9_000_000)}`);
    expect((await bulk(cwd, "work", "work-tasks", "--output-file", "attempts.jsonl")).code).toBe(EXIT.ok);
    const [first, ...more] = readFileSync(file, "utf8").trim().split("\n");
    expect(`${first}\n`).toBe(whole);
    expect(more.map((line) => (JSON.parse(line) as { entryId: string }).entryId).sort()).toEqual(
      TASKS.map(({ task_id }) => task_id),
    );
  });

  test("a report is data as well, and every attempt a line of a file", async () => {
    const cwd = await ended();
    const { stdout } = await bulk(cwd, "report", "work-tasks", "-o", "json", "--output-file", "attempts.jsonl");
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, entries: { total: 4, DONE: 3, FAILED: 1 } });
    expect(readFileSync(join(cwd, "attempts.jsonl"), "utf8").trim().split("\n")).toHaveLength(4);
  });

  test("what failed is dumped as a task file that can be run", async () => {
    const cwd = await ended();
    const { stdout } = await bulk(cwd, "dump", "work-tasks", "--state", "failed");
    expect(JSON.parse(stdout)).toEqual([{ task_id: "task-2", data: { n: 2 } }]);
    writeFileSync(join(cwd, "again.json"), stdout);
    expect((await bulk(cwd, "run", "./work.sh", "--tasks", "again.json")).code).toBe(EXIT.failed);
  });

  test("a run that is not there, with the name that is meant", async () => {
    const cwd = await ended();
    const wrong = await bulk(cwd, "status", "work-taks");
    expect(wrong).toMatchObject({ code: EXIT.notFound, stderr: expect.stringContaining("Did you mean work-tasks?") });
  });

  test("names of runs are completed", async () => {
    const cwd = await ended();
    const io = { cwd, env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
    const words = ["bulk", "status", "w"];
    const found = await suggest(words, COMMANDS, { ...io, signal: new AbortController().signal });
    expect(found).toEqual(["work-tasks"]);
  });
});

describe("changing", () => {
  test("a stopped run gives nothing out until it is resumed", async () => {
    const cwd = await loaded("true");
    expect((await bulk(cwd, "stop", "work-tasks", "--reason", "lunch")).code).toBe(EXIT.ok);
    const refused = await bulk(cwd, "work", "work-tasks");
    expect(refused).toMatchObject({ code: EXIT.conflict, stderr: expect.stringContaining("is stopped: lunch") });
    expect(await countsOf(cwd)).toMatchObject({ QUEUED: 4, attempts: 0 });
    expect((await bulk(cwd, "resume", "work-tasks")).code).toBe(EXIT.ok);
    expect((await bulk(cwd, "work", "work-tasks")).code).toBe(EXIT.ok);
    expect((await bulk(cwd, "stop", "work-tasks")).code).toBe(EXIT.conflict);
  });

  test("the same command resumes a stopped run", async () => {
    const cwd = await loaded("true");
    await bulk(cwd, "stop", "work-tasks");
    expect((await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json")).code).toBe(EXIT.ok);
  });

  test("retry lets what failed wait again", async () => {
    const cwd = await ended();
    const dry = await bulk(cwd, "retry", "work-tasks", "--state", "done", "--dry-run");
    expect(dry.stderr).toContain("3 entries would be tried again");
    expect((await bulk(cwd, "retry", "work-tasks", "--dry-run")).stderr).toContain("1 entry would be tried again");
    expect(await countsOf(cwd)).toMatchObject({ FAILED: 1 });
    expect((await bulk(cwd, "retry", "work-tasks")).code).toBe(EXIT.ok);
    expect(await countsOf(cwd)).toMatchObject({ FAILED: 0, QUEUED: 1 });
    expect((await bulk(cwd, "retry", "work-tasks", "task-1", "--state", "done")).code).toBe(EXIT.ok);
    expect(await countsOf(cwd)).toMatchObject({ QUEUED: 2, DONE: 2 });
    expect((await bulk(cwd, "retry", "work-tasks", "--state", "running")).code).toBe(EXIT.usage);
  });

  test("purge and delete ask first, say what they would do, and need --yes where nobody answers", async () => {
    const cwd = await loaded("true");
    for (const name of ["purge", "delete"]) {
      expect((await bulk(cwd, name, "work-tasks")).code).toBe(EXIT.usage);
      expect((await bulk(cwd, name, "work-tasks", "--dry-run")).code).toBe(EXIT.ok);
    }
    expect(await countsOf(cwd)).toMatchObject({ QUEUED: 4 });
    expect((await bulk(cwd, "purge", "work-tasks", "--yes")).code).toBe(EXIT.ok);
    expect(await countsOf(cwd)).toMatchObject({ QUEUED: 0, CANCELLED: 4 });
    expect((await bulk(cwd, "delete", "work-tasks", "--yes")).code).toBe(EXIT.ok);
    expect((await bulk(cwd, "list", "-o", "name")).stdout).toBe("");
  });

  test("a detached run goes on by itself", async () => {
    const cwd = await loaded("true");
    const { code, stdout, stderr } = await bulk(cwd, "run", "./work.sh", "--tasks", "tasks.json", "--detach");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stdout).toBe("work-tasks\n");
    const followed = await bulk(cwd, "status", "work-tasks", "--follow");
    expect(followed.code, followed.stderr).toBe(EXIT.ok);
    expect(await countsOf(cwd)).toMatchObject({ DONE: 4 });
  });
});

describe("cirrus create task --type bulk", () => {
  test("makes a task that runs over its own task file, and is sound", async () => {
    const cwd = temporaryProject();
    const made = await cirrus(["create", "task", "count", "Counts characters", "--type", "bulk"], { cwd });
    expect(made.code, made.stderr).toBe(EXIT.ok);
    expect(made.stderr).toContain("npx cirrus bulk run count --tasks tasks/count/tasks.json");
    expect((await cirrus(["check"], { cwd })).stdout).toBe("");
    const run = await bulk(cwd, "run", "count", "--tasks", "tasks/count/tasks.json");
    expect(run.code, run.stderr).toBe(EXIT.ok);
    expect((await bulk(cwd, "show", "count-tasks")).stdout).toMatch(/runtime +at most 10 min/);
    const other = await cirrus(["create", "task", "x", "y", "--type", "bulk", "batch"], { cwd });
    expect(other).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining("--pool batch") });
  });

  test("its task file is checked against the data that its handler takes", async () => {
    const cwd = temporaryProject();
    await cirrus(["create", "task", "count", "Counts characters", "--type", "bulk", "--type", "lambda"], { cwd });
    writeFileSync(join(cwd, "tasks.json"), '[\n{"task_id": "a", "data": {"text": 5}}]');
    const { code, stderr } = await bulk(cwd, "run", "count", "--tasks", "tasks.json");
    expect(code).toBe(EXIT.config);
    expect(stderr).toMatch(/tasks\.json:2.*data\.text/);
  });

  test("its test passes", async () => {
    const cwd = temporaryProject();
    await cirrus(["create", "task", "count", "Counts characters", "--type", "bulk"], { cwd });
    if (!existsSync(join(cwd, "node_modules"))) mkdirSync(join(cwd, "node_modules"));
    symlinkSync(join(PACKAGE, "node_modules/vitest"), join(cwd, "node_modules/vitest"));
    const { execFileSync } = await import("node:child_process");
    const vitest = join(PACKAGE, "node_modules/vitest/vitest.mjs");
    // Its own five seconds for a test are few on a busy machine.
    const output = execFileSync(process.execPath, [vitest, "run", "--testTimeout=120000"], {
      cwd,
      encoding: "utf8",
      env: { PATH: process.env.PATH, CI: "1", NO_COLOR: "1" },
    });
    expect(output).toMatch(/Tests +2 passed/);
  });
});
