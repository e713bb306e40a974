import { describe, expect, test } from "vitest";
import { failureOf, problemsOf, read } from "./sample-files.ts";

describe("what is wrong with a task file", () => {
  test("is told in one go, with the line and path of each problem", async () => {
    const text = `[
  {"task_id": 7, "data": {}},
  {"taskid": "b", "data": []},
  "c",
  {"task_id": "", "data": {"x": 1e999}},
  {"task_id": "e"}
]`;
    expect(await problemsOf(text)).toEqual([
      "2 $[0].task_id found 7, expected a text of 1 to 256 characters",
      '3 $[1].taskid unknown key "taskid"',
      "3 $[1].task_id found nothing, expected a text of 1 to 256 characters",
      "3 $[1].data found [], expected an object",
      '4 $[2] found "c", expected an entry',
      '5 $[3].task_id found "", expected a text of 1 to 256 characters',
      "5 $[3].data.x found Infinity, expected a number that JSON can hold",
      "6 $[4].data found nothing, expected an object",
    ]);
  });

  test("comes with what to do about it", async () => {
    const { problems } = await failureOf(read('{"task_id":7,"dat":{}}'));
    expect(problems.map(({ hint }) => hint)).toEqual([
      "Did you mean data?",
      'Write it as a text: "7".',
      'Every entry has data; where there is none, write "data": {}.',
    ]);
  });

  test("is shown twenty times, and all of it is counted", async () => {
    const failure = await failureOf(
      read(Array.from({ length: 50 }, (_, n) => `{"task_id":${n},"data":{}}`).join("\n")),
    );
    expect(failure.message).toBe("standard input cannot be used as a task file: 50 problems; the first 20 of them");
    expect(failure.problems).toHaveLength(20);
    expect(failure.exitCode).toBe(3);
  });

  test.each([
    ["nothing at all", "", "it has no entries"],
    ["an empty list", "[]", "it has no entries"],
    ["an object", '{\n"tasks": []}', "1 found an object, expected a list of entries"],
    ["a file that breaks off", '[{"task_id":"a","data":{', "1 the file ends within the entry that begins on line 1"],
    ["a list that breaks off", '[{"task_id":"a","data":{}},', "1 the file ends before the list does"],
    ["two lists", '[{"task_id":"a","data":{}}]\n[]', "2 something follows the end of the list"],
    ["a bracket too many", '[{"task_id":"a","data":{}}}]', '1 found "}", which closes nothing'],
    ["a comma too many", '[{"task_id":"a","data":{}},\n]', "2 a comma without an entry"],
    [
      "bytes that are no text",
      Buffer.from('[{"task_id":"\xff","data":{}}]', "latin1"),
      "1 found bytes that are not UTF-8 text",
    ],
  ])("names %s", async (_what, text, problem) => {
    expect(await problemsOf(text, { format: "json" })).toEqual([problem]);
  });

  test("names the line of a table that has bytes which are no text", async () => {
    const table = Buffer.from("task_id,a\n1,b\n2,\xe9\n3,d\n", "latin1");
    expect(await problemsOf(table, { format: "csv" })).toEqual(["3 found bytes that are not UTF-8 text"]);
    expect(await problemsOf(Buffer.from("task_id,a\n1,é").subarray(0, -1), { format: "csv" })).toHaveLength(1);
  });

  test("goes on after an entry of a list that is broken in itself", async () => {
    const text = `[{"task_id": "a" "data": {}},\n{\n"task_id":\n"b" "data":{}},\n{"task_id":"c","data":{}},\n{"task_id":"d"}]`;
    const problems = await problemsOf(text);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/^1 this is not JSON/);
    expect(problems[1]).toMatch(/^4 this is not JSON/);
    expect(problems[2]).toMatch(/^6 \$\[3\]\.data found nothing/);
  });

  test("finds broken lines among good ones", async () => {
    const text = '{"task_id":"a","data":{}}\n{"task_id":\n\n{"task_id":"c","data":{}}\nnull\n';
    const problems = await problemsOf(text, { format: "jsonl" });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^2 this is not JSON/);
    expect(problems[1]).toBe("5 $ found null, expected an entry");
  });

  test("refuses nesting without end instead of suffering it", async () => {
    const deep = `[{"task_id":"a","data":{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}}]`;
    expect(await problemsOf(deep)).toEqual([expect.stringMatching(/nests deeper than 64 levels$/)]);
  });

  test("refuses IDs that no store keeps as they are", async () => {
    const ids = ["a".repeat(257), "a\u0000b", "\ud800"];
    const text = JSON.stringify(ids.map((id) => ({ task_id: id, data: {} })));
    expect(await problemsOf(text)).toHaveLength(3);
    expect(await read(JSON.stringify([{ task_id: "ü".repeat(256), data: {} }]))).toHaveLength(1);
  });

  test("an entry of 400 kB is an entry like any other", async () => {
    const data = { text: "x".repeat(400_000) };
    expect(await read(JSON.stringify([{ task_id: "a", data }]))).toEqual([{ id: "a", data, line: 1 }]);
  });

  test("an entry beyond all measure is refused before memory is", async () => {
    const text = `{"task_id":"a","data":{"text":"${"x".repeat(17 * 2 ** 20)}"}}`;
    for (const [format, whole] of [
      ["json", `[${text}]`],
      ["jsonl", text],
      ["yaml", `- ${text}`],
    ] as const) {
      expect(await problemsOf(whole, { format })).toEqual([expect.stringContaining("more than 16 MiB")]);
    }
  });

  test("a file in another encoding is named as that", async () => {
    expect(await problemsOf(Buffer.from("\uFEFF[]", "utf16le"))).toEqual(["1 the file is UTF-16 text"]);
  });

  test("damaged gzip is named as that", async () => {
    const { gzipSync } = await import("node:zlib");
    const zipped = gzipSync(JSON.stringify([{ task_id: "a", data: { x: "y".repeat(9999) } }]));
    expect(await problemsOf(zipped.subarray(0, -20), { format: "json" })).toEqual([
      expect.stringMatching(/the gzip data is damaged/),
    ]);
  });

  test("text of no known format is refused with the formats there are", async () => {
    const { problems } = await failureOf(read("hello"));
    expect(problems[0]?.hint).toMatch(/json, jsonl, yaml, csv/);
  });
});

