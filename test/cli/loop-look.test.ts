/** Looking at loops from the command line: lists, one task with its graph, logs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nextLong, nextShort } from "../../src/cli/loop/task-text.ts";
import { EXIT } from "../../src/errors.ts";
import type { ExecutionEnd } from "../../src/loop/loop-execution.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus } from "./cirrus.ts";
import { type LoopFolder, loopFolder, loopTask } from "./loop-folder.ts";

const TRAIN = loopTask("zzebu/train", { args: { user: "f572" } });
const COUNT = loopTask("zzebu/count");
const FETCH = loopTask("debr/fetch", { loop: "metadata" });
const BROKEN = {
  severity: "error",
  code: "method-missing",
  message: "broken.ipynb defines no function run.",
  file: "peach.yaml",
  line: 9,
  repository: "/repository",
  codops: "zzebu",
  task: "broken",
} as const;
const VALUE_ERROR: Partial<ExecutionEnd> = {
  durationMs: 2_000,
  error: { name: "ValueError", message: "no data\nat all" },
};

/** zzebu/train succeeded twice and failed once; debr/fetch succeeded; zzebu/count never ran. */
async function ranBefore(): Promise<LoopFolder> {
  const folder = await loopFolder([TRAIN, COUNT, FETCH], [BROKEN]);
  await folder.ran(TRAIN, "SUCCEEDED", { result: { accuracy: 0.9 } });
  await folder.ran(FETCH, "SUCCEEDED");
  await folder.ran(TRAIN, "SUCCEEDED", { peakMemoryBytes: 120 * 2 ** 20 });
  await folder.ran(TRAIN, "FAILED", VALUE_ERROR);
  return folder;
}

test("P34: a warning of the last execution stands with its task, and each with its execution", async () => {
  const folder = await loopFolder([TRAIN]);
  await folder.ran(TRAIN, "SUCCEEDED", { warnings: ["the one of yesterday is used: no six==77"] });
  const { stdout } = await folder.loop("show", "zzebu/train");
  expect(stdout).toMatch(/^warning +the one of yesterday is used: no six==77$/m);
  expect(stdout).toMatch(/^✓ SUCCEEDED .* warning: the one of yesterday is used/m);
});

describe("cirrus loop list", () => {
  test("P33: tasks with state, last outcome, start and duration, version and next turn", async () => {
    const { loop } = await ranBefore();
    const { code, stdout, stderr } = await loop("list");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stdout.split("\n").map((line) => line.trimEnd())).toEqual([
      "state       task          loop      last         started                took  version   next",
      expect.stringMatching(
        /^– FINISHED {2}debr\/fetch {4}metadata {2}✓ SUCCEEDED {2}2030-01-01T00:02:00Z {2}1\.0 s {2}3f2a9c1e/,
      ),
      "! BROKEN    zzebu/broken                                                                never",
      "· PENDING   zzebu/count   zzebu                                                         at start",
      "– FINISHED  zzebu/train   zzebu     ✗ FAILED     2030-01-01T00:04:00Z  2.0 s  3f2a9c1e  at start",
      "",
    ]);
    expect(stderr).toContain("Nobody runs these loops now. Start them: npx cirrus loop run");
  });

  test("P30: what is broken stays visible with its place and reason", async () => {
    const { loop } = await ranBefore();
    expect((await loop("list")).stderr).toContain(
      "/repository/peach.yaml:9: zzebu/broken: broken.ipynb defines no function run.",
    );
  });

  test("P32: of one organisation; of one that is not there, those that are", async () => {
    const { loop } = await ranBefore();
    expect((await loop("list", "debr", "-o", "name")).stdout).toBe("debr/fetch\n");
    const wrong = await loop("list", "dber");
    expect(wrong).toMatchObject({ code: EXIT.notFound, stdout: "", stderr: expect.stringContaining("debr") });
  });

  test("what is paused says by whom and why", async () => {
    const { loop } = await ranBefore();
    await loop("pause", "zzebu", "--note", "new data tomorrow");
    const { stdout, stderr } = await loop("list", "zzebu");
    expect(stdout).toMatch(/zzebu\/train .* paused\n/);
    expect(stderr.match(/‖ PAUSED the loop zzebu: new data tomorrow \(.*@.*\)/g)).toHaveLength(1);
  });

  test("P33: what runs now", async () => {
    const { loop, ran } = await ranBefore();
    await ran(COUNT);
    const { stdout, stderr } = await loop("list", "zzebu");
    expect(stdout).toMatch(/▶ RUNNING +zzebu\/count.* now\n/);
    expect(stderr).not.toContain("Nobody");
    const [task] = JSON.parse((await loop("list", "zzebu", "-o", "json")).stdout).filter(
      ({ task }: { task: string }) => task === "zzebu/count",
    );
    expect(task).toMatchObject({ state: "RUNNING", next: { when: "now" }, last: { version: "3f2a9c1e" } });
  });

  test("where nothing ever ran there is nothing, and no folder is made for it", async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await cirrus(["loop", "list"], { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.ok, stdout: "" });
    expect(stderr).toBe("Nothing is registered for loops here.\n");
    expect(existsSync(join(cwd, ".cirrus"))).toBe(false);
  });
});

