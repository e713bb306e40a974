/** What is said of Python notebooks before they run: by a real Python. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import type { NotebookFinding, NotebookRequest } from "../../src/loop/notebook-check.ts";
import { makeNotebookCheck } from "../../src/notebook/check-notebooks.ts";
import { once } from "../../src/once.ts";
import { checkoutOf, notebookOf } from "./notebooks.ts";

const check = makeNotebookCheck();

interface Asked {
  readonly method?: string;
  readonly full?: boolean;
  readonly args?: JsonObject;
}

function request(cells: readonly string[], asked: Asked = {}, key = "one"): NotebookRequest {
  const { method = "task", full = false, args = {} } = asked;
  const content = new TextEncoder().encode(notebookOf(cells));
  return { key, path: "model.ipynb", content, method, fullNotebook: full, args };
}

async function findings(cells: readonly string[], asked?: Asked): Promise<readonly Omit<NotebookFinding, "key">[]> {
  return (await check.check([request(cells, asked)])).map(({ key: _key, ...finding }) => finding);
}

const waiting: NotebookRequest[] = [];
const answers = once(() => check.check(waiting));

/** What tables ask is asked at once, by whichever test comes first: each process of Python takes a moment. */
function later(cells: readonly string[], asked?: Asked): () => Promise<readonly Omit<NotebookFinding, "key">[]> {
  const key = `${waiting.length}`;
  waiting.push(request(cells, asked, key));
  return async () => (await answers()).flatMap(({ key: of, ...finding }) => (of === key ? [finding] : []));
}

describe("P13: the entry function", () => {
  const found = [
    ["a function", "def task(): pass"],
    ["an async function", "async def task(): pass"],
    ["a decorated function", "import functools\n@functools.lru_cache\ndef task(): pass"],
    ["an assignment", "task = lambda: 1"],
    ["an assignment with a type", "task: object = lambda: 1"],
    ["one of several names that are assigned", "(task, other), *rest = (print, 1), 2"],
    ["an import", "from os import getcwd as task"],
    ["a class", "class task: pass"],
    ["a function in a branch", "try:\n    import none_such\nexcept ImportError:\n    def task(): pass"],
  ].map(([what, cell = ""]) => ({ what, found: later(["1 / 0", cell]) }));

  test.each(found)("P13: is found as $what", async ({ found }) => {
    expect(await found()).toEqual([]);
  });

  const absent = [
    [
      "inside a function",
      "def outer():\n    def task(): pass",
      "In cell 0 it is inside `outer`: only the top level of a cell counts.",
    ],
    [
      "inside a class",
      "class Model:\n    def task(self): pass",
      "In cell 0 it is inside `Model`: only the top level of a cell counts.",
    ],
    ["in a text or a comment", "# def task(): pass\ntext = '''\ndef task(): pass\n'''", undefined],
    ["as an annotation alone", "task: object", undefined],
    ["under a similar name", "def tasks(): pass", "Did you mean `tasks` in cell 0?"],
  ].map(([where, cell = "", hint]) => ({ where, hint, found: later([cell]) }));

  test.each(absent)("P16: is not found $where", async ({ hint, found }) => {
    expect(await found()).toEqual([
      {
        severity: "error",
        code: "method-missing",
        message: "`task` is defined in no code cell",
        ...(hint && { hint }),
      },
    ]);
  });

  test("P16: that is missing is answered with the functions there are", async () => {
    const [finding] = await findings(["x = 1", "def train(): pass\ndef score(): pass"], { method: "recommend" });
    expect(finding?.hint).toBe("There are: `train` in cell 1, `score` in cell 1.");
  });

  test("P16: that is defined twice is the last one, with a warning", async () => {
    expect(await findings(["def task(): pass", "def task(): return 2"])).toEqual([
      {
        severity: "warning",
        code: "method-twice",
        message: "`task` is defined in cell 0 too: that of cell 1 counts",
        cell: 1,
        line: 1,
        hint: "Rename one of them.",
      },
    ]);
  });

  test("P16: that is no function is an error", async () => {
    expect(await findings(["task = 'soon'"])).toMatchObject([{ code: "not-callable", cell: 0, line: 1 }]);
  });
});

