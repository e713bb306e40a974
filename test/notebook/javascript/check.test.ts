/** What can be known of a notebook in TypeScript or JavaScript before anything of it runs. */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.ts";
import type { NotebookFinding } from "../../../src/loop/notebook-check.ts";
import { checkJavaScript } from "../../../src/notebook/javascript/check.ts";

interface Given {
  readonly full?: boolean;
  readonly args?: JsonObject;
  readonly language?: string;
}

function check(sources: readonly string[], { full = false, args = {}, language = "typescript" }: Given = {}) {
  const cells = sources.map((source, index) => ({ index, source }));
  return checkJavaScript(
    { language, cells },
    { key: "k", path: "x.ipynb", content: new Uint8Array(), method: "task", fullNotebook: full, args },
  );
}

/** `error name-in-other-cell 1:2 uses …` */
function shown({ severity, code, cell, line, message, hint }: NotebookFinding): string {
  const place = cell === undefined ? "" : ` ${cell}:${line}`;
  return `${severity} ${code}${place} ${message}${hint === undefined ? "" : `. ${hint}`}`;
}

const lines = (...given: Parameters<typeof check>) => check(...given).map(shown);

test("nothing is said of a notebook that is fine", () => {
  const cell = `import { readFile } from "node:fs/promises";
    import type { Row } from "./rows.ts";
    interface Options { top: number }
    const cache = new Map<string, Row>();
    export async function task(path: string, { length }: Options) {
      label: for (const row of (await readFile(path, "utf8")).split("\\n")) {
        if (typeof Deno !== "undefined") break label;
        console.log(structuredClone(row), new URL("http://x"), process.argv, Buffer.from(row), globalThis.nothing, arguments.length);
        setTimeout(() => fetch("x"), 1); require("node:os"); performance.now(); crypto.randomUUID(); new AbortController();
      }
      try { return maybe; } catch { return undefined ?? NaN; }
    }`;
  expect(lines([cell], { args: { path: "x" } })).toEqual([
    "error args 0:5 task has a parameter without a name, to which nothing can be given by name. Let it take one object: function task({ … }).",
  ]);
  expect(lines([cell.replace(", { length }: Options", "")], { args: { path: "x" } })).toEqual([]);
  // With a default nothing has to be given to it.
  expect(lines([cell.replace("}: Options", "}: Options = {} as never")], { args: { path: "x" } })).toEqual([]);
});

describe("P14: names of other cells", () => {
  test("P14: an error where the function or its cell needs them, a warning where nobody knows", () => {
    expect(
      lines([
        "import fs from 'node:fs';\nconst helper = () => 1;\nconst top = 2, doubtful = 3;",
        "const three = top + 1;\nfunction later() { return doubtful; }\nexport const task = () => helper() + later() + fs.x;",
      ]),
    ).toEqual([
      "error name-in-other-cell 1:1 uses `top`, defined in cell 0. Set `full_notebook: true`, or move it into the cell of the entry function.",
      "warning name-in-other-cell 1:2 uses `doubtful`, defined in cell 0. Set `full_notebook: true`, or move it into the cell of the entry function.",
      "error name-in-other-cell 1:3 uses `helper`, defined in cell 0. Set `full_notebook: true`, or move it into the cell of the entry function.",
      "error name-in-other-cell 1:3 uses `fs`, defined in cell 0. Set `full_notebook: true`, or move it into the cell of the entry function.",
    ]);
  });

  test("P15: nothing of the kind where the full notebook runs", () => {
    expect(lines(["const helper = () => 1;", "const task = () => helper();"], { full: true })).toEqual([]);
  });

  test("types of other cells are no names that code needs", () => {
    expect(
      lines(["interface Row { a: 1 }\ntype Id = string;", "const task = (row: Row, id?: Id): Row => row as Row;"], {
        args: { row: 1 },
      }),
    ).toEqual([]);
  });
});

test("P16: what only a kernel has is named", () => {
  expect(lines(["const task = async () => Deno.readTextFile('x')"])).toEqual([
    "error name-undefined 0:1 uses `Deno`, which is there only in a notebook's kernel. Deno has it, and this runs in Node: use a module such as `node:fs/promises`.",
  ]);
  expect(lines(["import * as tslab from 'tslab';\nconst task = () => tslab.display.html('x')"])).toEqual([
    "error import 0:1 `tslab` is the kernel's own module, and there is no kernel here. Remove it, or put what shows things into a cell that is not used.",
  ]);
});

test("P16: a function in two cells: the last counts, with a warning", () => {
  expect(lines(["const task = 5", "", "\nfunction task() {}"])).toEqual([
    "warning method-twice 2:2 `task` is defined in cell 0 too: that of cell 2 counts. Rename one of them.",
  ]);
});

