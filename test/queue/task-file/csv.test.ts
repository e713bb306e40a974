import { describe, expect, test } from "vitest";
import { problemsOf, read } from "./sample-files.ts";

const csv = (text: string, idColumn?: string) => read(text, { format: "csv", ...(idColumn && { idColumn }) });
const wrong = (text: string) => problemsOf(text, { format: "csv" });

describe("a table as a task file", () => {
  test("has an entry a row: texts as they are written, and no key for an empty cell", async () => {
    expect(await csv('id,zip,price,note\r\na,00123,1e5,"said ""no"", twice"\r\nb,,2,\r\n')).toEqual([
      { id: "a", data: { zip: "00123", price: "1e5", note: 'said "no", twice' }, line: 2 },
      { id: "b", data: { price: "2" }, line: 3 },
    ]);
  });

  test("has numbers, truths and JSON where its header says so", async () => {
    expect(await csv('task_id,n:number,ok:boolean,list:json,eo:cloud\na,007,TRUE,"[1, 2]",x\n')).toEqual([
      { id: "a", data: { n: 7, ok: true, list: [1, 2], "eo:cloud": "x" }, line: 2 },
    ]);
    expect(await wrong("task_id,n:number,ok:boolean,list:json\na,x,,\nb,,yes,\nc,,,[\n")).toEqual([
      '2 column "n:number": found "x", expected a number',
      '3 column "ok:boolean": found "yes", expected true or false',
      '4 column "list:json": found "[", expected JSON',
    ]);
  });

  test("nests where a column has dots", async () => {
    expect(await csv("task_id;box.west:number;box.east:number;name\na;1;2;x\nb;;;y\n")).toMatchObject([
      { data: { box: { west: 1, east: 2 }, name: "x" } },
      { data: { name: "y" } },
    ]);
    expect(await wrong("task_id,box,box.west\na,1,2\n")).toEqual([
      '1 the columns "box" and "box.west" would be one key of the data',
    ]);
    expect(await wrong("task_id,a..b\na,1\n")).toEqual(['1 column 2 is named "a..b"']);
  });

  test("takes its IDs from the column that is named, or task_id, or id", async () => {
    expect(await csv("scene\tid\nS2A\t1\n", "scene")).toEqual([{ id: "S2A", data: { id: "1" }, line: 2 }]);
    expect(await csv("id,task_id\n1,a\n")).toEqual([{ id: "a", data: { id: "1" }, line: 2 }]);
    expect(await wrong("name,x\na,1\n")).toEqual(["1 there is no column task_id or id"]);
  });

  test("tells rows that do not fit", async () => {
    expect(await wrong('task_id,x\na,1,2\n"b\n2",1\n,3\nc\n')).toEqual([
      "2 this row has 3 cells, the header 2",
      '3 $.task_id found "b\\n2", expected a text of 1 to 256 characters',
      '5 $.task_id found "", expected a text of 1 to 256 characters',
      "6 this row has 1 cells, the header 2",
    ]);
    expect(await wrong('task_id,x\na,"1\n')).toEqual([expect.stringMatching(/not a table.*Quote Not Closed/)]);
  });
});
