/** What operators ask of loops: it is stored whether somebody drives them or not, and the answer says what happens next. */
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { loopFolder, loopTask } from "./loop-folder.ts";

const TRAIN = loopTask("zzebu/train");
const COUNT = loopTask("zzebu/count");
const FETCH = loopTask("debr/fetch", { loop: "metadata" });
const BROKEN = {
  severity: "error",
  code: "method-missing",
  message: "broken.ipynb defines no function run",
  file: "peach.yaml",
  line: 9,
  repository: "/repository",
  codops: "zzebu",
  task: "broken",
} as const;

describe("pause and resume", () => {
  test("a task with a note, until it is resumed", async () => {
    const { loop, store } = await loopFolder([TRAIN, COUNT]);
    const paused = await loop("pause", "zzebu/train", "--note", "waits for data");
    expect(paused).toMatchObject({ code: EXIT.ok, stdout: "" });
    expect(paused.stderr).toContain("Paused zzebu/train here.");
    expect(paused.stderr).toContain("cirrus loop resume zzebu/train");
    expect((await store.controls()).tasks["zzebu/train"]?.pause).toMatchObject({
      note: "waits for data",
      by: expect.stringContaining("@"),
    });
    const resumed = await loop("resume", "train");
    expect(resumed.code, resumed.stderr).toBe(EXIT.ok);
    expect(resumed.stderr).toContain("Nobody runs the loop zzebu now. Start it: npx cirrus loop run");
    expect((await store.controls()).tasks["zzebu/train"]?.pause).toBeUndefined();
    expect((await loop("resume", "train")).stderr).toBe("zzebu/train is not paused.\n");
  });

  test("a loop, and what runs in it meanwhile", async () => {
    const { loop, store, ran } = await loopFolder([TRAIN, COUNT]);
    await ran(COUNT);
    const { code, stderr } = await loop("pause", "zzebu");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stderr).toContain("Paused the loop zzebu here. zzebu/count runs now and ends by itself.");
    expect((await store.controls()).loops.zzebu?.pause).toBeDefined();
  });
});

describe("run-now", () => {
  test("says after what the task runs, and how to follow it", async () => {
    const { loop, store, ran } = await loopFolder([TRAIN, COUNT]);
    await ran(COUNT);
    const { code, stderr } = await loop("run-now", "train", "--note", "new data");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stderr).toContain("zzebu/train runs next in the loop zzebu here, when zzebu/count has ended.");
    expect(stderr).toContain("cirrus loop logs zzebu/train --follow");
    expect(stderr).not.toContain("Nobody");
    expect((await store.controls()).tasks["zzebu/train"]?.runNow).toMatchObject({ note: "new data" });
  });

  test("in a loop that nobody runs: how to start it", async () => {
    const { loop } = await loopFolder([FETCH]);
    const { stderr } = await loop("run-now", "debr/fetch");
    expect(stderr).toContain("debr/fetch runs next in the loop metadata here.");
    expect(stderr).toContain("Nobody runs the loop metadata now. Start it: npx cirrus loop run");
  });

  test("P30: a task that cannot run says what is wrong and where", async () => {
    const { loop } = await loopFolder([TRAIN], [BROKEN]);
    const { code, stderr } = await loop("run-now", "broken");
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain("zzebu/broken cannot run: broken.ipynb defines no function run");
    expect(stderr).toContain("peach.yaml:9");
  });
});

describe("cancel", () => {
  test("the execution of a task that runs, by the task or by its ID", async () => {
    for (const byId of [false, true]) {
      const { loop, store, ran } = await loopFolder([TRAIN]);
      const { id } = await ran(TRAIN);
      const { code, stderr } = await loop("cancel", byId ? id : "train");
      expect(code, stderr).toBe(EXIT.ok);
      expect(stderr).toContain(`cirrus loop logs zzebu/train --execution ${id}`);
      expect(Object.keys((await store.controls()).cancels)).toEqual([id]);
    }
  });

  test("a task that does not run, and an execution that has ended", async () => {
    const { loop, ran } = await loopFolder([TRAIN]);
    const { id } = await ran(TRAIN, "SUCCEEDED");
    expect(await loop("cancel", "train")).toMatchObject({
      code: EXIT.conflict,
      stderr: expect.stringContaining("zzebu/train does not run now here."),
    });
    expect(await loop("cancel", id)).toMatchObject({
      code: EXIT.conflict,
      stderr: expect.stringContaining("has ended"),
    });
    expect(await loop("cancel", "deadbeef")).toMatchObject({ code: EXIT.notFound });
  });
});

describe("names", () => {
  test("that are not there, with those that might be meant", async () => {
    const { loop } = await loopFolder([TRAIN, COUNT]);
    for (const command of ["pause", "resume", "run-now", "cancel", "unpin"]) {
      const { code, stderr, stdout } = await loop(command, "zzebu/trian");
      expect({ code, stdout }).toEqual({ code: EXIT.notFound, stdout: "" });
      expect(stderr).toContain("Did you mean zzebu/train?");
    }
  });

  test("of several organisations at once: all of them", async () => {
    const { loop } = await loopFolder([TRAIN, loopTask("debr/train")]);
    const { code, stderr } = await loop("run-now", "train");
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(/2 organisations have a task train: debr\/train, zzebu\/train/);
  });
});

test("looking makes no folder where there is none, and pinning is taken back", async () => {
  const { loop, store } = await loopFolder([TRAIN]);
  expect((await loop("unpin", "train")).stderr).toContain("was not pinned");
  await store.pin("zzebu/train", "0".repeat(40), { id: "1", at: "2030-01-01T00:00:00.000Z", by: "ada" });
  expect((await loop("unpin", "train")).stderr).toContain("runs the branch's newest commit from its next turn on here");
  expect((await store.controls()).tasks["zzebu/train"]?.pin).toBeUndefined();
});

test("names of tasks, loops and organisations are completed", async () => {
  const { cwd } = await loopFolder([TRAIN, FETCH]);
  const suggested = async (...words: string[]) => {
    const { code, stdout, stderr } = await cirrus(["__complete", "loop", ...words], { cwd });
    expect({ code, stderr }).toEqual({ code: EXIT.ok, stderr: "" });
    return stdout.split("\n").filter(Boolean);
  };
  expect(await suggested("show", "")).toEqual(["debr/fetch", "zzebu/train"]);
  expect(await suggested("logs", "z")).toEqual(["zzebu/train"]);
  expect(await suggested("pause", "")).toEqual(["debr/fetch", "metadata", "zzebu", "zzebu/train"]);
  expect(await suggested("list", "")).toEqual(["debr", "zzebu"]);
  expect(await suggested("run", "--only", "m")).toEqual(["metadata"]);
});

test.each([
  "",
  "run",
  "check",
  "list",
  "show",
  "logs",
  "notebook",
  "pause",
  "resume",
  "run-now",
  "cancel",
  "pin",
  "unpin",
])("cirrus loop %s --help is no wider than 80 columns", async (command) => {
  const { code, stdout } = await cirrus(["loop", ...(command === "" ? [] : [command]), "--help"], { cwd: "/" });
  expect(code).toBe(EXIT.ok);
  expect(stdout).toContain("Example");
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
