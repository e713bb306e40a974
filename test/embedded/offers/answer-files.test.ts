/** Answers in files: whole or not at all, and never in the way. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { makeAnswerFiles } from "../../../src/embedded/offers/answer-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const ANSWER = { readAt: "2026-01-01T00:00:00.000Z", value: { prices: [1, 2] } };

test("an answer is there for whoever looks later, and nothing else is", async () => {
  const folder = temporaryFolder();
  const files = makeAnswerFiles(join(folder, "made", "when-needed"));
  await files.write("v1/us-west-2/prices", ANSWER);
  expect(await makeAnswerFiles(join(folder, "made", "when-needed")).read("v1/us-west-2/prices")).toEqual(ANSWER);
  expect(await files.read("v1/us-west-2/spot")).toBeUndefined();
});

test("while many write, whoever reads finds a whole answer, and in the end there is no draft", async () => {
  const folder = temporaryFolder();
  const files = makeAnswerFiles(folder);
  const answers = Array.from({ length: 20 }, (_, index) => ({ ...ANSWER, value: `${index}`.repeat(200_000) }));
  await files.write("prices", ANSWER);
  const found = await Promise.all(
    answers.flatMap((answer) => [files.write("prices", answer), files.read("prices"), files.read("prices")]),
  );
  const read = found.filter((_, index) => index % 3 !== 0);
  expect(read).toHaveLength(40);
  // Not `toContainEqual`: what it prints of megabytes says nothing.
  for (const one of read)
    expect(one !== undefined && [ANSWER, ...answers].some(({ value }) => same(value, one.value))).toBe(true);
  expect(readdirSync(folder)).toEqual(["prices.json"]);
});

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

test.each(["", "{", "[]", '{"readAt":"yesterday","value":1}'])("%j is no answer", async (text) => {
  const folder = temporaryFolder();
  mkdirSync(dirname(join(folder, "prices.json")), { recursive: true });
  writeFileSync(join(folder, "prices.json"), text);
  expect(await makeAnswerFiles(folder).read("prices")).toBeUndefined();
});

test("a folder that cannot be written to keeps nothing, and says nothing", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const files = makeAnswerFiles(join(folder, "file"));
  await files.write("prices", ANSWER);
  expect(await files.read("prices")).toBeUndefined();
});
