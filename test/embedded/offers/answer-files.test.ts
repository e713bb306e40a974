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

test("many that write at once leave one whole answer and no draft", async () => {
  const folder = temporaryFolder();
  const files = makeAnswerFiles(folder);
  const answers = Array.from({ length: 20 }, (_, index) => ({ ...ANSWER, value: "x".repeat(index * 10_000) }));
  await Promise.all(answers.map((answer) => files.write("prices", answer)));
  expect(answers).toContainEqual(await files.read("prices"));
  expect(readdirSync(folder)).toEqual(["prices.json"]);
});

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