describe("P14: names", () => {
  test("P14: of another cell are found before a NameError finds them", async () => {
    expect(await findings(["import json", "def helper(): pass", "def task():\n    return helper()"])).toEqual([
      {
        severity: "error",
        code: "name-in-other-cell",
        message: "uses `helper`, defined in cell 1",
        cell: 2,
        line: 2,
        hint: "Set `full_notebook: true`, or move it into cell 2.",
      },
    ]);
  });

  test("P15: of another cell are there in a full notebook", async () => {
    expect(await findings(["def helper(): pass", "def task():\n    return helper()"], { full: true })).toEqual([]);
  });

  test("P14: that no cell defines are named, with the import that is missing", async () => {
    const cell = "def task():\n    return json.dumps(np.zeros(unknown))";
    expect(await findings([cell])).toMatchObject([
      { message: "uses `json`, which no cell defines", hint: "Is `import json` missing?" },
      { message: "uses `np`, which no cell defines", hint: "Is `import numpy as np` missing?" },
      { message: "uses `unknown`, which no cell defines" },
    ]);
  });

  test("P15: that are used before they are defined are found at the top of a full notebook", async () => {
    const cells = ["df = df[df.a > 1]", "df = load()\ndef load(): return 1", "def task(): return df"];
    expect(await findings(cells, { full: true })).toMatchObject([
      { code: "name-before-definition", message: "`df` is used before the line that defines it", cell: 0, line: 1 },
      { code: "name-before-definition", message: "`load` is used before the line that defines it", cell: 1, line: 1 },
    ]);
  });

  test("P14: that only a kernel has are an error, unless a NameError is awaited", async () => {
    expect(await findings(["def task(): return get_ipython()"])).toMatchObject([
      { message: "uses `get_ipython`, which is there only in a notebook's kernel" },
    ]);
    const guarded = "try:\n    get_ipython()\nexcept NameError:\n    pass\ndef task(): display(1)";
    expect(await findings([guarded])).toEqual([]);
  });

  test("P14: that may come from elsewhere, or that nothing reaches, are warnings", async () => {
    const warned = [
      "from math import *\ndef task(): return sin(1)",
      "exec('x = 1')\ndef task(): return x",
      "def task(): return 1\ndef tried(): return forgotten",
      "import os\nif os.environ.get('X'):\n    print(forgotten)\ndef task(): return 1",
    ];
    for (const cell of warned) expect(await findings([cell])).toMatchObject([{ severity: "warning" }]);
  });

  const sound = [
    [
      "class scopes",
      "class A:\n    a = 1\n    b = a + 1\n    def m(self, t=b): return A, __class__, self.a\ndef task(): return A()",
    ],
    [
      "comprehensions",
      "data = [1]\nsquares = {x: [y for y in data if (z := y)] for x in data}\ndef task(): return squares, z",
    ],
    [
      "globals that functions set",
      "def init():\n    global model\n    model = 1\ndef task():\n    init()\n    return model",
    ],
    [
      "functions that call each other",
      "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return even(n - 1)\ndef task(): return even(4)",
    ],
    [
      "errors, files and loops",
      "try: 1 / 0\nexcept ZeroDivisionError as e: print(e)\nwith open('f') as f: pass\nfor i, (a, b) in []: print(a)\ndef task(): return f, i, b",
    ],
    ["what a notebook tries by hand", "def task(): pass\nif __name__ == '__main__':\n    task(argv)"],
    [
      "annotations that are not evaluated",
      "from __future__ import annotations\ndef task(x: Later = None) -> Never: return x",
    ],
    ["names that a module has", "def task(): return __name__, __file__, __doc__, __builtins__"],
    ["deleted and augmented names", "n = 0\nn += 1\nm = {}\nm['a'] = n\ndel n\ndef task(): return m"],
    [
      "patterns",
      "def task(c=None):\n    match c:\n        case {'a': v, **rest}: return v, rest\n        case [first, *more] as all_: return first, more, all_",
    ],
    ["awaiting at the top", "import asyncio\nawait asyncio.sleep(0)\nasync def task(): pass"],
  ].map(([what, cell = ""]) => ({ what, found: later([cell]) }));

  test.each(sound)("P14: give no false alarm: $what", async ({ found }) => {
    expect(await found()).toEqual([]);
  });
});

