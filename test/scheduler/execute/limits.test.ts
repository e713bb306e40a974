/** How executions are ended that do not end by themselves: in virtual time, with real processes that resist. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { processIdentity } from "../../../src/embedded/processes/processes.ts";
import type { Request } from "../../../src/loop/controls.ts";
import type { Environments } from "../../../src/loop/environments.ts";
import { WORKTREE } from "../../../src/loop/sources.ts";
import { PYTHON } from "../../embedded/environments/python-here.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { type Executed, executionOf, HANGS, makeSetting } from "./executing.ts";
import { type HandClock, makeHandClock } from "./hand-clock.ts";

const HOUR = 3600;
const GRACE_MS = 10_000;

interface Hanging {
  readonly ended: Promise<Executed>;
  readonly pids: readonly number[];
}

async function startHanging(
  clock: HandClock,
  {
    timeoutSeconds = HOUR,
    loop = "zzebu",
    control = {},
  }: { timeoutSeconds?: number; loop?: string; control?: object } = {},
): Promise<Hanging> {
  const { run, folder } = makeSetting({ clock });
  const file = join(folder, "pids");
  const execution = executionOf(HANGS, { clock, settings: { timeoutSeconds }, loop });
  const task = { ...execution.task, loop, args: { ...execution.task.args, pids: file } };
  const ended = run({ ...execution, task }, control);
  return { ended, pids: await readPids(file) };
}

async function readPids(file: string): Promise<readonly number[]> {
  while (!existsSync(file) || !readFileSync(file, "utf8").endsWith("\n")) await sleep(10);
  return readFileSync(file, "utf8").trim().split(" ").map(Number);
}

async function areGone(pids: readonly number[]): Promise<void> {
  expect(pids).toHaveLength(3);
  for (const pid of pids) await expect.poll(() => processIdentity(pid), { timeout: 10_000 }).toBeUndefined();
}

describe("a task that hangs", () => {
  test("P5: is ended after an hour, and everything that it started with it", async () => {
    const clock = makeHandClock();
    const { ended, pids } = await startHanging(clock);
    await clock.advance(HOUR * 1000 - 1);
    await clock.advance(1);
    // It ignores what it is told politely.
    await clock.sleeping(GRACE_MS);
    expect(pids.map((pid) => processIdentity(pid) === undefined)).toEqual([false, false, false]);
    await clock.advance(GRACE_MS);
    const { end, log } = await ended;
    const error = { name: "Timeout", message: "It ran longer than 3600 s and was ended" };
    expect(end).toMatchObject({ outcome: "TIMED_OUT", error, durationMs: HOUR * 1000 + GRACE_MS });
    expect(log).toEqual(["it hangs"]);
    await areGone(pids);
  });

  test("P4, P5: is ended after five minutes in the metadata loop", async () => {
    const clock = makeHandClock();
    const { ended, pids } = await startHanging(clock, { timeoutSeconds: 300, loop: "metadata" });
    await clock.advance(300_000);
    await clock.advance(GRACE_MS);
    expect((await ended).end).toMatchObject({ outcome: "TIMED_OUT", error: { name: "Timeout" }, durationMs: 310_000 });
    await areGone(pids);
  });

  test("is ended when somebody cancels it, who is named with the note", async () => {
    const clock = makeHandClock();
    const cancelling = new AbortController();
    const { ended, pids } = await startHanging(clock, { control: { cancelled: cancelling.signal } });
    const request: Request = { id: "1", at: "2030-01-01T00:00:00Z", by: "ana", note: "wrong data" };
    cancelling.abort(request);
    await clock.advance(GRACE_MS);
    const error = { name: "Cancelled", message: "ana cancelled it: wrong data" };
    expect((await ended).end).toMatchObject({ outcome: "CANCELLED", error });
    await areGone(pids);
  });

  test("is ended when its loop is stopped", async () => {
    const clock = makeHandClock();
    const stopping = new AbortController();
    const { ended, pids } = await startHanging(clock, { control: { signal: stopping.signal } });
    stopping.abort();
    await clock.advance(GRACE_MS);
    expect((await ended).end).toMatchObject({ outcome: "CANCELLED", error: { name: "Stopped" } });
    await areGone(pids);
  });
});

describe("a task that is told to end", () => {
  const told = (code: string) => `
import signal, sys, time
def end(*_):
    ${code}
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(600)`;

  /** Its handler is there by then. */
  async function startUntilReady(clock: HandClock, code: string) {
    const { run, logOf } = makeSetting({ clock });
    const execution = executionOf(told(code), { clock, settings: { timeoutSeconds: 5 } });
    const ended = run(execution);
    await expect.poll(() => logOf(execution.id).length).toBe(1);
    return { ended };
  }

  test("has its time of grace to clean up, and need not use it", async () => {
    const clock = makeHandClock();
    const { ended } = await startUntilReady(clock, `print("cleaned up", flush=True)`);
    await clock.advance(5000);
    const { end, log } = await ended;
    expect(end).toMatchObject({ outcome: "TIMED_OUT", durationMs: 5000 });
    expect(log).toEqual(["ready", "cleaned up"]);
  });

  test("has not succeeded, whatever it says at last", async () => {
    const clock = makeHandClock();
    const { ended } = await startUntilReady(clock, `say({"result": 1})`);
    await clock.advance(5000);
    expect((await ended).end).toMatchObject({ outcome: "TIMED_OUT" });
  });

  test("after it has said its result has succeeded, even where it does not end by itself", async () => {
    const clock = makeHandClock();
    const { run } = makeSetting({ clock });
    const ended = run(executionOf(`import time; say({"result": 1}); time.sleep(600)`, { clock }));
    await clock.sleeping(GRACE_MS);
    await clock.advance(GRACE_MS);
    expect((await ended).end).toMatchObject({ outcome: "SUCCEEDED", result: 1 });
  });

  test("before it began does not begin", async () => {
    const clock = makeHandClock();
    const { run } = makeSetting({ clock });
    const cancelled = AbortSignal.abort({ id: "1", at: "2030-01-01T00:00:00Z", by: "ana" } satisfies Request);
    const { end, log } = await run(executionOf(`print("ran")`, { clock }), { cancelled });
    expect(end).toMatchObject({ outcome: "CANCELLED", error: { message: "ana cancelled it" } });
    expect(log).toEqual([]);
  });
});

