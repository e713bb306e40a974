/** P11: what executions write, however they write it. */
import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { executionOf, makeSetting } from "./executing.ts";
import { makeHandClock } from "./hand-clock.ts";

const clock = systemClock;

async function logOf(code: string): Promise<readonly string[]> {
  return (await makeSetting({ clock }).run(executionOf(code, { clock }))).log;
}

test("P11: each line is in the log with its time, both streams in the order in which they were written", async () => {
  const hand = makeHandClock();
  const { run, logOf } = makeSetting({ clock: hand });
  const execution = executionOf(
    `import sys\nfor turn in range(100): print(turn, file=[sys.stdout, sys.stderr][turn % 2])\nsay({"result": None})`,
    { clock: hand },
  );
  await run(execution);
  const at = "2030-01-01T00:00:00.000Z";
  expect(logOf(execution.id)).toEqual(Array.from({ length: 100 }, (_, turn) => `${at} ${turn}`));
});

test("P11: what is no UTF-8 and a last line without an end are there", async () => {
  const code = `import os; os.write(1, b"caf\\xe9 \\xff\\n\\x00zero\\n"); os.write(2, "ünd".encode()); say({"result": None})`;
  expect(await logOf(code)).toEqual(["caf\u{fffd} \u{fffd}", "\0zero", "ünd"]);
});

test("P11: a progress bar is one line, and its state from time to time while it goes on", async () => {
  const hand = makeHandClock();
  const { run } = makeSetting({ clock: hand });
  const code = `
import sys
print("begins")
for percent in range(0, 101, 10):
    sys.stderr.write(f"\\r{percent}%")
    sys.stderr.flush()
    if percent == 50: begin(0)
sys.stderr.write("\\n")
say({"result": None})`;
  const { log } = await run(executionOf(code, { clock: hand }));
  // The cell that begins ends the line of what came before.
  expect(log).toEqual(["begins", "50%", "100%"]);
});

test("P11: everything that it wrote before its end is in the log before the end is known, also when it is killed", async () => {
  const { run } = makeSetting({ clock, options: { logLimits: { head: 1e7, tail: 1e7 } } });
  // More than is read in one turn, by less than a pipe holds: the rest lies in the pipe when the process ends.
  const lines = (1024 * 1024 + 32 * 1024) / 64;
  const write = `import os\nos.write(1, (b"x" * 63 + b"\\n") * ${lines})\nos.write(2, b"last\\n")\n`;
  for (const [end, outcome] of [
    [`say({"result": 1})`, "SUCCEEDED"],
    [`say({"error": {"name": "E", "message": ""}})\nos._exit(1)`, "FAILED"],
    [`os.kill(os.getpid(), 9)`, "FAILED"],
  ] as const) {
    const executed = await run(executionOf(`${write}${end}`, { clock }));
    expect(executed.end.outcome).toBe(outcome);
    expect(executed.log).toHaveLength(lines + 1);
    expect(executed.log.at(-1)).toBe("last");
  }
});

test("P11: what its child processes write is there, through /dev/stdout and /dev/stderr too", async () => {
  const code = `
import subprocess
subprocess.run(["sh", "-c", "echo one; echo two > /dev/stderr; echo three > /dev/stdout"])
print("four")
say({"result": None})`;
  expect(await logOf(code)).toEqual(["one", "two", "three", "four"]);
});

test("P11: of a flood the first and the last lines are kept, and neither memory nor disk is filled", async () => {
  const logLimits = { head: 10_000, tail: 50_000 };
  const { run, pathsOf } = makeSetting({ clock, options: { logLimits } });
  const code = `
import os
print("first", flush=True)
block = b"".join(b"%06d\\n" % number for number in range(10000))
for turn in range(120): os.write(1, block)
print("last")
say({"result": None})`;
  const before = process.memoryUsage().rss;
  const execution = executionOf(code, { clock });
  const { end, log } = await run(execution);
  expect(end.outcome).toBe("SUCCEEDED");
  expect(log[0]).toBe("first");
  expect(log.at(-1)).toBe("last");
  expect(log.some((line) => /bytes of the log left out here/.test(line))).toBe(true);
  expect(statSync(pathsOf(execution.id).log).size).toBeLessThan(logLimits.head + 2 * logLimits.tail + 2_000_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
});

test("P11: a line without an end of 50 MB is cut", async () => {
  const log = await logOf(`import os\nfor turn in range(500): os.write(1, b"x" * 100_000)\nsay({"result": None})`);
  expect(log).toEqual([expect.stringMatching(/^x{131072} \[line cut at 131072 bytes\]$/)]);
});

test("what is written to the channel by a task that writes everywhere harms nothing", async () => {
  const { run } = makeSetting({ clock });
  const code = `channel.write(b"garbage\\n[1]\\n{\\"cell\\": \\"x\\"}\\n"); say({"note": "a magic was left out"}); say({"result": 1}); say({"result": 2})`;
  const { end, log } = await run(executionOf(code, { clock }));
  expect(end).toMatchObject({ outcome: "SUCCEEDED", result: 1 });
  expect(log).toEqual(["a magic was left out"]);
});