describe("P25: arguments", () => {
  const calls: readonly (readonly [string, JsonObject, string | undefined, string?])[] = [
    ["a, b=2", { a: 1 }, undefined],
    ["*rest, a, **more", { a: 1, anything: 2 }, undefined],
    [
      "user, item_id=1, *, message='x'",
      { usr: 1 },
      "task(user, item_id=1, *, message='x'): `user` is missing, `usr` is unexpected",
      "Did you mean `user` in place of `usr`?",
    ],
    ["a, b", {}, "task(a, b): `a`, `b` are missing"],
    ["*rest", { rest: [1] }, "task(*rest): `rest` is unexpected"],
    ["*, key", {}, "task(*, key): `key` is missing", "Add it under `args`."],
    ["a, /", { a: 1 }, "task(a, /): `a` cannot be given by name", "Take the `/` out of the function's parameters."],
  ];
  const compared = calls.map(([parameters, args, wrong, hint]) => {
    return { parameters, args, wrong, hint, found: later([`def task(${parameters}): pass`], { args }) };
  });

  test.each(compared)("P25: are compared with ($parameters): $args", async ({ wrong, hint, found }) => {
    const expected =
      wrong === undefined ? [] : [{ code: "args", message: `args do not fit ${wrong}`, ...(hint && { hint }) }];
    expect(await found()).toHaveLength(expected.length);
    expect(await found()).toMatchObject(expected);
  });

  test("P26: of two tasks of one function are compared each for itself", async () => {
    const cells = ["def task(user=None): pass"];
    const asked = [
      request(cells, { args: { user: "u" } }, "with"),
      request(cells, {}, "without"),
      request(cells, { args: { x: 1 } }, "wrong"),
    ];
    expect((await check.check(asked)).map(({ key }) => key)).toEqual(["wrong"]);
  });

  test("P25: of what is decorated are compared when it runs, not before", async () => {
    expect(await findings(["import functools\n@functools.cache\ndef task(a): pass"], { args: { b: 1 } })).toEqual([]);
  });
});

describe("P16: magics and shell lines", () => {
  test("P16: are errors in a cell that is used, each at its line", async () => {
    const cell = [
      "text = '''",
      "%pip install inside-a-text",
      "!ls",
      "'''",
      "files = !ls -l 'it",
      "%env A=1",
      "text?",
      "?text",
      "def task(a=(1",
      "  % 2)):",
      "    !echo \\",
      "      done",
      "    return a % 2",
    ].join("\n");
    const found = await findings([cell]);
    expect(found.map(({ code, line }) => `${code} ${line}`)).toEqual([
      "magic 5",
      "magic 6",
      "magic 7",
      "magic 8",
      "magic 11",
    ]);
    expect(found[0]?.message).toBe("`!ls -l 'it` is a shell line, which needs a notebook's kernel");
  });

  const installing = [
    "%pip install -q numpy==1.26",
    "!pip install numpy==1.26",
    "!{sys.executable} -m pip install numpy==1.26",
    "!python3 -m pip install -U numpy==1.26",
  ].map((line) => ({ line, found: later([`${line}\ndef task(): pass`]) }));

  test.each(installing)("P16: that install belong under dependencies: $line", async ({ found }) => {
    expect(await found()).toMatchObject([
      { code: "dependency-in-notebook", hint: "Put it under `dependencies` in the YAML file: numpy==1.26" },
    ]);
  });

  test("P16: that have no meaning outside a kernel are no problem", async () => {
    const cell =
      "%%time\n%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n%config InlineBackend.figure_format = 'svg'\nx = %time len('a')\ndef task():\n    %time y = [1,\n      2]\n    return x, y";
    expect(await findings([cell])).toEqual([]);
  });

  test("P16: do not matter in cells that are not used, and do in a full notebook", async () => {
    const cells = ["%%bash\nls", "!ls", "this is no Python", "def task(): pass"];
    expect(await findings(cells)).toEqual([]);
    expect((await findings(cells, { full: true })).map(({ code, cell }) => `${code} ${cell}`)).toEqual([
      "magic 0",
      "magic 1",
      "syntax 2",
    ]);
  });
});