describe("a selection", () => {
  const text = Array.from({ length: 10 }, (_, n) => `{"task_id":"t${n + 1}","data":{}}`).join("\n");
  const ids = async (options: Parameters<typeof read>[1]) => (await read(text, options)).map(({ id }) => id);

  test("begins with the entry of that number, and takes so many", async () => {
    expect(await ids({ start: 1, limit: 2 })).toEqual(["t1", "t2"]);
    expect(await ids({ start: 9 })).toEqual(["t9", "t10"]);
    expect(await ids({ ids: ["t7", "t3"] })).toEqual(["t3", "t7"]);
    expect(await ids({ ids: ["t3", "t7"], start: 4, limit: 1 })).toEqual(["t7"]);
  });

  test("does not look at what it leaves out", async () => {
    const broken = `{"task_id":1}\n${text}\n{"task_id":2}`;
    expect(await read(broken, { start: 2, limit: 10 })).toHaveLength(10);
    expect(await read(broken, { ids: ["t4"] })).toHaveLength(1);
  });

  test("of what is not there is a problem", async () => {
    expect(await problemsOf(text, { start: 11 })).toEqual(["it has 10 entries, and the one to start with is 11"]);
    expect(await problemsOf(text, { ids: ["t1", "T2"] })).toEqual(['no entry has the task_id "T2"']);
  });

  test("of nothing or of fractions is refused", async () => {
    await expect(ids({ limit: 0 })).rejects.toThrow("0 cannot be the number of entries.");
    await expect(ids({ start: 1.5 })).rejects.toThrow("1.5 cannot be the entry to start with.");
  });
});