test("a task whose processes take more memory than it may is ended at once", async () => {
  const clock = makeHandClock();
  const code = `
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; x = b'1' * 200_000_000; time.sleep(600)"])
time.sleep(600)`;
  const { end } = await makeSetting({ clock }).run(
    executionOf(code, { clock, settings: { memoryBytes: 100 * 2 ** 20 } }),
  );
  const message = expect.stringMatching(/^Its processes used \d+ MB of memory; 100 MB are allowed$/);
  expect(end).toMatchObject({ outcome: "FAILED", error: { name: "OutOfMemory", message } });
  expect(end.peakMemoryBytes).toBeGreaterThan(100 * 2 ** 20);
});

test("P9: an environment that takes longer to build than the task may run is not waited for", async () => {
  const clock = makeHandClock();
  const environments = {
    prepare: ({ signal }: { signal: AbortSignal }) =>
      new Promise<{ outcome: "failed"; reason: string }>((resolve) => {
        signal.addEventListener("abort", () => resolve({ outcome: "failed", reason: "still being built" }));
      }),
  };
  const { run } = makeSetting({ clock, environments });
  const ended = run(executionOf("", { clock, settings: { timeoutSeconds: 300 } }));
  await clock.sleeping(300_000);
  await clock.advance(300_000);
  const message =
    "Its timeout of 5m was over before anything of it ran. Its environment was not ready: still being built. " +
    "Should that happen again, give it a longer timeout.";
  const error = { name: "Timeout", message };
  expect((await ended).end).toMatchObject({ outcome: "TIMED_OUT", error, durationMs: 300_000 });
});