describe("cirrus loop show", () => {
  test("P34: executions with version, start, outcome and duration, the newest first, and why one failed", async () => {
    const { loop } = await ranBefore();
    const { code, stdout, stderr } = await loop("show", "train");
    expect(code, stderr).toBe(EXIT.ok);
    const rows = stdout.slice(stdout.indexOf("outcome")).trimEnd().split("\n");
    expect(rows.map((row) => row.trimEnd())).toEqual([
      "outcome      started                took  version   how   memory  execution  error",
      "✗ FAILED     2030-01-01T00:04:00Z  2.0 s  3f2a9c1e  turn          00000004   ValueError: no data",
      "✓ SUCCEEDED  2030-01-01T00:03:00Z  1.0 s  3f2a9c1e  turn  120 MB  00000003",
      "✓ SUCCEEDED  2030-01-01T00:01:00Z  1.0 s  3f2a9c1e  turn          00000001",
    ]);
  });

  test("P36: the graph: dots for those that succeeded, a cross for the one that failed", async () => {
    const { loop } = await ranBefore();
    const { stdout } = await loop("show", "train");
    expect(stdout).toMatch(/┤ {8}×/);
    expect(stdout).toMatch(/● {3}●/);
    expect(stdout).toContain("2030-01-01T00:01:00Z to 2030-01-01T00:04:00Z");
    expect((await loop("show", "train", "--axis", "log")).stdout).toContain("logarithmic");
  });

  test("P10: how it is registered and how it went so far", async () => {
    const { loop } = await ranBefore();
    const { stdout } = await loop("show", "train");
    expect(stdout).toContain("runs        train.ipynb run\n");
    expect(stdout).toContain('args        {"user":"f572"}\n');
    expect(stdout).toContain("registered  /repository/peach.yaml:3\n");
    expect(stdout).toContain("limits      at most 1h\n");
    expect(stdout).toContain("so far      ✓ SUCCEEDED 2  ✗ FAILED 1\n");
    expect(stdout).toContain("66% succeeded, 1.3 s each on average");
    expect(stdout).toContain("the last one failed");
  });

  test("P34: as data it is whole, with points for a graph and with what executions returned", async () => {
    const { loop } = await ranBefore();
    const shown = JSON.parse((await loop("show", "train", "-o", "json")).stdout);
    expect(shown).toMatchObject({
      schemaVersion: 1,
      task: "zzebu/train",
      counts: { SUCCEEDED: 2, FAILED: 1 },
      durations: {
        points: [{ outcome: "SUCCEEDED" }, { outcome: "SUCCEEDED" }, { outcome: "FAILED", durationMs: 2_000 }],
      },
    });
    expect(shown.executions[2]).toMatchObject({ result: { accuracy: 0.9 }, version: "3f2a9c1e" });
  });

  test("pauses, pins and requests with who asked for them", async () => {
    const { loop, store } = await ranBefore();
    await loop("pause", "train", "--note", "why not");
    await loop("run-now", "train");
    await store.pin("zzebu/train", "0123456789".repeat(4), { id: "1", at: "2030-01-01T00:00:00.000Z", by: "ada" });
    const { stdout } = await loop("show", "train");
    expect(stdout).toMatch(/paused +why not \(.*@/);
    expect(stdout).toMatch(/pinned +to 01234567 \(ada, 2030-01-01T00:00:00Z\)/);
    expect(stdout).toMatch(/asked for +\(.*@/);
  });

  test("a task that cannot run: what is wrong with it", async () => {
    const { loop } = await ranBefore();
    const { code, stdout } = await loop("show", "broken");
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain("! BROKEN");
    expect(stdout).toContain("/repository/peach.yaml:9: zzebu/broken: broken.ipynb defines no function run.");
    expect(stdout).toContain("never: it cannot run as it is registered");
  });
});

describe("cirrus loop logs", () => {
  test("P35: of all executions, each under a line that says how it ended", async () => {
    const { loop } = await ranBefore();
    const { code, stdout, stderr } = await loop("logs", "train");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stdout).toBe(
      [1, 3, 4].map((number) => `2030-01-01T00:0${number}:00.100Z train wrote this in ${number}\n`).join(""),
    );
    expect(stderr.split("\n")[2]).toBe(
      "✗ FAILED 2030-01-01T00:04:00.000Z after 2.0 s, 3f2a9c1e, ValueError: no data (0198a1b2-c3d4-7004-8000-000000000004)",
    );
  });

  test("P35: of one execution, named by its ID, by its end, or instead of the task", async () => {
    const { loop } = await ranBefore();
    const line = "2030-01-01T00:03:00.100Z train wrote this in 3\n";
    const id = "0198a1b2-c3d4-7003-8000-000000000003";
    expect((await loop("logs", "train", "--execution", "00000003")).stdout).toBe(line);
    expect((await loop("logs", "train", "--execution", id)).stdout).toBe(line);
    expect((await loop("logs", id)).stdout).toBe(line);
    expect(await loop("logs", "train", "--execution", "00000002")).toMatchObject({ code: EXIT.notFound, stdout: "" });
  });

  test("the last lines, and lines as data", async () => {
    const { loop } = await ranBefore();
    const { stdout } = await loop("logs", "train", "--tail", "2", "-o", "jsonl");
    const lines = stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(["train wrote this in 3", "train wrote this in 4"]);
  });

  test("--follow goes on until the execution has ended", async () => {
    const { loop } = await ranBefore();
    const { code, stdout } = await loop("logs", "train", "--execution", "00000004", "--follow");
    expect({ code, stdout }).toEqual({ code: EXIT.ok, stdout: "2030-01-01T00:04:00.100Z train wrote this in 4\n" });
  });

  test("of a task that never ran", async () => {
    const { loop } = await ranBefore();
    expect(await loop("logs", "count")).toMatchObject({
      code: EXIT.ok,
      stdout: "",
      stderr: expect.stringContaining("Nothing was written"),
    });
  });
});

describe("the next turn in words", () => {
  const output = { write: () => {}, isTTY: true };
  const telling = { output, now: Date.parse("2030-01-01T00:00:00.000Z"), starts: "cirrus loop run" };

  test.each([
    [{ when: "now" }, "now", "it runs now"],
    [{ when: "position", position: 1 }, "next", "next in its loop"],
    [{ when: "position", position: 12 }, "12th", "12th in its loop"],
    [{ when: "position", position: 23 }, "23rd", "23rd in its loop"],
    [{ when: "at", at: "2030-01-01T00:05:00.000Z", reason: "schedule" }, "in 5 min", "in 5 min, by its schedule"],
    [{ when: "at", at: "2029-12-31T23:00:00.000Z", reason: "iteration" }, "now", "now, with the next iteration"],
    [{ when: "iteration", iterations: 2 }, "later", "in 2 iterations"],
    [{ when: "never", reason: "paused" }, "paused", "when it is resumed"],
    [{ when: "never", reason: "gone" }, "never", "never: it is registered no more"],
  ] as const)("%o is %s, or %s", (next, short, long) => {
    expect(nextShort({ next, holder: "4711" }, telling)).toBe(short);
    expect(nextLong({ next, holder: "4711" }, telling)).toBe(long);
  });

  test("where nobody drives the loop: what starts it, and what was left in the middle", () => {
    const next = { when: "position", position: 2 } as const;
    expect(nextShort({ next }, telling)).toBe("at start");
    expect(nextLong({ next }, telling)).toBe("when its loop is started: cirrus loop run");
    expect(nextShort({ next: { when: "now" } }, telling)).toBe("left");
    expect(nextLong({ next: { when: "now" } }, telling)).toContain("it is found LOST when its loop is started");
    expect(nextShort({ next: { when: "now" } }, { ...telling, starts: undefined })).toBe("now");
    const due = { when: "at", at: "2030-01-01T06:00:00.000Z", reason: "schedule" } as const;
    expect(nextShort({ next: due }, telling)).toBe("in 6 h");
  });
});
