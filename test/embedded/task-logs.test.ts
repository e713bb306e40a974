import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeLineSplitter } from "../../src/embedded/logs/log-lines.ts";
import { makeTaskLogs, streamPath } from "../../src/embedded/logs/task-logs.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "cirrus-logs-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("a log stream", () => {
  test("is read from its end, oldest line first, and absent where nothing was written", async () => {
    const logs = makeTaskLogs(directory, { now: () => Date.UTC(2024, 0, 2) });
    expect(await logs.tail("none/default/1", 10)).toBeUndefined();
    const log = logs.open("job/default/1");
    log.append(["first", "", "third with  two spaces"]);
    log.close();
    expect(await logs.tail("job/default/1", 2)).toEqual([
      { at: "2024-01-02T00:00:00.000Z", message: "" },
      { at: "2024-01-02T00:00:00.000Z", message: "third with  two spaces" },
    ]);
    expect(await logs.tail("job/default/1", 0)).toEqual([]);
    expect(readFileSync(join(directory, "aws/batch/job/job/default/1.log"), "utf8").split("\n").length).toBe(4);
  });

  test("gives any number of its last lines, however long the lines are", async () => {
    const logs = makeTaskLogs(directory);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 90_000 }), fc.constantFrom("x", "é", "😀")), { maxLength: 12 }),
        fc.integer({ min: 1, max: 15 }),
        fc.uuid(),
        async (lines, count, name) => {
          const messages = lines.map(([length, character]) => character.repeat(length / 4));
          const log = logs.open(`/property/${name}`);
          for (const message of messages) log.append([message]);
          log.close();
          const tail = (await logs.tail(`/property/${name}`, count)) ?? [];
          expect(tail.map(({ message }) => message)).toEqual(messages.slice(-count));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("is read on from where the reading before ended: every whole line once", async () => {
    const logs = makeTaskLogs(directory);
    expect(await logs.readFrom("none/default/2", 0)).toEqual({ lines: [], next: 0 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom("", "x", "é".repeat(5), "two words"), { maxLength: 4 }), { maxLength: 8 }),
        fc.uuid(),
        async (batches, name) => {
          const stream = `/follow/${name}`;
          const log = logs.open(stream);
          const read: string[] = [];
          let next = 0;
          for (const batch of batches) {
            if (batch.length > 0) log.append(batch);
            const chunk = await logs.readFrom(stream, next);
            read.push(...chunk.lines.map(({ message }) => message));
            next = chunk.next;
          }
          log.close();
          expect(read).toEqual(batches.flat());
          expect(await logs.readFrom(stream, next)).toEqual({ lines: [], next });
        },
      ),
      { numRuns: 30 },
    );
  });

  test("a line that is being written is read when it is whole", async () => {
    const logs = makeTaskLogs(directory);
    const log = logs.open("half/default/1");
    log.append(["whole"]);
    log.close();
    appendFileSync(logs.path("half/default/1"), "2024-01-02T00:00:00.000Z ha");
    const first = await logs.readFrom("half/default/1", 0);
    expect(first.lines.map(({ message }) => message)).toEqual(["whole"]);
    appendFileSync(logs.path("half/default/1"), "lf\n");
    expect((await logs.readFrom("half/default/1", first.next)).lines).toEqual([
      { at: "2024-01-02T00:00:00.000Z", message: "half" },
    ]);
  });

  test("stays within its bounds and keeps its first and its last lines", async () => {
    const logs = makeTaskLogs(directory, { limits: { head: 500, tail: 1000 } });
    const log = logs.open("bounded/default/1");
    for (let n = 1; n <= 1000; n++) log.append([`line ${n}`]);
    log.close();
    const lines = ((await logs.tail("bounded/default/1", 10_000)) ?? []).map(({ message }) => message);
    expect(lines[0]).toBe("line 1");
    expect(lines.at(-1)).toBe("line 1000");
    expect(lines.filter((line) => line.includes("left out here")).length).toBe(1);
    expect(statSync(logs.path("bounded/default/1")).size).toBeLessThan(500 + 2 * 1000 + 200);
  });

  test("never stops its task when it cannot be written", () => {
    const log = makeTaskLogs("/dev/null").open("job/default/1");
    log.append(["lost"]);
    log.close();
  });
});

test.each([
  ["/aws/lambda/publish/request-1", "aws/lambda/publish/request-1.log"],
  ["reproject/default/id-1", "aws/batch/job/reproject/default/id-1.log"],
  ["../../etc/passwd", "aws/batch/job/%2E%2E/%2E%2E/etc/passwd.log"],
  ["/../x", "%2E%2E/x.log"],
  ["a//b\u0000\ud800", "aws/batch/job/a/%/b%00%EF%BF%BD.log"],
  ["x".repeat(400), `aws/batch/job/${"x".repeat(200)}.log`],
])("the stream %j is the file %j", (stream, path) => {
  expect(streamPath(stream)).toBe(path);
});

describe("lines", () => {
  test("are the same however the bytes arrive", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n]/g, "")),
          { maxLength: 8 },
        ),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (texts, sizes) => {
          const found: string[] = [];
          const splitter = makeLineSplitter((lines) => found.push(...lines));
          const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""));
          for (let start = 0; start < bytes.length; ) {
            const size = sizes.next().value;
            splitter.write(bytes.subarray(start, start + size));
            start += size;
          }
          splitter.end();
          expect(found).toEqual(texts.map((text) => Buffer.from(text).toString("utf8")));
        },
      ),
    );
  });

  test("that are too long are cut and say so, and the next line is whole", () => {
    const found: string[] = [];
    const splitter = makeLineSplitter((lines) => found.push(...lines), { longestLine: 10 });
    splitter.write(Buffer.from("0123456"));
    splitter.write(Buffer.from("789abc"));
    splitter.write(Buffer.from("def\r\nnext\r\nrest"));
    splitter.end();
    expect(found).toEqual(["0123456789 [line cut at 10 bytes]", "next", "rest"]);
  });

  test("that overwrite themselves come as their last state, however they arrive in parts", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 7 })), (cuts) => {
        const found: string[] = [];
        const between: string[] = [];
        const onOverwritten = (text: string) => void between.push(text);
        const splitter = makeLineSplitter((lines) => found.push(...lines), { onOverwritten });
        const bytes = Buffer.from("before\r\n\r 10%\r 50%\r100%\nafter\r\r\n\n99%\r      \r\nlast\r");
        let start = 0;
        for (const length of [...cuts, bytes.length]) {
          splitter.write(bytes.subarray(start, start + length));
          start += length;
        }
        splitter.end();
        expect(found).toEqual(["before", "100%", "after", "", "99%", "last"]);
        expect(between).toEqual([" 10%", " 50%", "after", "99%"]);
      }),
    );
  });

  test("an hour of a progress bar without a line end is held in memory as one state", () => {
    const found: string[] = [];
    const splitter = makeLineSplitter((lines) => found.push(...lines), { longestLine: 20, onOverwritten: () => {} });
    for (let turn = 0; turn < 1000; turn++) splitter.write(Buffer.from(`\r${turn} of 1000`));
    splitter.end();
    expect(found).toEqual(["999 of 1000"]);
  });
});