describe("a checkout that takes longer than the task may run", () => {
  function startSlow(
    loop: string,
    { environments, commit = "3f2a9c1d".padEnd(40, "0") }: { environments?: Environments; commit?: string } = {},
  ) {
    const clock = makeHandClock();
    const files = Promise.withResolvers<void>();
    let asked = 0;
    const sources = {
      async checkOut(): Promise<void> {
        asked += 1;
        await files.promise;
      },
    };
    const { run } = makeSetting({ clock, sources, ...(environments && { environments }) });
    const execution = executionOf(`say({"result": 1})`, {
      clock,
      settings: { timeoutSeconds: 300 },
      loop,
      version: { headCommit: commit, pinned: false },
    });
    return {
      clock,
      files,
      asked: () => asked,
      start: () => run(execution),
      again: () => run({ ...execution, id: "again" }),
    };
  }

  test("P5: is not waited for: it TIMED_OUT, and says during what", async () => {
    const { clock, start } = startSlow("zzebu");
    const ended = start();
    await clock.sleeping(300_000);
    await clock.advance(300_000);
    const message =
      "Its timeout of 5m was over before anything of it ran. The files of 3f2a9c1d in /repository were still being checked " +
      "out. Should that happen again, give it a longer timeout.";
    const { end, log } = await ended;
    expect(end).toMatchObject({ outcome: "TIMED_OUT", error: { name: "Timeout", message }, durationMs: 300_000 });
    expect(log).toEqual([]);
  });

  test("in the metadata loop has another way out", async () => {
    const { clock, start } = startSlow("metadata");
    const ended = start();
    await clock.sleeping(300_000);
    await clock.advance(300_000);
    expect((await ended).end.error?.message).toMatch(
      /run it in the loop of its organisation, where it may take longer\.$/,
    );
  });

  test.each([
    ["is there for its next turn", undefined, 1],
    ["is not used for files that lie there, as they may be others by then", WORKTREE, 2],
  ])("%s", async (_title, commit, times) => {
    const { clock, files, asked, start, again } = startSlow("zzebu", commit === undefined ? {} : { commit });
    const ended = start();
    await clock.sleeping(300_000);
    await clock.advance(300_000);
    expect((await ended).end.outcome).toBe("TIMED_OUT");
    files.resolve();
    const { end } = await again();
    expect(end).toMatchObject({ outcome: "SUCCEEDED", result: 1 });
    expect(asked()).toBe(times);
  });

  test("hides no environment that failed by itself", async () => {
    const { clock, start } = startSlow("zzebu", {
      environments: { prepare: async () => ({ outcome: "failed", reason: "no wheel for tensorflow" }) },
    });
    const ended = start();
    await clock.sleeping(300_000);
    await clock.advance(300_000);
    const error = { name: "EnvironmentFailed", message: "no wheel for tensorflow" };
    expect((await ended).end).toMatchObject({ outcome: "FAILED", error });
  });
});

test.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)(
  "nothing of an execution outlives a scheduler that ended by %s",
  async (signal) => {
    const folder = temporaryFolder();
    const program = join(import.meta.dirname, "killed-scheduler.ts");
    const scheduler = spawn(process.execPath, [program, folder, PYTHON], { stdio: "ignore" });
    onTestFinished(() => void scheduler.kill("SIGKILL"));
    const pids = await readPids(join(folder, "pids"));
    scheduler.kill(signal);
    await areGone(pids);
    // With its checkout and its notes.
    await expect.poll(() => readdirSync(join(folder, "workers"))).toEqual([]);
  },
);

describe("executions that wait for others", () => {
  /** Says that it began, looks for a moment whether another does, and says that it ended. */
  const MARK = `import time
def mark(word):
    with open(args["file"], "a") as file: file.write(f"{word} {args['name']}\\n")
def alone():
    words = open(args["file"]).read()
    return words.count("began") == words.count("ended") + 1
mark("began")
until = time.time() + 0.3
while time.time() < until and alone(): time.sleep(0.01)
mark("ended")
say({"result": 1})`;

  test("run one after the other where one at a time is allowed, and none of them ends early", async () => {
    const clock = makeHandClock();
    const { run } = makeSetting({ clock, options: { most: 1 } });
    const file = join(temporaryFolder(), "marks");
    const start = (name: string) => {
      const execution = executionOf(MARK, { clock, loop: name });
      return run({ ...execution, task: { ...execution.task, args: { ...execution.task.args, file, name } } });
    };
    const ended = await Promise.all(["a", "b", "c"].map(start));
    expect(ended.map(({ end }) => end.outcome)).toEqual(["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]);
    const words = readFileSync(file, "utf8").trim().split("\n");
    for (let index = 0; index < words.length; index += 2) {
      expect(words[index + 1]).toBe(words[index]?.replace("began", "ended"));
    }
    expect(words).toHaveLength(6);
  });

  test("need not begin to be cancelled", async () => {
    const clock = makeHandClock();
    const { run, folder } = makeSetting({ clock, options: { most: 1 } });
    const file = join(folder, "pids");
    const hanging = executionOf(HANGS, { clock, settings: { timeoutSeconds: HOUR } });
    const stop = new AbortController();
    const first = run(
      { ...hanging, task: { ...hanging.task, args: { ...hanging.task.args, pids: file } } },
      { signal: stop.signal },
    );
    await readPids(file);
    const cancel = new AbortController();
    const second = run(executionOf(`say({"result": 1})`, { clock, loop: "debr" }), { cancelled: cancel.signal });
    const request: Request = { id: "1", at: "2030-01-01T00:00:00.000Z", by: "ada" };
    cancel.abort(request);
    const { end, log } = await second;
    expect(end).toMatchObject({ outcome: "CANCELLED", error: { message: "ada cancelled it" } });
    expect(log.join("")).not.toContain("result");
    stop.abort();
    await clock.sleeping(GRACE_MS);
    await clock.advance(GRACE_MS);
    expect((await first).end.outcome).toBe("CANCELLED");
  });
});
