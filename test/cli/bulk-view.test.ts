/** How a run is shown while it goes on: in place on a terminal, in lines where there is none. */
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { makeRunView } from "../../src/cli/bulk/run-view.ts";
import type { Io } from "../../src/cli/terminal/io.ts";
import type { Snapshot } from "../../src/queue/progress.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { makeScreen } from "./screen.ts";

const SNAPSHOT: Snapshot = {
  counts: { QUEUED: 4_178, RUNNING: 12, DONE: 5_800, FAILED: 10, CANCELLED: 0, attempts: 5_853 },
  entries: 10_000,
  ended: 5_810,
  retries: 31,
  perSecond: 84,
  remainingMs: 49_880,
  running: [
    { entryId: "scene-0007", ms: 83_000 },
    { entryId: "scene-0009", ms: 400 },
  ],
  errors: [errorGroup("no such band", 41)],
};

function errorGroup(message: string, attempts: number): Snapshot["errors"][number] {
  return { error: "ValueError", message, attempts, example: { entryId: "scene-1", attempt: 1, message } };
}

function ioWith(stderr: Io["stderr"], env: Io["env"] = { NO_COLOR: "1" }): Io {
  const stdin = Readable.from([]);
  return { stdin, stdout: { write: () => {} }, stderr, cwd: "/", env, signal: new AbortController().signal };
}

describe("on a terminal", () => {
  test("a bar, what became of entries, the rate, the slowest and the errors", () => {
    const screen = makeScreen({ columns: 90 });
    const view = makeRunView(ioWith(screen.stream), { run: "mosaic", slots: 8 }, makeVirtualClock());
    view.show(SNAPSHOT);
    expect(screen.lines()).toEqual([
      `mosaic  ${"█".repeat(17)}${"░".repeat(13)} 58%  5,810 of 10,000`,
      "  ✓ 5,800 done  ✗ 10 failed  ↻ 31 retries  ▶ 2 of 8 running",
      "  84.0/s, 49.9 s left",
      "  1 min 23 s  scene-0007",
      "         41×  ValueError: no such band",
    ]);
    view.end();
    expect(screen.lines()).toEqual([""]);
  });

  test("how many wait, where nothing runs", () => {
    const screen = makeScreen({ columns: 90 });
    const view = makeRunView(ioWith(screen.stream), { run: "mosaic", slots: 8 }, makeVirtualClock());
    const counts = { ...SNAPSHOT.counts, QUEUED: 1, RUNNING: 0 };
    view.show({ ...SNAPSHOT, counts, remainingMs: undefined, running: [], errors: [] });
    expect(screen.lines().at(-1)).toBe("  84.0/s, 1 entry waiting");
  });

  test("no line is wider than the terminal", () => {
    const screen = makeScreen({ columns: 40 });
    const view = makeRunView(ioWith(screen.stream), { run: "mosaic", slots: 8 }, makeVirtualClock());
    const long = "x".repeat(300);
    view.show({ ...SNAPSHOT, running: [{ entryId: long, ms: 2_000 }], errors: [errorGroup(long, 1)] });
    const lines = screen.lines();
    expect(lines.at(0)).toContain("58%");
    for (const line of [...lines.slice(0, 1), ...lines.slice(-2)]) expect(line.length).toBeLessThan(40);
  });
});

describe("without a terminal", () => {
  test("a line every ten seconds", () => {
    const written: string[] = [];
    const clock = makeVirtualClock();
    const stderr = { write: (text: string) => written.push(text) };
    const view = makeRunView(ioWith(stderr), { run: "mosaic" }, clock);
    for (let second = 0; second < 25; second += 1) {
      view.show(SNAPSHOT);
      clock.advance(1_000);
    }
    const line =
      "58% (5,810 of 10,000): 5,800 done, 10 failed, 31 retries, 84.0/s, 49.9 s left, 12 running, 4,178 waiting\n";
    expect(written).toEqual([line, line]);
  });

  test("what this process runs, and not what it holds beside that", () => {
    const written: string[] = [];
    const clock = makeVirtualClock();
    const stderr = { write: (text: string) => written.push(text) };
    const view = makeRunView(ioWith(stderr), { run: "mosaic", slots: 8 }, clock);
    clock.advance(10_000);
    view.show(SNAPSHOT);
    expect(written.join("")).toContain("2 running, 4,188 waiting\n");
  });
});
