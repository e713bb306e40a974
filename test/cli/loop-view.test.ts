/** How loops are shown while they run: a table on a terminal, a line for each beginning and end where there is none. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginLine, endLine, type LoopNow, type LoopsNow, renderLoops } from "../../src/cli/loop/loops-view.ts";
import type { ExecutionEnd, LoopExecution } from "../../src/loop/loop-execution.ts";
import { NO_OUTCOMES } from "../../src/loop/task-record.ts";

const NOW = Date.parse("2030-01-01T00:02:00.000Z");

function execution(codops: string, name: string, more: Partial<LoopExecution> = {}): LoopExecution {
  return {
    id: "0198a1b2-c3d4-7000-8000-0123456789ab",
    loop: codops,
    iteration: 12,
    task: {
      codops,
      name,
      loop: codops,
      work: { kind: "notebook", notebook: "x.ipynb", method: "run", fullNotebook: false },
      args: {},
      settings: { timeoutSeconds: 3600, retry: { attempts: 0, delaySeconds: 0 }, priority: 0 },
      written: { repository: "/repository", file: "peach.yaml", line: 3 },
    },
    attempt: 1,
    trigger: "turn",
    version: { headCommit: "3f2a9c1e5b0d0000000000000000000000000000", pinned: false },
    requirements: [],
    startedAt: "2030-01-01T00:00:37.000Z",
    ...more,
  };
}

const SUCCEEDED: ExecutionEnd = { outcome: "SUCCEEDED", endedAt: "2030-01-01T00:00:36.000Z", durationMs: 800 };
const FAILED: ExecutionEnd = {
  outcome: "FAILED",
  endedAt: "2030-01-01T00:00:36.000Z",
  durationMs: 2_100,
  error: { name: "ValueError", message: "no data\nat all" },
};

const LOOPS: readonly LoopNow[] = [
  {
    loop: "debr",
    iteration: 4,
    next: [],
    last: { execution: execution("debr", "related"), end: FAILED },
    waits: { until: NOW + 7_000, reason: "an iteration takes 10 s" },
  },
  { loop: "sesr", iteration: 2, next: ["sesr/fetch"], paused: { note: "new data tomorrow" } },
  {
    loop: "zzebu",
    iteration: 12,
    running: execution("zzebu", "train", { attempt: 2 }),
    next: ["zzebu/count", "zzebu/no_args"],
    last: { execution: execution("zzebu", "count"), end: SUCCEEDED },
  },
  { loop: "metadata", iteration: 103, running: execution("zzebu", "fetch"), next: ["debr/fetch"] },
];

function view(now: LoopsNow, columns = 100, rows = 40, env: Record<string, string> = { NO_COLOR: "1" }): string[] {
  return renderLoops({ env, stderr: { write: () => {}, isTTY: true, columns, rows } }, now, NOW).split("\n");
}

describe("on a terminal", () => {
  test("each loop with what runs and for how long, what comes next, how the last one ended, why it waits", () => {
    const counts = { ...NO_OUTCOMES, SUCCEEDED: 120, FAILED: 2, TIMED_OUT: 1, CANCELLED: 1 };
    expect(view({ loops: LOOPS, counts, problems: ["peach.yaml:3: codops is missing"] })).toEqual([
      "loop      iteration  now                                             last",
      "debr              4  · waits 7.0 s: an iteration takes 10 s          ✗ related 2.1 s",
      "sesr              2  ‖ paused: new data tomorrow",
      "zzebu            12  ▶ train (try 2) 1 min 23 s, then count, no_ar…  ✓ count 0.8 s",
      "metadata        103  ▶ zzebu/fetch 1 min 23 s, then debr/fetch",
      "✓ 120 succeeded  ✗ 3 failed  ■ 1 cancelled",
      "! peach.yaml:3: codops is missing",
    ]);
  });

  test("of more loops than the terminal has lines for, those that run", () => {
    const many = Array.from({ length: 100 }, (_, index): LoopNow => {
      const loop = `org${index}`;
      return { loop, iteration: 1, next: [], running: index === 99 ? execution(loop, "last") : undefined };
    });
    const lines = view({ loops: many, counts: NO_OUTCOMES, problems: Array(9).fill("p") }, 80, 24);
    expect(lines.length).toBeLessThan(24);
    expect(lines[1]).toContain("org99");
    expect(lines).toContain("… and 85 more loops");
    expect(lines.at(-1)).toBe("… and 5 more problems: npx cirrus loop list");
  });

  test("colours never stand alone, and no line is wider than the terminal whatever it says", () => {
    const word = fc.string({ minLength: 1, maxLength: 60, unit: "grapheme-ascii" });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 9 }), fc.integer({ min: 40, max: 200 }), (name, next, columns) => {
        const long = "a-name-that-says-it-all".repeat(2);
        const loops = [
          { ...LOOPS[2], running: execution("zzebu", name), loop: "zzebu", iteration: 1, next },
          { ...LOOPS[2], running: execution(long, name), loop: long, iteration: 1, next },
        ];
        const lines = view({ loops, counts: NO_OUTCOMES, problems: [name] }, columns);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
      }),
    );
  });
});

describe("without a terminal", () => {
  const io = { env: {}, stderr: { write: () => {} } };

  test("a line for each beginning, with the version and what is unusual about it", () => {
    expect(beginLine(io, execution("zzebu", "train"))).toBe(
      "2030-01-01T00:00:37.000Z ▶ RUNNING zzebu/train  zzebu iteration 12, 3f2a9c1e",
    );
    const version = { headCommit: "0011223344", pinned: true };
    expect(beginLine(io, execution("zzebu", "train", { attempt: 2, trigger: "run-now", version }))).toBe(
      "2030-01-01T00:00:37.000Z ▶ RUNNING zzebu/train (try 2, asked for, pinned)  zzebu iteration 12, 00112233",
    );
  });

  test("a line for each end, with the reason where it failed", () => {
    expect(endLine(io, execution("zzebu", "train"), SUCCEEDED)).toBe(
      "2030-01-01T00:00:36.000Z ✓ SUCCEEDED zzebu/train after 0.8 s",
    );
    expect(endLine(io, execution("zzebu", "train"), { ...SUCCEEDED, warnings: ["it is old"] })).toMatch(
      /s: warning: it is old$/,
    );
    expect(endLine(io, execution("zzebu", "train"), FAILED)).toBe(
      "2030-01-01T00:00:36.000Z ✗ FAILED zzebu/train after 2.1 s: ValueError: no data",
    );
  });
});
