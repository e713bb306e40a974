/** Executions of functions of Python notebooks: real processes of Python. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NotRunnable, notebookProgram } from "../../../src/notebook/notebook-program.ts";
import { checkoutOf, notebookOf, runCells } from "../notebooks.ts";

describe("P13: the entry function", () => {
  test("P14: is called with the cell that holds it, and nothing of another cell runs", async () => {
    const cells = [
      "raise SystemError('never')",
      "def helper(x):\n    return x + 1\n\ndef task():\n    return helper(1)",
      "%%bash\nls",
    ];
    const ran = await runCells(cells);
    expect(ran.end.result).toBe(2);
    expect(ran.messages).toEqual([{ cell: 1 }, { cell: 3 }, { result: 2 }]);
    expect(ran.code).toBe(0);
  });

  test("P15: is called after all cells of a full notebook ran in their order", async () => {
    const cells = ["print('one')\nn = 1", "def task():\n    return n", "print('three')\nn += 1"];
    const ran = await runCells(cells, { full: true });
    expect(ran.stdout).toBe("one\nthree\n");
    expect(ran.messages).toEqual([{ cell: 0 }, { cell: 1 }, { cell: 2 }, { cell: 3 }, { result: 2 }]);
  });

  test("P16: is the last one of two", async () => {
    expect((await runCells(["def task(): return 1", "def task(): return 2"])).end.result).toBe(2);
  });

  test("P16: is awaited where it is asynchronous, as is what cells await at their top", async () => {
    const cells = [
      "import asyncio\nx = await asyncio.sleep(0, 20)",
      "async def task():\n    asyncio.create_task(asyncio.sleep(600))\n    return x + await asyncio.sleep(0, 1)",
    ];
    expect((await runCells(cells, { full: true })).end.result).toBe(21);
  });

  test("P16: may choose its event loop by a policy, or start one itself", async () => {
    const policy =
      "import asyncio\nclass Policy(asyncio.DefaultEventLoopPolicy):\n    pass\nasyncio.set_event_loop_policy(Policy())\n";
    expect((await runCells([`${policy}async def task(): return 1`])).end.result).toBe(1);
    expect((await runCells(["import asyncio\ndef task(): return asyncio.run(asyncio.sleep(0, 2))"])).end.result).toBe(
      2,
    );
  });

  test("P16: that yields is run to its end, and what it yields is the result", async () => {
    expect((await runCells(["def task():\n    yield 1\n    print('on')\n    yield 2"])).end.result).toEqual([1, 2]);
    expect((await runCells(["async def task():\n    for i in range(2):\n        yield i"])).end.result).toEqual([0, 1]);
  });

  test("P16: that is none is refused, and that is missing in this version too", async () => {
    const soon = await runCells(["import os\ntask = os.sep"]);
    expect(soon.end.error).toMatchObject({ name: "NotRunnable", message: "`task` is no function but of type str." });
    const missing = await runCells(["def other(): pass"]);
    expect(missing.end.error?.message).toBe("`task` is defined in no code cell. There are: `other` in cell 0.");
    expect(missing.code).toBe(1);
  });
});

describe("P25: arguments", () => {
  test("P25: are given by name with the types of YAML", async () => {
    const args = {
      user: "f57246b6-1848-4b1a-a8a2-d8469a050025",
      item_id: 35421,
      message: "used for testing only",
      my_dict: { item1: "message", second_dict: { sub_item1: 8734, sub_item2: ["test", 23.45, null, true] } },
    };
    const cell =
      "def task(**given):\n    print({name: type(value).__name__ for name, value in given.items()})\n    return given";
    const ran = await runCells([cell], { args });
    expect(ran.end.result).toEqual(args);
    expect(ran.stdout).toBe("{'user': 'str', 'item_id': 'int', 'message': 'str', 'my_dict': 'dict'}\n");
  });

  test("P26: of one task are not those of another of the same function", async () => {
    const cells = ["def task(user='nobody'): return user"];
    expect((await runCells(cells, { args: { user: "u" } })).end.result).toBe("u");
    expect((await runCells(cells)).end.result).toBe("nobody");
  });

  test("P25: that do not fit are told before anything runs", async () => {
    const ran = await runCells(["print('ran')\ndef task(user): pass"], { args: { bogus: 1 } });
    expect(ran.end.error).toMatchObject({
      name: "NotRunnable",
      message: "args do not fit task(user): `user` is missing, `bogus` is unexpected.",
      trace: /File "notebooks\/model.ipynb\[cell 0\]", line 2\n {4}def task\(user\): pass/,
    });
    expect(ran.stdout).toBe("");
  });

  test("P25: are compared with the signature of what a decorator made, before the call", async () => {
    const cell =
      "import functools\ndef logged(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        print('called')\n        return f(*a, **k)\n    return inner\n@logged\ndef task(a): pass";
    const ran = await runCells([cell], { args: { b: 1 } });
    expect(ran.end.error?.message).toBe("args do not fit task(a): `a` is missing, `b` is unexpected.");
    expect(ran.stdout).toBe("");
  });
});

describe("P16: magics", () => {
  test("P16: without a meaning are left out with a note, and the values of timed expressions stay", async () => {
    const cell =
      "%%time\n%matplotlib inline\nx = %time len('abc')\ndef task():\n    %time y = [1,\n      x]\n    return y";
    const ran = await runCells([cell]);
    expect(ran.end.result).toEqual([1, 3]);
    expect(ran.messages.slice(0, 4)).toEqual([
      { note: "cell 0, line 1: `%%time` has no meaning here and was left out" },
      { note: "cell 0, line 2: `%matplotlib inline` has no meaning here and was left out" },
      { note: "cell 0, line 3: `%time` has no meaning here and was left out" },
      { note: "cell 0, line 5: `%time` has no meaning here and was left out" },
    ]);
  });

  test("P16: of other kinds are refused with their cell and line, and nothing runs", async () => {
    const ran = await runCells(["print('ran')\n!rm -rf /tmp/none\ndef task(): pass"]);
    expect(ran.end.error?.trace).toContain('File "notebooks/model.ipynb[cell 0]", line 2\n    !rm -rf /tmp/none');
    expect(ran.stdout).toBe("");
  });

  test("P16: are never seen in strings, whatever these hold", async () => {
    const line = fc.oneof(
      fc.constantFrom("%time x", "!ls", "?x", "x?", "%%bash", "# '", "a = %time b", "(", "\\\\"),
      fc.string(),
    );
    const texts = fc.array(fc.array(line, { maxLength: 4 }), { minLength: 20, maxLength: 60 });
    const property = fc.asyncProperty(texts, async (lines) => {
      const wanted = lines.map((each) => each.join("\n").replaceAll(/["\\\r\p{Cc}]/gu, (c) => (c === "\n" ? c : "_")));
      const written = wanted.map((text) => `texts.append("""${text}\n""")`).join("\n");
      const ran = await runCells([`%matplotlib inline\ntexts = []\n${written}\ndef task(): return texts`]);
      expect(ran.end.result).toEqual(wanted.map((text) => `${text}\n`));
    });
    await fc.assert(property, { numRuns: 3 });
  });
});

describe("P11: what goes wrong", () => {
  test("P11: is told with notebook, cell and line, without the frames of the runner", async () => {
    const cell =
      "import json\ndef parse(text):\n    return json.loads(text)\ndef task():\n    try:\n        parse('{')\n    except ValueError as error:\n        raise KeyError('wrong') from error";
    const { end, stderr, code } = await runCells(["", cell]);
    expect(code).toBe(1);
    expect(end.error).toMatchObject({ name: "KeyError", message: "'wrong'" });
    expect(end.error?.trace).toContain(
      'File "notebooks/model.ipynb[cell 1]", line 3, in parse\n    return json.loads(text)',
    );
    expect(end.error?.trace).toContain("direct cause of the following exception");
    expect(end.error?.trace).not.toMatch(/run\.py|cirrus_notebook/);
    expect(stderr).toBe(`${end.error?.trace}\n`);
  });

  test("P11: in a module of the repository is told with its path there", async () => {
    const files = { "notebooks/near.py": "def fail():\n    raise ValueError('near')\n" };
    const { end } = await runCells(["import near\ndef task(): near.fail()"], { files });
    expect(end.error?.trace).toContain('  File "notebooks/near.py", line 2, in fail\n');
  });

  test("P11: in an asynchronous function is told from the function on", async () => {
    const { end } = await runCells(["async def task():\n    1 / 0"]);
    expect(end.error?.trace).toMatch(
      /^Traceback \(most recent call last\):\n {2}File "notebooks\/model.ipynb\[cell 0\]", line 2, in task/,
    );
  });

  test("P11: in the text of a cell is told before anything runs", async () => {
    const ran = await runCells(["print('ran')", "def task(: pass"], { full: true });
    expect(ran.end.error).toMatchObject({ name: "NotRunnable", message: "SyntaxError: invalid syntax." });
    expect(ran.end.error?.trace).toContain('File "notebooks/model.ipynb[cell 1]", line 1\n    def task(: pass');
    expect(ran.stdout).toBe("");
  });

  test("P11: is cut to what a record can hold", async () => {
    const { end } = await runCells(["def task():\n    raise ValueError('x' * 1_000_000 + 'end')"]);
    expect(end.error?.message.length).toBeLessThan(5000);
    expect(end.error?.trace?.length).toBeLessThan(40_000);
    expect(end.error?.message).toMatch(/end$/);
  });

  test("P11: is an exit with another number than 0; one with 0 is none", async () => {
    expect((await runCells(["import sys\ndef task(): sys.exit(3)"])).end.error).toMatchObject({
      name: "Exited",
      message: "The task called sys.exit(3)",
    });
    expect((await runCells(["import sys\ndef task(): sys.exit('no data')"])).end.error?.message).toBe("no data");
    expect((await runCells(["import sys\ndef task(): sys.exit(0)"])).end).toEqual({ result: null });
    const gone = await runCells(["import os\ndef task(): os._exit(7)"]);
    expect(gone.end).toEqual({});
    expect(gone.code).toBe(7);
  });

  test("P5: is the end of its time: it may clean up, and its trace tells where it was", async () => {
    // Printed by another thread once this one sleeps: the signal comes then, and not while it prints.
    const cell = [
      "import sys, threading, time",
      "main = threading.get_ident()",
      "def say_up():",
      "    while sys._current_frames()[main].f_lineno != 9: time.sleep(0.01)",
      "    print('up')",
      "def task():",
      "    threading.Thread(target=say_up).start()",
      "    try:",
      "        time.sleep(600)",
      "    finally:",
      "        print('cleaned')",
    ].join("\n");
    const ran = await runCells([cell], { signalAfter: { text: "up", signal: "SIGTERM" } });
    expect(ran.stdout).toBe("up\ncleaned\n");
    expect(ran.end.error?.name).toBe("Terminated");
    expect(ran.end.error?.trace).toContain('[cell 0]", line 9, in task\n    time.sleep(600)\nTerminated:');
  });
});

describe("P5: what waits when its time ends", () => {
  test("P5: may clean up too, and its trace tells what it waited for", async () => {
    const cell = [
      "import asyncio",
      "async def fetch():",
      "    asyncio.get_running_loop().call_soon(print, 'up')",
      "    await asyncio.sleep(600)",
      "async def task():",
      "    try:",
      "        await fetch()",
      "    finally:",
      "        print('cleaned')",
    ].join("\n");
    const ran = await runCells([cell], { signalAfter: { text: "up", signal: "SIGTERM" } });
    expect(ran.stdout).toBe("up\ncleaned\n");
    expect(ran.end.error?.name).toBe("Terminated");
    expect(ran.end.error?.trace).toContain('[cell 0]", line 4, in fetch\n    await asyncio.sleep(600)');
  });

  test("P11: is told of a task that has closed its streams", async () => {
    const ran = await runCells(["import sys\ndef task():\n    sys.stderr.close()\n    sys.stdout = None\n    1 / 0"]);
    expect(ran.end.error?.name).toBe("ZeroDivisionError");
  });
});

describe("P11: the log", () => {
  test("P11: is what is printed, whatever the terminal's encoding and whatever the text", async () => {
    const ran = await runCells([
      "import sys\ndef task():\n    print('é \\udc80')\n    print('!', file=sys.stderr)\n    sys.stdout.buffer.write(b'\\xff')",
    ]);
    expect(ran.stdout).toBe("é \\udc80\n\u{fffd}");
    expect(ran.stderr).toBe("!\n");
  });

  test("P11: never mixes with the channel, which no process of the task has", async () => {
    const cell = [
      "import os, subprocess",
      "def task():",
      "    first = os.open('/dev/null', os.O_RDONLY)",
      "    count = \"import os; print(sum('socket' in os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if int(n) > 2 and os.path.exists(f'/proc/self/fd/{n}')))\"",
      "    started = subprocess.run(['python3', '-c', count], close_fds=False, capture_output=True, text=True).stdout",
      "    child = os.fork()",
      "    if child == 0:",
      "        return 'of the copy'",
      "    return [first, int(started), os.waitpid(child, 0)[1]]",
    ].join("\n");
    const ran = await runCells([cell]);
    expect(ran.messages.slice(2)).toEqual([{ result: [3, 0, 0] }]);
  });
});

describe("P13: a notebook as a module", () => {
  test("P13: does not run what it guards as its own trial, and knows its file", async () => {
    const cell = "if __name__ == '__main__':\n    raise SystemError('trial')\ndef task(): return __name__, __file__";
    const { end } = await runCells([cell]);
    expect(end.result).toEqual(["model_ipynb", expect.stringMatching(/notebooks\/model\.ipynb$/)]);
  });

  test("P12: is run in the checkout, and imports what lies beside it first", async () => {
    const files = {
      "notebooks/near.py": "WHERE = 'notebook'",
      "near.py": "WHERE = 'root'",
      "far.py": "WHERE = 'root'",
      "data.txt": "d",
    };
    const cell =
      "import near, far, sys\ndef task(): return near.WHERE, far.WHERE, open('data.txt').read(), sys.argv[0][-11:]";
    expect((await runCells([cell], { files })).end.result).toEqual(["notebook", "root", "d", "model.ipynb"]);
  });

  test("P12: leaves nothing in the checkout", async () => {
    const files = { "notebooks/near.py": "A = 1" };
    const cell = "import near, os\ndef task(): return sorted(os.listdir('notebooks'))";
    expect((await runCells([cell], { files })).end.result).toEqual(["model.ipynb", "near.py"]);
  });

  test("P13: can be pickled, inspected and used by processes that begin afresh", async () => {
    const cell = [
      "import inspect, multiprocessing, pickle",
      "class Point:",
      "    def __init__(self, x):",
      "        self.x = x",
      "def double(point):",
      "    return Point(point.x * 2)",
      "def task():",
      "    results = [pickle.loads(pickle.dumps(Point(1))).x, inspect.getsource(double).count('return')]",
      "    for method in ('spawn', 'forkserver', 'fork'):",
      "        with multiprocessing.get_context(method).Pool(1) as pool:",
      "            results += [point.x for point in pool.map(double, [Point(1)])]",
      "    return results",
    ].join("\n");
    expect((await runCells([cell])).end.result).toEqual([1, 1, 2, 2, 2]);
  });

  test("P13: is found by processes that are given no main module, as those of joblib", async () => {
    const cell = [
      "import json, pickle, subprocess, sys",
      "class Point:",
      "    x = 3",
      "def task():",
      "    there = 'import json, pickle, sys; path, sent = sys.argv[1:]; sys.path[:] = json.loads(path); print(pickle.loads(bytes.fromhex(sent)).x)'",
      "    command = [sys.executable, '-c', there, json.dumps(sys.path), pickle.dumps(Point()).hex()]",
      "    return int(subprocess.run(command, check=True, capture_output=True).stdout)",
    ].join("\n");
    expect((await runCells([cell])).end.result).toBe(3);
  });

  test("P13: has what was pickled in a notebook's kernel, where it was called `__main__`", async () => {
    const cell =
      "import pickle\nclass Point: pass\ndef task(name):\n    return pickle.loads(f'c__main__\\n{name}\\n.'.encode()) is Point";
    expect((await runCells([cell], { args: { name: "Point" } })).end.result).toBe(true);
    const { end } = await runCells([cell], { args: { name: "Gone" } });
    expect(end.error).toMatchObject({ name: "AttributeError", message: expect.stringContaining("Gone") });
  });

  test("P13: ends with its function, whatever threads it has left, after what it registered for its end", async () => {
    const cell =
      "import atexit, threading, time\natexit.register(print, 'bye')\ndef task():\n    threading.Thread(target=time.sleep, args=(600,)).start()";
    const ran = await runCells([cell]);
    expect(ran.end).toEqual({ result: null });
    expect(ran.stdout).toBe("bye\n");
  });

  test("P13: shows what it displays as text", async () => {
    expect((await runCells(["def task(): display([1], 'a')"])).stdout).toBe("[1]\n'a'\n");
  });
});

describe("P10: the result", () => {
  test("P10: is JSON as one would write it by hand", async () => {
    const cell = [
      "import collections, dataclasses, datetime, decimal, enum, pathlib, uuid, array",
      "Pair = collections.namedtuple('Pair', 'a b')",
      "class Color(enum.Enum):",
      "    RED = 'red'",
      "@dataclasses.dataclass",
      "class Model:",
      "    name: str",
      "    at: datetime.datetime",
      "def task():",
      "    return {",
      "        'model': Model('m', datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)), 'pair': Pair(1, (2, {3})),",
      "        'day': datetime.date(2026, 1, 2), 'money': decimal.Decimal('1.10'), 'path': pathlib.Path('a/b'),",
      "        'id': uuid.UUID(int=1), 'color': Color.RED, 'took': datetime.timedelta(minutes=1), 1: array.array('d', [0.5]),",
      "    }",
    ].join("\n");
    expect((await runCells([cell])).end).toEqual({
      result: {
        model: { name: "m", at: "2026-01-02T00:00:00+00:00" },
        pair: { a: 1, b: [2, [3]] },
        day: "2026-01-02",
        money: "1.10",
        path: "a/b",
        id: "00000000-0000-0000-0000-000000000001",
        color: "red",
        took: 60,
        1: [0.5],
      },
    });
  });

  test.each([
    [
      "{'a': [float('nan'), float('inf')]}",
      { a: [null, null] },
      "values of the result that were NaN, infinite or missing became null: 2",
    ],
    ["2 ** 60", "1152921504606846976", "numbers of the result beyond 2^53 became text: 1"],
    [
      "{'a': [1, object()]}",
      null,
      'ResultNotJson: result["a"][1] is of type object, which JSON cannot hold. It was left out.',
    ],
    ["b'bytes'", null, "ResultNotJson: result is of type bytes, which JSON cannot hold. It was left out."],
    ["{(1, 2): 3}", null, "ResultNotJson: result has a key of type tuple, which JSON cannot hold. It was left out."],
    ["(lambda a: a.append(a) or a)([])", null, "ResultNotJson: result[0] holds itself. It was left out."],
    ["'é' * 140000", null, "ResultNotJson: the result is larger than 256 KiB. It was left out."],
    ["list(range(10 ** 6))", null, "ResultNotJson: the result is larger than 256 KiB. It was left out."],
  ])("P10: tells what it has lost: %s", async (expression, result, warning) => {
    const ran = await runCells([`def task(): return ${expression}`]);
    expect(ran.end).toEqual({ result, warning });
    expect(ran.code).toBe(0);
  });

  test("P10: of tables and arrays is known by what they can do", async () => {
    const cell = [
      "class DataFrame:",
      "    columns = ['a']",
      "    def to_dict(self, orient): return [{'a': 1}] if orient == 'records' else None",
      "class Scalar:",
      "    def tolist(self): return 1.5",
      "class Huge:",
      "    size = 10 ** 9",
      "    def tolist(self): raise MemoryError",
      "def task(huge=False): return Huge() if huge else [DataFrame(), Scalar()]",
    ].join("\n");
    expect((await runCells([cell])).end.result).toEqual([[{ a: 1 }], 1.5]);
    expect((await runCells([cell], { args: { huge: true } })).end.result).toBe(null);
  });
});

describe("P12: a program of a notebook", () => {
  const environment = { python: "/opt/environment/bin/python" };
  const call = { path: "a/model.ipynb", method: "task", fullNotebook: false, args: { a: 1 } };

  test("P12: is the environment's Python, told which notebook of the checkout", () => {
    const checkout = checkoutOf({ "a/model.ipynb": notebookOf(["def task(): pass"]) });
    const { command, assignment } = notebookProgram(call, checkout, environment);
    expect(command[0]).toBe("/opt/environment/bin/python");
    expect(readFileSync(command[1] ?? "", "utf8")).toContain("Runs the entry function of a notebook");
    expect(assignment).toEqual({
      checkout,
      notebook: "a/model.ipynb",
      method: "task",
      full: false,
      args: { a: 1 },
      cells: [{ index: 0, source: "def task(): pass" }],
      callCell: 1,
    });
  });

  test("P12: is there only where a notebook is that can run", () => {
    const checkout = checkoutOf({ "r.ipynb": notebookOf(["1"], "R"), "broken.ipynb": "{" });
    const start = (path: string) => () => notebookProgram({ ...call, path }, checkout, environment);
    expect(start("none.ipynb")).toThrow("There is no notebook none.ipynb in this version");
    expect(start("broken.ipynb")).toThrow("broken.ipynb is no notebook: it is not JSON");
    expect(start("r.ipynb")).toThrow("r.ipynb is written in r, which no program here runs");
    expect(start(join("..", "none.ipynb"))).toThrow(NotRunnable);
  });
});
