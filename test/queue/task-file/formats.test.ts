import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { read, samples, texts } from "./sample-files.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe.each(Object.keys(texts))("a task file as %s", (name) => {
  const format = name.split(" ").at(-1) === "documents" ? "yaml" : name.split(" ").at(-1);
  const write = texts[name] as (typeof texts)[string];

  test("gives the same entries wherever its bytes are cut, compressed or not", async () => {
    await fc.assert(
      fc.asyncProperty(samples, sizes, fc.boolean(), async (entries, cuts, zipped) => {
        const text = Buffer.from(write(entries));
        const got = await read(zipped ? gzipSync(text) : text, {
          format: format as "json" | "jsonl" | "yaml" | "csv",
          sizes: cuts,
        });
        const whole = format === "csv" ? got.map(({ data }) => data.whole) : got.map(({ data }) => data);
        expect(got.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
        expect(whole).toEqual(entries.map(({ data }) => data));
      }),
      { numRuns: 60 },
    );
  });
});

test("the format is told by how the text begins where no name tells it", async () => {
  const entry = { id: "a", data: { x: 1 } };
  expect(await read('[{"task_id":"a","data":{"x":1}}]')).toMatchObject([entry]);
  expect(await read('\n{"task_id":"a","data":{"x":1}}\n')).toMatchObject([entry]);
  expect(await read("# mine\n- task_id: a\n  data: {x: 1}\n")).toMatchObject([entry]);
  expect(await read("\uFEFFtask_id;x:number\na;1\n")).toMatchObject([entry]);
});

test.each([1, 7, 1000])("every entry knows the line that it begins on, in chunks of %i bytes", async (size) => {
  const data = {};
  const lines = (text: string) => read(text, { sizes: [size] });
  expect(await lines('[\n\n{"task_id":\n"a","data":{}},\n{"task_id":"b","data":{}}]')).toEqual([
    { id: "a", data, line: 3 },
    { id: "b", data, line: 5 },
  ]);
  expect(await lines('{"task_id":"a","data":{}}\r\n\r\n{"task_id":"b","data":{}}\r\n')).toEqual([
    { id: "a", data, line: 1 },
    { id: "b", data, line: 3 },
  ]);
  expect(
    await lines("# a list\r\n- task_id: a\r\n  data: {}\r\n\r\n-\r\n  data: {}\r\n  task_id: b\r\n...\r\n"),
  ).toEqual([
    { id: "a", data, line: 2 },
    { id: "b", data, line: 6 },
  ]);
  expect(await lines('task_id,x\n\na,"1\n2"\nb,3\n')).toEqual([
    { id: "a", data: { x: "1\n2" }, line: 3 },
    { id: "b", data: { x: "3" }, line: 5 },
  ]);
});

test("the quick start's own files are read as they stand there", async () => {
  const yaml = `- task_id: task-1
  data:
    key1: value1
    key2: value2
`;
  const json = `[
  {
    "task_id": "task-1",
    "data": {
      "key1": "value1",
      "key2": "value2"
    }
  }
]
`;
  const data = { key1: "value1", key2: "value2" };
  expect(await read(yaml)).toEqual([{ id: "task-1", data, line: 1 }]);
  expect(await read(json)).toEqual([{ id: "task-1", data, line: 2 }]);
});

test("a merge key in YAML that has nothing to merge is told with its line, and the entries after it are read", async () => {
  const text = "- task_id: a\n  data:\n    <<: text\n- task_id: b\n  data: {}\n";
  await expect(read(text, { format: "yaml" })).rejects.toMatchObject({
    problems: [{ line: 1, message: expect.stringContaining("Merge sources must be maps") }],
  });
  expect(await read('- task_id: a\n  data: { "<<": text }\n', { format: "yaml" })).toMatchObject([
    { id: "a", data: { "<<": "text" } },
  ]);
});
