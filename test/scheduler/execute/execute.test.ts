/** An execution from its checkout to its end, with real processes. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { executionOf, makeSetting } from "./executing.ts";
import { makeHandClock } from "./hand-clock.ts";

const clock = systemClock;

describe("an execution", () => {
  test("P8: runs in a checkout of its commit, and gives back what its function returned", async () => {
    const { run, checkedOut } = makeSetting({ clock, files: { "data/a.txt": "from the commit" } });
    const execution = executionOf(`say({"result": {"read": open("data/a.txt").read()}})`, { clock });
    const { end } = await run(execution);
    expect(end).toMatchObject({ outcome: "SUCCEEDED", result: { read: "from the commit" } });
    expect(checkedOut).toEqual([execution.version.headCommit]);
  });

  test("P10: says when it ended and how long it took since it was begun", async () => {
    const hand = makeHandClock();
    const execution = executionOf(`say({"result": None})`, { clock: hand });
    await hand.advance(1500);
    const { end } = await makeSetting({ clock: hand }).run(execution);
    expect(end).toMatchObject({
      ...{ outcome: "SUCCEEDED", result: null, endedAt: "2030-01-01T00:00:01.500Z", durationMs: 1500 },
    });
  });

  test("that fails has the error that its program tells, with the trace", async () => {
    const error = { name: "ValueError", message: "no rows", trace: "a.ipynb[3], line 2" };
    const { end } = await makeSetting({ clock }).run(
      executionOf(`say({"error": ${JSON.stringify(error)}})`, { clock }),
    );
    expect(end).toMatchObject({ outcome: "FAILED", error });
  });

  test.each([
    ["os._exit(3)", "It ended with exit status 3 before its function returned: last words"],
    ["os._exit(0)", "It ended with exit status 0 before its function returned: last words"],
    ["os.kill(os.getpid(), 11)", "It was killed by SIGSEGV before its function returned: last words"],
    [
      `print('Fatal Python error: Segmentation fault\\n\\n  File "a.ipynb[cell 0]", line 3 in f\\n  File "run.py"', flush=True); os.abort()`,
      'It was killed by SIGABRT before its function returned: Fatal Python error: Segmentation fault, File "a.ipynb[cell 0]", line 3 in f',
    ],
  ])("that ends by %s without a word says so, with its last line", async (code, message) => {
    const execution = executionOf(`import os\nprint("last words", flush=True)\n${code}`, { clock });
    const { end } = await makeSetting({ clock }).run(execution);
    expect(end).toMatchObject({ outcome: "FAILED", error: { name: "Exited", message } });
  });

  test("has a result of 256 KiB, and of a larger one a warning in its place", async () => {
    const { run } = makeSetting({ clock });
    const whole = await run(executionOf(`say({"result": "x" * (256 * 1024 - 2)})`, { clock }));
    expect(whole.end).toMatchObject({ outcome: "SUCCEEDED", result: expect.stringMatching(/^x{262142}$/) });
    for (const size of ["256 * 1024", "30 * 1024 * 1024"]) {
      const { end } = await run(executionOf(`say({"result": "x" * (${size})})`, { clock }));
      expect(end).toMatchObject({ outcome: "SUCCEEDED", warnings: [expect.stringContaining("256 KiB are kept")] });
      expect(end).not.toHaveProperty("result");
    }
  });

  test("whose result JSON cannot hold has the warning that its program gives", async () => {
    const { end } = await makeSetting({ clock }).run(
      executionOf(`say({"result": None, "warning": "$.model is a Sequential"})`, { clock }),
    );
    expect(end).toMatchObject({ outcome: "SUCCEEDED", warnings: ["$.model is a Sequential"] });
    expect(end).not.toHaveProperty("result");
  });

  test("says the most memory that all of its processes had", async () => {
    const code = `
import subprocess, sys, time
hold = "import time; x = b'1' * 60_000_000; print('held', flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE)
child.stdout.readline()
own = b"1" * 60_000_000
time.sleep(1.5)
say({"result": None})`;
    const { end } = await makeSetting({ clock }).run(executionOf(code, { clock }));
    expect(end.peakMemoryBytes).toBeGreaterThan(120_000_000);
    expect(end.peakMemoryBytes).toBeLessThan(300_000_000);
  });

  test("sees of its starter's variables what a program needs, and no secret", async () => {
    const environment = {
      ...{ PATH: process.env.PATH, HOME: "/home/somebody", LC_TIME: "de_CH.UTF-8", https_proxy: "http://proxy:3128" },
      ...{
        AWS_SECRET_ACCESS_KEY: "secret",
        DATABASE_PASSWORD: "secret",
        REDIS_URL: "redis://r",
        PYTHONPATH: "/elsewhere",
      },
    };
    const { run } = makeSetting({ clock, options: { environment, pass: ["REDIS_*"] } });
    const { end } = await run(executionOf(`import os; say({"result": dict(os.environ)})`, { clock }));
    expect(Object.keys(end.result as object).sort()).toEqual([
      ...["CIRRUS_ATTEMPT", "CIRRUS_COMMIT", "CIRRUS_EXECUTION", "CIRRUS_LOOP", "CIRRUS_LOOP_TASK", "CIRRUS_SANDBOX"],
      ...["HOME", "LANG", "LC_TIME", "PATH", "PYTHONUNBUFFERED", "REDIS_URL", "TMPDIR", "https_proxy"],
    ]);
    expect(end.result).toMatchObject({ LANG: "C.UTF-8", HOME: "/home/somebody", CIRRUS_LOOP_TASK: "zzebu/train" });
  });

  test("leaves nothing: no temporary file, no process that it started, whatever group or session that is in", async () => {
    const code = `
import os, subprocess, sys, tempfile
stay = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
pids = [subprocess.Popen([sys.executable, "-c", stay], start_new_session=new).pid for new in (False, True)]
file = tempfile.mkstemp()[1]
say({"result": {"pids": pids, "file": file}})`;
    const { end } = await makeSetting({ clock }).run(executionOf(code, { clock }));
    const { pids, file } = end.result as { pids: number[]; file: string };
    expect(existsSync(file)).toBe(false);
    for (const pid of pids) await expect.poll(() => existsSync(`/proc/${pid}/exe`)).toBe(false);
  });
});

describe("an execution that cannot begin", () => {
  test("because its files cannot be checked out says which and why", async () => {
    const sources = { checkOut: () => Promise.reject(new Error("remote end hung up")) };
    const { end } = await makeSetting({ clock, sources }).run(executionOf("", { clock }));
    const message = expect.stringMatching(/3f2a9c1.* in \/repository cannot be checked out: remote end hung up/);
    expect(end).toMatchObject({ outcome: "FAILED", error: { name: "NotRunnable", message } });
  });

  test("P9: because its environment cannot be built has the reason", async () => {
    const environments = { prepare: async () => ({ outcome: "failed", reason: "no wheel for tensorflow" }) as const };
    const { end } = await makeSetting({ clock, environments }).run(executionOf("", { clock }));
    const error = { name: "EnvironmentFailed", message: "no wheel for tensorflow" };
    expect(end).toMatchObject({ outcome: "FAILED", error });
  });

  test("because its interpreter is gone names it", async () => {
    const environment = { python: "/nowhere/python3" };
    const environments = { prepare: async () => ({ outcome: "ready", environment, warnings: [] }) as const };
    const { run } = makeSetting({ clock, environments });
    for (let turn = 0; turn < 2; turn++) {
      const { end } = await run(executionOf("", { clock }));
      const message = expect.stringContaining("/nowhere/python3");
      expect(end).toMatchObject({ outcome: "FAILED", error: { name: "NotRunnable", message } });
    }
  });

  test("P9: runs all the same in an environment that could not be renewed, with its warning", async () => {
    const environments = {
      prepare: async ({ log }: { log(lines: readonly string[]): void }) => {
        log(["$ pip install", "ERROR: no network"]);
        const environment = { python: process.execPath };
        return { outcome: "ready", environment, warnings: ["the one of yesterday is used"] } as const;
      },
    };
    const program = () => ({
      command: [process.execPath, "-e", `console.log("ran"); fs.writeSync(3, '{"result":1}\\n')`] as const,
      ...{ environment: {}, assignment: {} },
    });
    const { end, log } = await makeSetting({ clock, environments, options: { programFor: program } }).run(
      executionOf("", { clock }),
    );
    expect(end).toMatchObject({ outcome: "SUCCEEDED", result: 1, warnings: ["the one of yesterday is used"] });
    expect(log).toEqual(["$ pip install", "ERROR: no network", "the one of yesterday is used", "ran"]);
  });
});

describe("a checkout", () => {
  const same = `import os; say({"result": os.getcwd()})`;

  test("is used again by the next execution where its task has changed nothing", async () => {
    const { run, checkedOut } = makeSetting({ clock, files: { "a.txt": "a", "b/c.txt": "c" } });
    const first = await run(executionOf(same, { clock }));
    const second = await run(executionOf(same, { clock }));
    expect(second.end.result).toBe(first.end.result);
    expect(checkedOut).toHaveLength(1);
  });

  test.each([
    ["wrote a file", `open("new.txt", "w").write("x")`],
    ["changed one in place", `open("a.txt", "r+").write("b")`],
    ["changed one and set its times back", `os.utime("a.txt", (open("a.txt", "w").write("b"), 0))`],
    ["removed one", `os.remove("b/c.txt")`],
    ["made one executable", `os.chmod("a.txt", 0o755)`],
    ["made a folder", `os.mkdir("d")`],
    ["put a link in the place of one", `os.remove("a.txt"); os.symlink("b/c.txt", "a.txt")`],
    ["made a folder that nobody can read", `os.mkdir("d", 0)`],
  ])("is never used again where its task %s", async (_what, code) => {
    const { run } = makeSetting({ clock, files: { "a.txt": "a", "b/c.txt": "c" } });
    const first = await run(executionOf(`import os\n${code}\nsay({"result": os.getcwd()})`, { clock }));
    expect(first.end.outcome).toBe("SUCCEEDED");
    const look = `import os; say({"result": [os.getcwd(), sorted(os.listdir()), open("a.txt").read(), os.stat("a.txt").st_mode & 0o111]})`;
    const second = await run(executionOf(look, { clock }));
    expect(second.end.result).toEqual([expect.not.stringMatching(`^${first.end.result}$`), ["a.txt", "b"], "a", 0]);
  });

  test("of files as they lie in a folder is made anew each time, and the folder's own files are not touched", async () => {
    const { run, checkedOut } = makeSetting({ clock, files: { "a.txt": "a" } });
    const version = { headCommit: "worktree", pinned: false };
    for (let turn = 0; turn < 2; turn++) await run(executionOf(same, { clock, version }));
    expect(checkedOut).toEqual(["worktree", "worktree"]);
  });

  test("of another commit is another one, and those of a few commits are kept", async () => {
    const { run, checkedOut } = makeSetting({ clock, files: { "a.txt": "a" } });
    const at = (headCommit: string) => run(executionOf(same, { clock, version: { headCommit, pinned: false } }));
    for (const commit of ["1", "2", "1", "2"]) await at(commit);
    expect(checkedOut).toEqual(["1", "2"]);
    for (const commit of ["3", "4", "5", "1"]) await at(commit);
    expect(checkedOut).toEqual(["1", "2", "3", "4", "5", "1"]);
  });

  test("is ready for the next execution before that one comes, where tasks change theirs", async () => {
    const { run, checkedOut } = makeSetting({ clock, files: { "a.txt": "a" } });
    const change = `open("new.txt", "w").close(); say({"result": None})`;
    await run(executionOf(change, { clock }));
    await run(executionOf(change, { clock }));
    // One that was used, one that is, and one that waits.
    await expect.poll(() => checkedOut.length).toBe(3);
    await run(executionOf(change, { clock }));
    await expect.poll(() => checkedOut.length).toBe(4);
  });
});

test("P12: the notebook is kept as it was executed, with what each cell printed, whatever the end was", async () => {
  const cell = (source: string) => ({ cell_type: "code", source, metadata: {}, outputs: [], execution_count: null });
  const notebook = { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell("first()"), cell("second()")] };
  const { run, pathsOf, kept } = makeSetting({ clock, files: { "notebooks/a.ipynb": JSON.stringify(notebook) } });
  const code = `
begin(0); print("in the first", end="")
begin(1); print("in the second"); print("more")
begin(2); print("in the call")
say({"error": {"name": "ValueError", "message": "bad"}})`;
  for (let turn = 0; turn < 5; turn++) {
    const execution = executionOf(code, { clock });
    await run(execution);
    const copy = await readJson(pathsOf(execution.id).notebook);
    expect(copy.cells.map(({ outputs }) => outputs.map(({ text, ename }) => text ?? ename))).toEqual([
      ["in the first\n"],
      ["in the second\nmore\n"],
      ["in the call\n", "ValueError"],
    ]);
    expect(kept).toContain(execution.id);
  }
});

async function readJson(path: string) {
  const { readFileSync } = await import("node:fs");
  return JSON.parse(readFileSync(path, "utf8")) as {
    cells: { outputs: { text?: string; ename?: string }[] }[];
  };
}

test("what a killed process left of checkouts is cleared by the next one", async () => {
  const { folder } = makeSetting({ clock });
  const left = join(folder, "loops", "workers", "999999_1-boot_abc", "tmp-1", "checkouts", "0");
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, "a.txt"), "");
  const { executing } = makeSetting({ clock, options: { folder: join(folder, "loops") } });
  expect(readdirSync(join(folder, "loops", "workers"))).not.toContain("999999_1-boot_abc");
  executing.close();
});
