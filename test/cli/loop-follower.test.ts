/** What is known of loops from what is told of them while they run, and what of it stays on a terminal. */
import { Readable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { makeLoopsFollower } from "../../src/cli/loop/loops-follower.ts";
import { showRun } from "../../src/cli/loop/show-run.ts";
import type { Io } from "../../src/cli/terminal/io.ts";
import type { ExecutionEnd, LoopExecution } from "../../src/loop/loop-execution.ts";
import { newLoop } from "../../src/loop/loop-record.ts";
import type { LoopTask } from "../../src/loop/loop-task.ts";
import type { Registration } from "../../src/loop/registration.ts";
import type { LoopEvent } from "../../src/scheduler/loop-events.ts";
import { COMMIT, loopTask } from "./loop-folder.ts";
import { makeScreen } from "./screen.ts";

const TRAIN = loopTask("zzebu/train");
const COUNT = loopTask("zzebu/count");
const FETCH = loopTask("zzebu/fetch", { loop: "metadata" });
const AT = "2030-01-01T00:00:00.000Z";

const REGISTRATION: Registration = {
  id: "1",
  readAt: AT,
  repositories: [{ repository: "/repository", branch: "main", commit: COMMIT, notebookCommits: {} }],
  tasks: [TRAIN, COUNT, FETCH],
  dependencies: {},
  problems: [],
};
const REGISTERED: LoopEvent = { type: "registered", registration: REGISTRATION };

const ITERATION: LoopEvent = {
  type: "iteration",
  loop: "zzebu",
  record: {
    ...newLoop("zzebu"),
    iteration: 7,
    turns: [
      { task: "zzebu/train", state: "RUNNING" },
      { task: "zzebu/count", state: "PENDING" },
    ],
  },
};

const execution = (task: LoopTask): LoopExecution => ({
  id: `of-${task.name}`,
  loop: task.loop,
  iteration: 7,
  task,
  attempt: 1,
  trigger: "turn",
  version: { headCommit: COMMIT, pinned: false },
  requirements: [],
  startedAt: AT,
});
const began = (task: LoopTask): LoopEvent => ({ type: "began", loop: task.loop, execution: execution(task) });
const ended = (task: LoopTask, outcome: ExecutionEnd["outcome"]): LoopEvent => ({
  type: "ended",
  loop: task.loop,
  execution: { ...execution(task), end: { outcome, endedAt: AT, durationMs: 1_000 } },
});

function followed(...events: readonly LoopEvent[]) {
  const follower = makeLoopsFollower(() => ["a problem"]);
  for (const event of events) follower.take(event);
  const { loops, ...others } = follower.now();
  return { ...others, loops, zzebu: loops.find(({ loop }) => loop === "zzebu") };
}

describe("loops that are followed", () => {
  test("all that are registered, the metadata loop last", () => {
    const { loops, problems } = followed(REGISTERED);
    expect(loops.map(({ loop }) => loop)).toEqual(["zzebu", "metadata"]);
    expect(problems).toEqual(["a problem"]);
  });

  test("an iteration: what runs, and what comes after it", () => {
    expect(followed(REGISTERED, ITERATION, began(TRAIN)).zzebu).toMatchObject({
      iteration: 7,
      running: { id: "of-train" },
      next: ["zzebu/count"],
    });
    const later = followed(REGISTERED, ITERATION, began(TRAIN), ended(TRAIN, "SUCCEEDED"), began(COUNT));
    expect(later.zzebu).toMatchObject({
      running: { id: "of-count" },
      next: [],
      last: { execution: { id: "of-train" } },
    });
    expect(later.counts).toMatchObject({ SUCCEEDED: 1, FAILED: 0 });
  });

  test("why a loop waits, until something happens", () => {
    const waiting: LoopEvent = { type: "waiting", loop: "zzebu", until: 5, reason: "iteration" };
    expect(followed(waiting).zzebu?.waits).toEqual({ until: 5, reason: "the next iteration" });
    expect(followed(waiting, began(TRAIN)).zzebu?.waits).toBeUndefined();
    const paused: LoopEvent = { type: "paused", loop: "zzebu", pause: { id: "1", at: AT, by: "ada", note: "later" } };
    expect(followed(waiting, paused).zzebu).toMatchObject({ paused: { note: "later" }, waits: undefined });
    expect(followed({ type: "busy", loop: "zzebu", holder: "4711:1-2:elsewhere:3" }).zzebu?.waits?.reason).toBe(
      "process 4711 on elsewhere runs it",
    );
  });

  test("a loop that is left is gone", () => {
    expect(followed(REGISTERED, { type: "left", loop: "zzebu" }).zzebu).toBeUndefined();
  });
});

describe("what is shown", () => {
  afterEach(() => void vi.useRealTimers());
  const clock = { now: () => Date.parse(AT) };
  const io = (stderr: Io["stderr"]): Io => ({
    stdin: Readable.from([]),
    stdout: { write: () => {} },
    stderr,
    cwd: "/home/ada",
    env: { NO_COLOR: "1" },
    signal: new AbortController().signal,
  });

  test("on a terminal loops in place, and above them what did not succeed", () => {
    vi.useFakeTimers();
    const screen = makeScreen({ columns: 100 });
    const shown = showRun(io(screen.stream), REGISTRATION, clock);
    for (const event of [REGISTERED, ITERATION, began(TRAIN), ended(TRAIN, "FAILED"), began(COUNT)]) shown.tell(event);
    vi.advanceTimersByTime(1_000);
    expect(screen.lines()[0]).toBe(`${AT} ✗ FAILED zzebu/train after 1.0 s`);
    expect(screen.lines()[1]).toMatch(/^loop +iteration +now +last$/);
    expect(screen.lines()[2]).toMatch(/^zzebu +7 +▶ count 0\.0 s +✗ train 1\.0 s$/);
    expect(screen.lines()[4]).toBe("✓ 0 succeeded  ✗ 1 failed");
    shown.end();
    expect(screen.lines()).toEqual([`${AT} ✗ FAILED zzebu/train after 1.0 s`]);
  });

  test("elsewhere a line for each beginning and end, for a commit that changes something, and for trouble", () => {
    const written: string[] = [];
    const shown = showRun(io({ write: (text: string) => written.push(text) }), REGISTRATION, clock);
    const other: LoopEvent = { type: "registered", registration: { ...REGISTRATION, id: "2", tasks: [TRAIN] } };
    const trouble: LoopEvent = { type: "problem", loop: "zzebu", message: "The disk is full.", hint: "Make room." };
    for (const event of [REGISTERED, ITERATION, began(TRAIN), ended(TRAIN, "SUCCEEDED"), other, other, trouble]) {
      shown.tell(event);
    }
    shown.end();
    expect(written).toEqual([
      `${AT} ▶ RUNNING zzebu/train  zzebu iteration 7, 3f2a9c1e\n`,
      `${AT} ✓ SUCCEEDED zzebu/train after 1.0 s\n`,
      "1 task in 1 loop (zzebu) of /repository (main, 3f2a9c1e)\n",
      "warning: the loop zzebu: The disk is full. Make room.\n",
    ]);
  });
});