test("P16: names the function that was meant", () => {
  expect(lines(["function tusk() {}\nconst other = 5;"])).toEqual([
    "error method-missing `task` is defined in no code cell. Did you mean `tusk` in cell 0?",
  ]);
  expect(lines(["function first() {}", "const second = () => 1; class Third {}"])).toEqual([
    "error method-missing `task` is defined in no code cell. There are: `first` in cell 0, `second` in cell 1.",
  ]);
  expect(lines(["task();", "// function task() {}", "'function task() {}'"])).toEqual([
    "error method-missing `task` is defined in no code cell",
  ]);
  expect(lines(["const outer = () => { async function task() {} };"])).toEqual([
    "error method-missing `task` is defined in no code cell. In cell 0 it is inside something else: only the top level of a cell counts.",
  ]);
});

describe("P16: magics and shell lines", () => {
  test.each([
    [
      "%%bash\nls",
      "error magic 1:1 `%%bash` is a magic, which needs a notebook's kernel. Remove it, or write it in JavaScript.",
    ],
    [
      "const a = 1;\n!ls -la",
      "error magic 1:2 `!ls -la` is a shell line, which needs a notebook's kernel. Remove it, or use `node:child_process`.",
    ],
    [
      "!cat x.txt",
      "error magic 1:1 `!cat x.txt` is a shell line, which needs a notebook's kernel. Remove it, or use `node:child_process`.",
    ],
    [
      "!npm install ml-matrix d3",
      "error dependency-in-notebook 1:1 `!npm install ml-matrix d3` installs nothing here. Put it under `dependencies` in the YAML file: npm:ml-matrix npm:d3",
    ],
  ])("P16: %j is refused with its cell and line where it is used", (source, finding) => {
    expect(lines(["const task = () => 1;", source], { full: true })).toEqual([finding]);
    expect(lines(["const task = () => 1;", source])).toEqual([]);
  });

  test("what only looks like one is none", () => {
    expect(
      lines(["let ready = false;\n!ready && start();\n!ready;\nfunction start() {}\nconst task = () => 5\n  % ready"]),
    ).toEqual([]);
  });
});

test("P16: a cell that cannot be read says where", () => {
  expect(lines(["const a = 1", "const task = () => {\n  const b: = 5;\n}"])).toEqual([
    "error syntax 1:2 SyntaxError: Unexpected token `=`. Expected an identifier, void, yield, null, await, break, a string literal, a numeric literal, true, false, `, -, import, this, typeof, {, [, (",
  ]);
  expect(lines(["const task = () => {\n  let b; let b;\n}"], { language: "javascript" })).toEqual([
    "error syntax 0:2 SyntaxError: Identifier 'b' has already been declared",
  ]);
  expect(lines(["broken(", "const task = () => 1"])).toEqual([]);
});

describe("P25: arguments", () => {
  test.each([
    ["function task() {}", {}, undefined],
    ["function task() {}", { a: 1 }, "task(): unexpected a"],
    ["function task(a, b = 1) {}", { a: 1 }, undefined],
    ["function task(a: number, b?: string) {}", { a: 1 }, undefined],
    ["enum E { A }\nfunction task(a: number, b ?: string) {}", { a: 1 }, undefined],
    ["function task(a, b) {}", { a: 1 }, "task(a, b): missing b"],
    [
      "function task(user_id, top) {}",
      { userid: 1, top: 2 },
      "task(user_id, top): unexpected userid (did you mean user_id?), missing user_id",
    ],
    ["const task = ({ a, b: c = 2 }: { a: number; b?: number }) => a + c", { a: 1, b: 2 }, undefined],
    ["const task = ({ a, b: c = 2 }) => a + c", { c: 1 }, "task({ a, b }): unexpected c"],
    ["const task = ({ a, ...more }) => a", { c: 1 }, undefined],
    ["const task = ({ a = 1 } = {}) => a", {}, undefined],
    ["function task(args) {}", { a: 1, b: 2 }, undefined],
    ["function task(options: Options) {}\ninterface Options {}", { a: 1, b: 2 }, undefined],
    ["function task(options: { a: number }) {}", { a: 1 }, undefined],
    ["function task(options: Record<string, number>) {}", { a: 1 }, undefined],
    ["function task(options: Options) {}\ninterface Options {}", { options: {} }, undefined],
    ["function task(user: string) {}", { usr: 1 }, "task(user): unexpected usr (did you mean user?), missing user"],
    ["function task(ids: Date[]) {}", { days: [] }, "task(ids): unexpected days, missing ids"],
    ["function task(first, ...rest) {}", { first: 1, rest: [2, 3] }, undefined],
    ["function task(first, ...rest) {}", { first: 1 }, undefined],
    ["function task(...rest) {}", { rest: 5 }, "task(...rest): rest has to be a list"],
  ])("P25: %s with %j", (source, args, problem) => {
    const found = check([source], { args }).filter(({ code }) => code === "args");
    expect(found.map(({ message }) => message)).toEqual(problem === undefined ? [] : [`args do not fit ${problem}`]);
  });
});

test("P27: JavaScript is read as it is", () => {
  expect(lines(["const task = (a, b) => a < b > (1);"], { language: "javascript", args: { a: 1, b: 1 } })).toEqual([]);
});
