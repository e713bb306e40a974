import { expect, test } from "vitest";
import {
  comparedAtFirst,
  documentNamed,
  documentsOf,
  documentText,
} from "../../../dashboard/src/views/payload/documents.ts";
import type { Attempt } from "../../../src/api/shapes/payloads.ts";

const attempt = (number: number, has: { input?: boolean; output?: boolean }): Attempt => ({
  attempt: number,
  execution: `execution-${number}`,
  claimedAt: "2030-01-31T12:00:00.000Z",
  state: "FAILED",
  input: has.input ?? false,
  output: has.output ?? false,
});

test("Documents that can still be read are offered, the newest attempt first", () => {
  const choices = documentsOf([attempt(1, { input: true }), attempt(2, { input: true, output: true }), attempt(3, {})]);
  expect(choices.map(({ label }) => label)).toEqual([
    "input of attempt 2",
    "output of attempt 2",
    "input of attempt 1",
  ]);
});

test("What an execution got is compared with what it made", () => {
  const choices = documentsOf([attempt(1, { input: true, output: true }), attempt(2, { input: true })]);
  expect(comparedAtFirst(choices)).toEqual(["input:execution-1", "output:execution-1"]);
});

test("Where nothing was made, the inputs of the last two attempts are compared", () => {
  const choices = documentsOf([attempt(1, { input: true }), attempt(2, { input: true }), attempt(3, { input: true })]);
  expect(comparedAtFirst(choices)).toEqual(["input:execution-2", "input:execution-3"]);
});

test("One document alone is compared with nothing", () => {
  expect(comparedAtFirst(documentsOf([attempt(1, { input: true })]))).toBeUndefined();
  expect(comparedAtFirst([])).toBeUndefined();
});

test("A document's name in an address is read back, and nothing else is taken for one", () => {
  const name = { kind: "output", execution: "a:b/c" } as const;
  expect(documentNamed(documentText(name))).toEqual(name);
  for (const text of [null, "", "output", "output:", "log:a"]) expect(documentNamed(text)).toBeUndefined();
});
