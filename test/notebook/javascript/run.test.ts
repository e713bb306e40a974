/** Entry functions of notebooks in TypeScript and JavaScript, run in processes of their own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isJsonObject, type Json } from "../../../src/json.ts";
import { readNotebook } from "../../../src/notebook/read-notebook.ts";
import { runNotebook } from "./run-notebook.ts";

describe("P14: only the cell that defines the entry function runs", () => {
  test("P14: other cells may throw, or be no code at all", async () => {
    const ran = await runNotebook({
      cells: [
        "throw new Error('not me');",
        "%%bash\nrm -rf /",
        undefined,
        "const half = (n: number): number => n / 2;\nexport async function task(n: number) {\n  return half(n);\n}",
      ],
      args: { n: 5 },
    });
    expect(ran).toMatchObject({ result: 2.5, code: 0, messages: [{ cell: 3 }, { cell: 4 }, { result: 2.5 }] });
    expect(ran.stderr).toBe("");
  });

  test.each([
    ["a function", "function task() { return 1 }"],
    ["an async function", "async function task() { return await Promise.resolve(1) }"],
    ["an exported function", "export function task(): number { return 1 }"],
    ["the default export", "export default async function task() { return 1 }"],
    ["an arrow function", "const task = async () => 1"],
    ["a function expression", "let task = function () { return 1 }"],
    ["a variable of old", "var task = () => 1"],
    ["what another function made", "const once = <T,>(f: () => T) => () => f();\nexport const task = once(() => 1);"],
    ["a member taken out of an object", "const { task } = { task: () => 1 };"],
    ["an import", 'import { one as task } from "./one.ts";'],
    ["what awaits at the top", "const one = await Promise.resolve(1);\nexport const task = () => one;"],
    ["overloads", "function task(): number;\nfunction task(a?: string): number { return 1 }"],
  ])("P16: %s is an entry function", async (_what, source) => {
    const ran = await runNotebook({ cells: [source], files: { "notebooks/one.ts": "export const one = () => 1;" } });
    expect(ran).toMatchObject({ result: 1, code: 0 });
  });

  test.each([
    ["a class", "class task {}", /`task` is a class, and no function/],
    ["a generator", "function* task() {}", /`task` is a generator/],
    ["a value", "const task = 5;", /`task` is a value, and no function/],
    ["a value that is known only later", "const task = JSON.parse('5');", /`task` is no function, but number/],
    ["missing", "function taks() {}", /`task` is defined in no code cell\. Did you mean `taks` in cell 0\?/],
    ["inside another", "function f() { function task() {} }", /In cell 0 it is inside something else/],
    ["broken", "\nfunction task( {", /SyntaxError: .* \(cell 0, line 2\)/],
  ])("P16: a function that is %s is refused before anything runs", async (_what, source, message) => {
    const ran = await runNotebook({ cells: [source] });
    expect(ran).toMatchObject({ error: { name: "NotRunnable", message: expect.stringMatching(message) }, code: 1 });
  });
});

describe("P15: a full notebook", () => {
  test("P15: runs all cells in order, as one", async () => {
    const ran = await runNotebook({
      cells: [
        "const seen: string[] = ['a'];",
        "seen.push(await Promise.resolve('b'));",
        "const task = () => seen;",
        "seen.push('c')",
      ],
      full: true,
    });
    expect(ran.result).toEqual(["a", "b", "c"]);
    expect(ran.messages.slice(0, -1)).toEqual([{ cell: 0 }, { cell: 1 }, { cell: 2 }, { cell: 3 }, { cell: 4 }]);
  });

  test("P15: a later cell may bind every name again, as in the kernel", async () => {
    const ran = await runNotebook({
      cells: [
        "import fs from 'node:fs';\nconst a = 1, { b } = { b: 2 };\nlet c\nclass D { n = 1 }\nfunction f() { return 1 }\nvar g = 1;\nconst first = [a, b, typeof c, new D().n, f(), g];",
        "import fs from 'node:fs';\nconst second: number[] = [f()];\nfunction f() { return a }\nconst a = 10\nconst { b, ...more } = { b: 20, e: 1 };\nlet c = 30, g = 5;\nclass D { n = 40 }",
        "enum E { X = 7 }\nimport { existsSync as first2 } from 'node:fs';\nexport default function () {}\nexport { a };",
        "export { b };\nexport default 5;\nexport const task = () => [first, second, f(), a, b, c, g, new D().n, E.X, more, typeof fs.existsSync]",
      ],
      full: true,
    });
    expect(ran.error).toBeUndefined();
    expect(ran.result).toEqual([[1, 2, "undefined", 1, 1, 1], [1], 10, 10, 20, 30, 5, 40, 7, { e: 1 }, "function"]);
  });

  test("P15: the example's notebook runs as it lies there", async () => {
    const content = readFileSync("examples/loops/notebooks/debr/related_publications.ipynb");
    const read = readNotebook(content);
    if (read.outcome !== "read") throw new Error(read.message);
    const cells: (string | undefined)[] = Array.from({ length: read.notebook.cellCount }, () => undefined);
    for (const { index, source } of read.notebook.cells) cells[index] = source;
    const publications = readFileSync("examples/loops/data/publications.json", "utf8");
    const { item } = firstOf(JSON.parse(publications));
    const ran = await runNotebook({
      cells,
      full: true,
      args: { item_id: item, top: 2 },
      files: { "data/publications.json": publications },
    });
    expect(ran.result).toHaveLength(2);
    expect(ran.stdout.split("\n")).toHaveLength(3);
  });
});

function firstOf(publications: readonly Json[]): { readonly item: Json } {
  const [first] = publications;
  if (!isJsonObject(first) || first.id === undefined) throw new Error("There is no publication.");
  return { item: first.id };
}

describe("P25: arguments", () => {
  test("P25: go to the function by name, with the types of the YAML file", async () => {
    const args = { my_dict: { second_dict: { sub_item2: ["test", 23.45] } }, id: "6f0c", n: 5 };
    const ran = await runNotebook({
      cells: [
        "export const task = (n: number, my_dict: object, id: string, more = 'default') => [typeof n, my_dict, id, more];",
      ],
      args,
    });
    expect(ran.result).toEqual(["number", args.my_dict, "6f0c", "default"]);
  });

  test("P25: that do not fit end it before anything ran", async () => {
    const ran = await runNotebook({
      cells: ["console.log('ran');\nfunction task(user: string, top = 3) {}"],
      args: { usr: "a" },
    });
    expect(ran.error?.message).toBe(
      "args do not fit task(user, top?): unexpected usr (did you mean user?), missing user (cell 0, line 2).",
    );
    expect(ran.stdout).toBe("");
  });

  test("P25: of an imported function are those that it has itself", async () => {
    const files = { "notebooks/m.ts": "export async function task(b: number, a: number) { return [a, b]; }" };
    const cells = ['export { task } from "./m.ts";\nimport { task } from "./m.ts";'];
    expect(await runNotebook({ cells, files, args: { a: 1, b: 2 } })).toMatchObject({ result: [1, 2] });
    const wrong = await runNotebook({ cells, files, args: { a: 1 } });
    expect(wrong.error).toMatchObject({ name: "NotRunnable", message: "args do not fit task(b, a): missing b." });
  });
});

describe("traces", () => {
  test("P8: name notebook, cell, line and column, and nothing of ours", async () => {
    const ran = await runNotebook({
      cells: [
        "function check(n: number) {\n  if (n > 1) throw new TypeError('too much');\n}",
        "enum Level { Low = 1, High = 2 }\n\nfunction check(n: Level) {\n  if (n > 1) throw new TypeError('too much');\n}",
        "async function task() {\n  await null;\n  check(Level.High);\n}",
      ],
      full: true,
    });
    expect(ran.error?.name).toBe("TypeError");
    expect(ran.error?.trace?.split("\n")).toEqual([
      "TypeError: too much",
      "    at check (notebooks/x.ipynb[cell 1]:4:20)",
      "    at task (notebooks/x.ipynb[cell 2]:3:3)",
    ]);
    expect(ran.code).toBe(1);
  });

  test("P8: name the line of an import that cannot be had", async () => {
    const ran = await runNotebook({
      cells: ["const a = 1;", "const b = 2;\nimport { nope } from './one.ts';\nconst task = () => nope;"],
      full: true,
      files: { "notebooks/one.ts": "export const one = 1;" },
    });
    expect(ran.error?.message).toBe("The requested module './one.ts' does not provide an export named 'nope'");
    expect(ran.error?.trace).toMatch(/^notebooks\/x\.ipynb\[cell 1\]:2\n/);
  });

  test("have the causes of an error, and the name of its class", async () => {
    const ran = await runNotebook({
      cells: ["class Broken extends Error {}\nconst task = () => { throw new Broken('a', { cause: new Error('b') }) }"],
    });
    expect(ran.error).toMatchObject({ name: "Broken", message: "a" });
    expect(ran.error?.trace).toMatch(/^Error: a\n.*\ncaused by Error: b\n/s);
    expect(ran.stderr).toBe(`${ran.error?.trace}\n`);
  });

  test("have each of the errors that came together", async () => {
    const failing = "Promise.any([Promise.reject(new TypeError('a')), Promise.reject('b')])";
    const { error } = await runNotebook({ cells: [`const task = () => ${failing};`] });
    expect(error?.trace).toMatch(/one of them: TypeError: a\n {4}at task \(.*\none of them: b$/);
  });

  test("are the same in what the code prints itself", async () => {
    const ran = await runNotebook({ cells: ["const task = () => {\n  console.error(new Error('seen'));\n}"] });
    expect(ran.stderr).toContain("at task (notebooks/x.ipynb[cell 0]:2:17)");
  });

  test("of anything that is thrown say what it is", async () => {
    const ran = await runNotebook({ cells: ["const task = () => { throw { a: 1 } }"] });
    expect(ran.error).toEqual({ name: "object", message: "{ a: 1 }" });
    expect(ran.stderr).toBe("object: { a: 1 }\n");
  });
});

describe("ends", () => {
  test("P8: a timer that is left running does not keep the process", async () => {
    const ran = await runNotebook({ cells: ["const task = () => { setInterval(() => {}, 1000); return 1 }"] });
    expect(ran).toMatchObject({ result: 1, code: 0 });
  });

  test("P11: all that was printed is there before it ends", async () => {
    const ran = await runNotebook({
      cells: ["const task = () => { for (let n = 0; n < 20000; n++) console.log('x'.repeat(99)); }"],
    });
    expect(ran.stdout).toHaveLength(2_000_000);
    expect(ran).toMatchObject({ result: null, code: 0 });
  });

  test.each([
    [
      "an unhandled rejection",
      "void Promise.reject(new RangeError('left'))",
      { error: { name: "RangeError", message: "left" } },
    ],
    [
      "an exception of a timer",
      "setTimeout(() => { throw new Error('late') }); await new Promise((r) => setTimeout(r, 500))",
      { error: { name: "Error", message: "late" } },
    ],
    ["process.exit(3)", "process.exit(3)", { error: { name: "Exited", message: "It called process.exit(3)." } }],
    ["process.exit(0)", "process.exit(0)", { result: null, warning: "It called process.exit(0): there is no result." }],
    ["a promise that nothing settles", "await new Promise(() => {})", { error: { name: "NeverSettled" } }],
  ])("%s has an end that says so", async (_what, body, end) => {
    const ran = await runNotebook({ cells: [`async function task() { ${body}; return 1 }`] });
    expect(ran).toMatchObject(end);
    expect(ran.messages.filter((message) => "result" in message || "error" in message)).toHaveLength(1);
    expect(ran.code === 0).toBe("result" in end);
  });

  test("a result that JSON cannot hold is left out, with a warning", async () => {
    const ran = await runNotebook({ cells: ["const task = () => ({ model: { predict() {} } })"] });
    expect(ran).toMatchObject({
      result: null,
      warning: "The result is left out: result.model.predict is a function, which JSON cannot hold",
      code: 0,
    });
  });
});

describe("imports", () => {
  const packages = {
    "ml-matrix/package.json":
      '{"name":"ml-matrix","version":"6.0.0","type":"module","exports":{".":"./index.js","./sub":"./sub.js"}}',
    "ml-matrix/index.js": "import { name } from 'inner'; export const matrix = name;",
    "ml-matrix/sub.js": "export default 'sub';",
    "inner/package.json": '{"name":"inner","main":"index.cjs"}',
    "inner/index.cjs": "exports.name = 'inner';",
  };

  test("P9: packages are those of the organisation, with Deno's names too, and nothing is written into the checkout", async () => {
    const ran = await runNotebook({
      cells: [
        "import { matrix } from 'ml-matrix';\nimport sub from 'npm:ml-matrix@^6.0.0/sub';\nimport type { Matrix } from 'nowhere';\n" +
          "const { name } = require('inner');\nconst later = await import('npm:inner@1');\nexport const task = () => [matrix, sub, name, later.name];",
      ],
      packages,
    });
    expect(ran.error).toBeUndefined();
    expect(ran.result).toEqual(["inner", "sub", "inner", "inner"]);
    expect(() => readFileSync(join(ran.checkout, "node_modules"))).toThrow("ENOENT");
  });

  test("P9: a package that is not there is named with what to write", async () => {
    const ran = await runNotebook({ cells: ["import { z } from 'zod/v4';\nexport const task = () => z;"] });
    expect(ran.error).toMatchObject({
      name: "ImportFailed",
      message: "The package zod is not there. Put it under `dependencies` in the YAML file: npm:zod",
    });
  });

  test("files are found from the notebook's folder, with and without their ending", async () => {
    const ran = await runNotebook({
      cells: [
        "import { one, type One } from './one';\nimport { Two, two } from '../lib/two.ts';\nimport data from './data.json' with { type: 'json' };\n" +
          "let kept: Two = two;\nexport const task = (): One => [one, kept, data.three, import.meta.filename] as One;",
      ],
      files: {
        "notebooks/one.ts": "export type One = unknown; export const one: number = 1;",
        "notebooks/data.json": '{"three": 3}',
        "lib/two.ts": "export interface Two { n: number }\nexport const two = 2;",
      },
    });
    expect(ran.error).toBeUndefined();
    expect(ran.result).toEqual([1, 2, 3, join(ran.checkout, "notebooks", "x.ipynb")]);
  });

  test.each(["jsr:@std/csv", "https://deno.land/std/csv.ts"])(
    "%s is refused before anything runs",
    async (specifier) => {
      const ran = await runNotebook({
        cells: [`import * as csv from "${specifier}";\nexport const task = () => csv;`],
      });
      expect(ran.error).toMatchObject({ name: "NotRunnable", message: expect.stringContaining("nothing is fetched") });
    },
  );
});