describe("P16: what is no Python", () => {
  test.each([
    ["def task(:\n    pass", "SyntaxError: invalid syntax", 1],
    ["return 1\ndef task(): pass", "SyntaxError: 'return' outside function", 1],
  ])("P16: is named with cell and line: %j", async (cell, message, line) => {
    expect(await findings(["x = 1", cell])).toMatchObject([{ code: "syntax", message, cell: 1, line }]);
  });

  test("P16: harms no other notebook, however it breaks the parser", async () => {
    const broken = [
      `def task(): return ${"-".repeat(100_000)}1`,
      "def task(): pass\0",
      `def task(): return ${"(".repeat(5000)}`,
    ];
    const asked = [...broken, "def task(): return nowhere"].map((cell, index) => request([cell], {}, `${index}`));
    const found = await check.check(asked);
    expect(found.map(({ key }) => key)).toEqual(["0", "1", "2", "3"]);
    expect(found.at(-1)?.message).toBe("uses `nowhere`, which no cell defines");
  });

  test("P16: is a notebook of another language, and a file that is none", async () => {
    const content = new TextEncoder().encode(notebookOf(["task <- 1"], "R"));
    const found = await check.check([
      { ...request([]), key: "r", content },
      { ...request([]), key: "none", content: new Uint8Array() },
    ]);
    expect(found).toMatchObject([
      { key: "r", code: "notebook-language", message: "model.ipynb is written in r, which no program here runs" },
      { key: "none", code: "notebook-not-json", message: "model.ipynb is no notebook: it is not JSON" },
    ]);
  });
});

/** An interpreter that writes down that it was started, and crashes or hangs at what says so. */
function observedPython(): { readonly python: string; starts(): number } {
  const folder = checkoutOf({ starts: "" });
  const python = join(folder, "python");
  const program = `import ast, os, runpy, sys, time
parse = ast.parse
def watched(source, *rest):
    if "CRASH" in source: os.abort()
    if "HANG" in source: time.sleep(600)
    return parse(source, *rest)
ast.parse = watched
sys.path.insert(0, os.path.dirname(sys.argv[1]))
runpy.run_path(sys.argv[1], run_name="__main__")
`;
  writeFileSync(join(folder, "watched.py"), program);
  writeFileSync(python, `#!/bin/sh\necho x >> ${folder}/starts\nexec python3 ${folder}/watched.py "$@"\n`);
  chmodSync(python, 0o755);
  return { python, starts: () => readFileSync(join(folder, "starts"), "utf8").trim().split("\n").length };
}

describe("P30: one process of Python", () => {
  test("P30: looks at a hundred notebooks", async () => {
    const { python, starts } = observedPython();
    const asked = Array.from({ length: 100 }, (_, index) =>
      request(["def task(a): return b"], { args: { a: 1 } }, `${index}`),
    );
    expect(await makeNotebookCheck({ python }).check(asked)).toHaveLength(100);
    expect(starts()).toBe(1);
  });

  test("P30: that crashes or hangs at a notebook says so of that one, and the others are looked at", async () => {
    const { python } = observedPython();
    const cells = [
      "def task(): return a",
      "CRASH = 1\ndef task(): pass",
      "def task(): return b",
      "HANG = 1\ndef task(): pass",
      "def task(): return c",
    ];
    const asked = cells.map((cell, index) => request([cell], {}, `${index}`));
    const before = performance.now();
    await makeNotebookCheck({ python }).check(asked.slice(0, 1));
    // However long Python takes to begin here.
    const patienceMs = Math.max(2000, 5 * (performance.now() - before));
    const found = await makeNotebookCheck({ python, patienceMs }).check(asked);
    expect(found.map(({ key, severity, code }) => `${key} ${severity} ${code}`)).toEqual([
      "0 error name-undefined",
      "1 warning unchecked",
      "2 error name-undefined",
      "3 warning unchecked",
      "4 error name-undefined",
    ]);
    expect(found[3]?.message).toMatch(/took too long/);
  });

  test("P30: that prints something of its own whenever it starts is understood all the same", async () => {
    const python = join(checkoutOf({}), "python");
    writeFileSync(python, '#!/bin/sh\necho "a notice of this machine"\nexec python3 "$@"\n');
    chmodSync(python, 0o755);
    const found = await makeNotebookCheck({ python }).check([request(["def task(): return a"])]);
    expect(found.map(({ code }) => code)).toEqual(["name-undefined"]);
  });

  test("P30: that is not installed is a warning that says how to install it", async () => {
    const found = await makeNotebookCheck({ python: "no-such-python" }).check([request(["def task(): pass"])]);
    expect(found).toMatchObject([{ severity: "warning", code: "unchecked", hint: /apt-get install python3/ }]);
  });
});

