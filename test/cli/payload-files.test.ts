import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonProblem } from "../../src/cli/payload/json-problem.ts";
import { readJsonFiles, toPayloads } from "../../src/cli/payload/payload-files.ts";
import { EXIT, locate } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { writeFiles } from "./temporary-project.ts";

const SEE_ONE = "See one: npx cirrus show workflow publish-only payload";

function read(text: string) {
  const cwd = temporaryFolder();
  writeFiles(cwd, { "x.json": text });
  return readJsonFiles(["x.json"], { cwd, stdin: Readable.from([]) });
}

test.each([
  ["", "x.json", "it is empty.", SEE_ONE],
  ["\n \n", "x.json", "it is empty.", SEE_ONE],
  ['{\n  "a": 1,\n  "b": yes\n}\n', "x.json:3:8", "found yes, expected JSON.", "double quotes"],
  ['{\n  "a": 1\n  "b": 2\n}\n', "x.json:3:3", 'found "b", expected a comma before it.', "between two members"],
  ['{"a": 1,}', "x.json:1:9", "found }, expected the name of a member in double quotes.", "a comma too many"],
  ['{\n  "a": [1,\n', "x.json:3:1", "found the end of the file, expected a value.", "Is the file complete"],
  ["\uFEFF{}", "x.json:1:1", "found a byte order mark, expected {.", "without a byte order mark"],
  ['{"a": 1}\n{"a" 2}\n', "x.json:2:6", "found 2, expected a colon behind the member's name.", '"name": value'],
])("Of a file that is not JSON it is said where, what stands there and what to do: %j", async (text, ...said) => {
  const thrown = await read(text).catch((error: unknown) => error);
  const [place, message, hint] = said;
  expect(thrown).toMatchObject({
    exitCode: EXIT.config,
    problems: [{ message, hint: expect.stringContaining(hint) }],
  });
  const { problems } = thrown as { problems: readonly Parameters<typeof locate>[0][] };
  expect(problems.map(locate)).toEqual([place]);
});

test("A place is said of everything that JSON.parse refuses and is not empty", () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "}", '"', "x", "'", "\t", "01", "//"))
    .map(
      ([text, at, put]) => `${text.slice(0, at % (text.length + 1))}${put}${text.slice((at % (text.length + 1)) + 1)}`,
    );
  fc.assert(
    fc.property(broken, (text) => {
      let thrown: unknown;
      try {
        JSON.parse(text);
        return;
      } catch (error) {
        thrown = error;
      }
      const { line, column } = jsonProblem(text, "x.json", { thrown });
      expect(text.trim() === "" || (line === 1 && column !== undefined && column <= text.length + 1)).toBe(true);
    }),
  );
});

test("Brackets without end are refused as what is not JSON", async () => {
  await expect(read("[".repeat(200_000))).rejects.toMatchObject({
    exitCode: EXIT.config,
    problems: [{ file: "x.json", message: "Unexpected end of JSON input" }],
  });
});

test("A folder is called one, and its files are what to name", async () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, "payloads"));
  await expect(readJsonFiles(["payloads"], { cwd, stdin: Readable.from([]) })).rejects.toMatchObject({
    message: "payloads is a folder, and a payload is a file.",
    hint: "Name the files in it: payloads/*.json",
    exitCode: EXIT.notFound,
  });
});

test.each([
  ["[]", SEE_ONE],
  ['[{"type": "FeatureCollection"}]', `Write one on each line, without a list around them. ${SEE_ONE}`],
  ["7", SEE_ONE],
])("What is JSON and no payload at all leads to one that is: %s", async (text, hint) => {
  const documents = await read(text);
  expect(() => toPayloads(documents)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ file: "x.json", path: "$", hint })] }),
  );
});

const payloadFor = (workflow: string) =>
  JSON.stringify({ type: "FeatureCollection", features: [{ id: "a" }], process: [{ workflow }] });

test.each([
  ["a file", payloadFor("copy"), "Run it by its own: npx cirrus run copy x.json. Or write mirror there."],
  [
    "a line of several",
    `${payloadFor("mirror")}\n${payloadFor("copy")}\n`,
    "Give the payloads for copy a file of their own: npx cirrus run copy <file>. Or write mirror there.",
  ],
])("A payload for another workflow is told as that, with what to type instead: %s", async (_, text, hint) => {
  const documents = await read(text);
  expect(() => toPayloads(documents, { workflow: "mirror" })).toThrow(
    expect.objectContaining({
      message: "This is for another workflow:",
      exitCode: EXIT.config,
      problems: [
        expect.objectContaining({ message: "this payload is for the workflow copy, and mirror is to run it.", hint }),
      ],
    }),
  );
});

test("Beside what is no payload, one for another workflow is not called that", async () => {
  const documents = await read(`${payloadFor("copy")}\n{}\n`);
  expect(() => toPayloads(documents, { workflow: "mirror" })).toThrow("This cannot be run by the workflow:");
  expect(() => toPayloads(documents)).toThrow("This is not a process payload:");
});
