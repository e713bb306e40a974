/** Logs, limits and the processes themselves. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pinned, readCpuList, threadVariables } from "../../../src/queue/worker/processes/cpu-share.ts";
import { work } from "./work.ts";

describe.each(["process", "reuse"] as const)("output (%s)", (mode) => {
  test("both streams of an attempt are kept in its log, and an empty log is none", async () => {
    const { endOf } = await work(
      { first: { do: "print", text: "hello" }, second: { do: "print", text: "there" }, silent: { do: "pid" } },
      { mode, slots: 1 },
    );
    expect(textOf(endOf("first").log)).toBe("hello\nand an error\n");
    expect(textOf(endOf("second").log)).toBe("there\nand an error\n");
    expect(endOf("silent").log).toBeUndefined();
  });

  test("a log that grows too long loses its middle", async () => {
    const line = "a line of thirty bytes in all.";
    const { endOf } = await work(
      { one: { do: "print", text: line, times: 1000 } },
      { mode, logLimits: { head: 310, tail: 310 } },
    );
    const log = textOf(endOf("one").log);
    const [head, [leftOut, ...tail]] = [log.split("\n").slice(0, 10), log.trimEnd().split("\n").slice(10)];
    expect(head).toEqual(head.map(() => line));
    expect(leftOut).toMatch(/^\[\d{5} bytes of the log left out here]$/);
    expect(tail).toEqual([...tail.slice(0, -1).map(() => line), "and an error"]);
    // It is shortened from time to time, and once more where it is twice the tail too long.
    expect(tail.join("\n").length).toBeLessThanOrEqual(2 * 310);
  });

  test("an attempt says what it used", async () => {
    const { endOf } = await work({ one: { do: "add", a: 1, b: 1 } }, { mode });
    expect(endOf("one").peakMemoryBytes).toBeGreaterThan(1e6);
    expect(endOf("one").cpuMs).toBeGreaterThanOrEqual(0);
  });
});

function textOf(log: string | undefined): string {
  return log !== undefined && existsSync(log) ? readFileSync(log, "utf8") : "";
}

test("a fresh process is started for each task, and one is used again where that is asked for", async () => {
  const pids = Object.fromEntries(["a", "b", "c", "d"].map((id) => [id, { do: "pid" }]));
  const distinct = async (mode: "process" | "reuse") => {
    const { queue } = await work(pids, { mode, slots: 1 });
    return new Set(queue.ends.map(({ end }) => end.result)).size;
  };
  expect([await distinct("process"), await distinct("reuse")]).toEqual([4, 1]);
});

test("a process in which something went wrong is not used again", async () => {
  const { endOf } = await work({ a: { do: "pid" }, b: { do: "throw" }, c: { do: "pid" } }, { mode: "reuse", slots: 1 });
  expect(endOf("a").result).not.toBe(endOf("c").result);
});

test("a module without such an export is told in each attempt, and in the worker itself before any", async () => {
  const file = join(import.meta.dirname, "processes-gone.ts");
  const program = { kind: "module", file, exportName: "handler" } as const;
  const early = work({ one: {} }, { program, mode: "in-process" });
  await expect(early).rejects.toThrow("exports no worker called handler");
  const { endOf } = await work({ one: {} }, { program });
  expect(endOf("one")).toMatchObject({
    outcome: "exception",
    error: { message: expect.stringContaining("exports no worker") },
  });
});

test("libraries are told how many threads to make", () => {
  expect(threadVariables(2.5)).toMatchObject({ OMP_NUM_THREADS: "2", GOMAXPROCS: "2" });
  expect(threadVariables(0.25)).toMatchObject({ OMP_NUM_THREADS: "1" });
});

test("a list of processors is read as the kernel writes it", () => {
  expect(readCpuList("0-2,5")).toEqual([0, 1, 2, 5]);
  expect(readCpuList("")).toEqual([]);
});

test("nothing is tied to a processor unless that is asked for", () => {
  const limits = { maxRuntimeSeconds: 1, cpus: 1, graceSeconds: 1 };
  expect(pinned({ limits }, 0, ["true"])).toEqual(["true"]);
});