describe("P24: requirements", () => {
  const listOf = (...texts: string[]) =>
    texts.map((text, line) => ({ text, repository: "r", file: "peach.yaml", line }));
  const said = async (...texts: string[]) =>
    (await check.checkRequirements(listOf(...texts))).map(
      ({ code, requirements }) => `${code} ${requirements.map(({ line }) => line)}`,
    );

  const rows: readonly (readonly [string[], string[]])[] = [
    [["tensorflow==2.0.0-alpha0", "orjson==3.3.1", "pyarrow"], []],
    [["a==1", "a==2"], ["requirement-conflict 0,1"]],
    [["Some_Name==1.0", "some-name==1.0.0"], []],
    [["Some_Name==1.0", "other", "some.name[extra]==2"], ["requirement-conflict 0,2"]],
    [["a==1", "a>=2"], ["requirement-conflict 0,1"]],
    [["a>=1,<2", "a~=1.4", "a!=1.5"], []],
    [["a>1.7", "a<1.7.1"], []],
    [["a>=1.20", "a<1.20"], ["requirement-conflict 0,1"]],
    [["a==1.*", "a>=1.9"], []],
    [["a==1.*", "a!=1.*"], ["requirement-conflict 0,1"]],
    [["a==1; python_version < '3'", "a==2"], []],
    [["a==1; python_version >= '3'", "a==2"], ["requirement-conflict 0,1"]],
    [["a>2,<1", "a==1"], ["requirement-impossible 0"]],
    [["a @ https://x.test/a.whl", "a @ https://x.test/b.whl"], ["requirement-conflict 0,1"]],
    [["not a requirement"], ["requirement-invalid 0"]],
    [["npm:ml-matrix@6"], []],
  ];
  const all = once(() => Promise.all(rows.map(([texts]) => said(...texts))));

  test.each(rows.map(([texts, expected], row) => ({ texts, expected, row })))(
    "P24: $texts",
    async ({ row, expected }) => {
      expect((await all())[row]).toEqual(expected);
    },
  );

  test("P24: of all organisations are looked at by one process", async () => {
    const { python, starts } = observedPython();
    const { checkRequirements } = makeNotebookCheck({ python });
    const lists = Array.from({ length: 50 }, (_, index) => listOf("a==1", `a==${index}`));
    const found = await Promise.all(lists.map(checkRequirements));
    expect(found.filter((findings) => findings.length === 0)).toHaveLength(1);
    expect(starts()).toBe(1);
  });

  test("P24: without Python are compared where they are exact, and a warning says so", async () => {
    const { checkRequirements } = makeNotebookCheck({ python: "no-such-python" });
    const found = await checkRequirements(listOf("a==1.0", "A==1.0.0", "b==1", "b==2", "c>=3"));
    expect(found.map(({ severity, code, message }) => `${severity} ${code}: ${message}`)).toEqual([
      "warning unchecked: Requirements were compared without pip: only different exact versions are found",
      "error requirement-conflict: b==1 and b==2 cannot both hold",
    ]);
  });
});
