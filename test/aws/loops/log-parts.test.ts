/** Logs that grow, are shortened and are read meanwhile. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeExecutionFiles } from "../../../src/aws/loops/execution-files.ts";
import type { LogLimits } from "../../../src/aws/loops/log-parts.ts";
import { makeS3ObjectStore } from "../../../src/aws/object-store.ts";
import { openLogFile } from "../../../src/embedded/logs/log-file.ts";
import { payloadUrls } from "../../../src/payload/object-urls.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeFakeBucket } from "../bulk/fake-bucket.ts";

const urls = payloadUrls({ bucket: "payloads", prefix: "cirrus" }).loops;
const ID = "01900000-0000-7000-8000-000000000001";
const SMALL: LogLimits = { part: 300, head: 600, tail: 1_500 };

function open(limits?: LogLimits) {
  const { s3, objects } = makeFakeBucket();
  const puts: string[] = [];
  const counted = {
    ...s3,
    putObject(input: Parameters<typeof s3.putObject>[0]) {
      puts.push(input.Key?.split("/").at(-1) ?? "");
      return s3.putObject(input);
    },
  };
  const store = makeS3ObjectStore({ s3: async () => counted });
  const folder = temporaryFolder();
  const files = () => makeExecutionFiles(folder, { objects: store, urls }, limits);
  return { files, objects, puts, log: join(folder, ID, "log") };
}

const at = (number: number) => new Date(Date.UTC(2030, 0, 1) + number).toISOString();
const lineOf = (number: number) => `${at(number)} line ${number}\n`;
const linesOf = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => lineOf(from + i)).join("");

async function numbersOf(files: ReturnType<typeof makeExecutionFiles>, after?: string) {
  const numbers: number[] = [];
  const notes: string[] = [];
  for (let from = after; ; ) {
    const { lines, next } = await files.log(ID, from);
    for (const { message } of lines) {
      const [, number] = /^line (\d+)$/.exec(message) ?? [];
      if (number === undefined) notes.push(message);
      else numbers.push(Number(number));
    }
    if (lines.length === 0) return { numbers, notes, next };
    from = next;
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test("only the last part is written again, and none where nothing has come", async () => {
  const { files, puts } = open(SMALL);
  const own = files();
  const { log } = await own.open(ID);
  writeFileSync(log, linesOf(100, 120));
  await own.keep(ID);
  expect(puts).toEqual(["000000000000", "000000000272", "000000000544"]);
  await own.keep(ID);
  expect(puts).toHaveLength(3);
  appendFileSync(log, linesOf(120, 123));
  await own.keep(ID);
  expect(puts.slice(3)).toEqual(["000000000544"]);
  expect((await numbersOf(own)).numbers).toEqual(range(100, 123));
});

test("a line longer than a part is one", async () => {
  const { files } = open(SMALL);
  const own = files();
  const { log } = await own.open(ID);
  const long = "x".repeat(2_000);
  writeFileSync(log, `${lineOf(1)}${at(2)} ${long}\n${lineOf(3)}`);
  await own.keep(ID);
  expect((await own.log(ID)).lines.map(({ message }) => message)).toEqual(["line 1", long, "line 3"]);
});

test("a process that comes after another goes on where that has kept the same file", async () => {
  const { files } = open(SMALL);
  const { log } = await files().open(ID);
  writeFileSync(log, linesOf(0, 30));
  await files().keep(ID);
  appendFileSync(log, linesOf(30, 45));
  await files().keep(ID);
  expect((await numbersOf(files())).numbers).toEqual(range(0, 45));
});

test("of a log that grows very long its beginning and its end are kept, and it is said how much is missing", async () => {
  const { files, objects } = open(SMALL);
  const own = files();
  const { log } = await own.open(ID);
  for (let number = 0; number < 2_000; number += 25) {
    appendFileSync(log, linesOf(number, number + 25));
    await own.keep(ID);
  }
  const bytes = [...objects.values()].reduce((sum, { length }) => sum + length, 0);
  expect(bytes).toBeLessThan(SMALL.head + 2 * SMALL.tail + 4 * SMALL.part);
  const { numbers, notes } = await numbersOf(own);
  expect(numbers.slice(0, 15)).toEqual(range(0, 15));
  expect(numbers.slice(-30)).toEqual(range(1_970, 2_000));
  expect(notes).toEqual([expect.stringMatching(/^\[\d+ bytes of the log left out here\]$/)]);
});

test("P11: whoever reads while a log is written, shortened and kept sees every line once and in order", async () => {
  const step = fc.record({ lines: fc.integer({ min: 0, max: 40 }), keep: fc.boolean(), read: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { files, log } = open({ ...SMALL, head: 2_000, tail: 100_000 });
      const own = files();
      await own.open(ID);
      let now = 1_000;
      const file = openLogFile(log, () => Date.UTC(2030, 0, 1) + now, { head: 500, tail: 1_000 });
      let since = 0;
      const seen: number[] = [];
      let next: string | undefined;
      let isWhole = true;
      for (const { lines, keep, read } of [...steps, { lines: 1, keep: true, read: true }]) {
        for (let more = 0; more < lines; more += 1) {
          now += 1;
          file.append([`line ${now}`]);
        }
        since += lines;
        if (keep) {
          // Beyond that some may be gone before they are kept.
          if (since > 25) isWhole = false;
          since = 0;
          await own.keep(ID);
        }
        if (!read) continue;
        const found = await numbersOf(own, next);
        seen.push(...found.numbers);
        next = found.next;
      }
      file.close();
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
      expect(seen.at(-1)).toBe(now);
      if (isWhole) expect(seen).toEqual(range(1_001, now + 1));
      expect((await numbersOf(own)).numbers).toEqual(seen);
    }),
    { numRuns: 60 },
  );
});

test("a file that was shortened is gone on with where it was left, though all lines have one time", async () => {
  const { files, log } = open();
  const own = files();
  await own.open(ID);
  const file = openLogFile(log, () => Date.UTC(2030, 0, 1), { head: 2_000, tail: 10_000 });
  for (let number = 0; number < 3_000; number += 1) {
    file.append([`line ${number}`]);
    if (number % 100 === 99) await own.keep(ID);
  }
  file.close();
  expect(await numbersOf(own)).toMatchObject({ numbers: range(0, 3_000), notes: [] });
});

test("a file that was shortened and is as long as before again is no longer the same", async () => {
  const { files, log } = open();
  const own = files();
  await own.open(ID);
  let now = 0;
  const file = openLogFile(log, () => Date.UTC(2030, 0, 1) + now, { head: 2_000, tail: 10_000 });
  const append = () => {
    now += 1;
    file.append([`line ${now}`]);
  };
  while (now < 400) append();
  await own.keep(ID);
  while (now < 1_200) append();
  await own.keep(ID);
  file.close();
  const { numbers } = await numbersOf(own);
  expect(numbers.slice(0, 400)).toEqual(range(1, 401));
  expect(numbers.slice(-290)).toEqual(range(911, 1_201));
});

test("a keeping that fails is made up for by the next", async () => {
  const { s3, objects } = makeFakeBucket();
  let isDown = true;
  const service = {
    ...s3,
    async putObject(input: Parameters<typeof s3.putObject>[0]) {
      if (isDown) throw new Error("down");
      return s3.putObject(input);
    },
  };
  const files = makeExecutionFiles(temporaryFolder(), {
    objects: makeS3ObjectStore({ s3: async () => service }),
    urls,
  });
  const { log } = await files.open(ID);
  writeFileSync(log, linesOf(0, 3));
  await expect(files.keep(ID)).rejects.toThrow("down");
  isDown = false;
  appendFileSync(log, linesOf(3, 5));
  await Promise.all([files.keep(ID), files.keep(ID)]);
  expect((await numbersOf(files)).numbers).toEqual(range(0, 5));
  expect(objects.size).toBe(1);
});
