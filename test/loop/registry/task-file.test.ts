import { describe, expect, test } from "vitest";
import type { Problem } from "../../../src/errors.ts";
import { readTaskFile } from "../../../src/loop/registry/task-file.ts";

const FILE = "peach.conf/a.yaml";

function read(yaml: string | Uint8Array) {
  return readTaskFile(typeof yaml === "string" ? Buffer.from(yaml) : yaml, FILE, "/repository");
}

/** A file with one task, whose lines are given. */
function task(...lines: readonly string[]) {
  return read(["codops: debr", "tasks:", "  train:", ...lines.map((line) => `    ${line}`)].join("\n"));
}

const notebook = ["notebook: a.ipynb", "method: run"];

function shown({ code, line, column, path, hint }: Problem) {
  return { code, at: `${line}:${column}`, path, hint };
}

describe("what a task says", () => {
  test("P3: without loop it runs in the loop of its organisation", () => {
    expect(task(...notebook).tasks[0]?.loop).toBe("debr");
    expect(task(...notebook, "loop: debr").tasks[0]?.loop).toBe("debr");
  });

  test("P3: a loop is the organisation's own or metadata, and no other", () => {
    const { tasks, problems } = task(...notebook, "loop: metdata");
    expect(tasks).toEqual([]);
    expect(problems.map(shown)).toEqual([
      {
        code: "unknown-loop",
        at: "6:11",
        path: "$.tasks.train.loop",
        hint: "Did you mean metadata? Without loop a task runs in its organisation's.",
      },
    ]);
  });

  test("P5: it has an hour, and five minutes in the metadata loop; it may ask for less there and not for more", () => {
    expect(task(...notebook).tasks[0]?.settings.timeoutSeconds).toBe(3600);
    expect(task(...notebook, "loop: metadata").tasks[0]?.settings.timeoutSeconds).toBe(300);
    expect(task(...notebook, "cirrus: {timeout: 2h}").tasks[0]?.settings.timeoutSeconds).toBe(7200);
    expect(task(...notebook, "loop: metadata", "cirrus: {timeout: 90s}").tasks[0]?.settings.timeoutSeconds).toBe(90);
    const more = task(...notebook, "loop: metadata", "cirrus: {timeout: 6m}");
    expect(more.tasks).toEqual([]);
    expect(more.problems[0]?.message).toMatch(/6m is more than the 5m that a task of the metadata loop has/);
    expect(task(...notebook, "cirrus: {timeout: 25h}").problems[0]?.message).toMatch(/from 1s to 1d/);
  });

  test.each([
    ["./notebooks//a.ipynb", "notebooks/a.ipynb"],
    ["a.ipynb", "a.ipynb"],
    ["nöte books/ä.ipynb", "nöte books/ä.ipynb"],
  ])("P12: the notebook's path %s is relative to the repository's root", (written, path) => {
    const { tasks, problems } = task(`notebook: ${written}`, "method: run");
    expect(problems).toEqual([]);
    expect(tasks[0]?.work).toMatchObject({ notebook: path });
  });

  test.each([
    "/etc/x.ipynb",
    "../x.ipynb",
    "a/../../x.ipynb",
    "~/x.ipynb",
    "C:\\x.ipynb",
    "file:///x",
    ".",
    ".git/config",
  ])("P12: a path that leads out of the repository is refused: %s", (written) => {
    const { tasks, problems } = task(`notebook: '${written}'`, "method: run");
    expect(tasks).toEqual([]);
    expect(problems.map(shown)).toEqual([
      { code: "bad-value", at: "4:15", path: "$.tasks.train.notebook", hint: undefined },
    ]);
  });

  test("P13: method names a function, and cannot be left out", () => {
    expect(task(...notebook).tasks[0]?.work).toMatchObject({ method: "run" });
    expect(task("notebook: a.ipynb").problems[0]).toMatchObject({ code: "missing-key", path: "$.tasks.train.method" });
    expect(task("notebook: a.ipynb", "method: run()").problems[0]?.message).toMatch(/without parentheses/);
  });

  test("P15: full_notebook takes the whole notebook", () => {
    expect(task(...notebook, "full_notebook: true").tasks[0]?.work).toMatchObject({ fullNotebook: true });
    expect(task(...notebook, "full_notebook: 'yes'").problems[0]?.message).toMatch(/expected true or false/);
  });

  test("P27: the executor may be python or node or left out; Spark is told what to do", () => {
    for (const executor of ["python", "node"]) expect(task(...notebook, `executor: ${executor}`).problems).toEqual([]);
    expect(task(...notebook, "executor: spark").problems[0]?.message).toMatch(/For Spark use python, with pyspark/);
    expect(task(...notebook, "executor: spark").tasks).toEqual([]);
  });

  test("P25: args are a map; nothing behind the colon are no arguments", () => {
    expect(task(...notebook, "args:").tasks[0]?.args).toEqual({});
    expect(task(...notebook, "args: [1]").problems[0]).toMatchObject({ code: "bad-value", line: 6, column: 11 });
    const typed = task(
      ...notebook,
      'args: {a: yes, b: "12", c: null, d: 1e3, e: 2024-01-01, f: 0x10, g: true, h: 012}',
    );
    expect(typed.tasks[0]?.args).toStrictEqual({
      a: "yes",
      b: "12",
      c: null,
      d: 1000,
      e: "2024-01-01",
      f: 16,
      g: true,
      h: 12,
    });
  });

  test("P25: a number whose last digits would be lost is pointed out, and infinity refused", () => {
    const { tasks, problems } = task(...notebook, "args: {ids: [1, 12345678901234567891]}");
    expect(tasks).toHaveLength(1);
    expect(problems).toMatchObject([
      { severity: "warning", code: "inexact-number", path: "$.tasks.train.args.ids[1]", line: 6, column: 21 },
    ]);
    expect(task(...notebook, "args: {a: .inf}").problems[0]).toMatchObject({ code: "not-json" });
  });
});

describe("our own settings", () => {
  test("are read with their units", () => {
    const { tasks, problems } = task(
      ...notebook,
      "cirrus:",
      "  every: 30m",
      "  memory: 2GB",
      "  retry: {attempts: 2, delay: 30s}",
      "  priority: 5",
      "  pin: 3f2a9c1",
    );
    expect(problems).toEqual([]);
    expect(tasks[0]?.settings).toEqual({
      everyMs: 1_800_000,
      timeoutSeconds: 3600,
      memoryBytes: 2 * 2 ** 30,
      retry: { attempts: 2, delaySeconds: 30 },
      priority: 5,
      pin: "3f2a9c1",
    });
    expect(task(...notebook, "cirrus: {retry: 3}").tasks[0]?.settings.retry).toEqual({ attempts: 3, delaySeconds: 0 });
    expect(task(...notebook, "cirrus:").problems).toEqual([]);
  });

  test("can be a schedule with its time zone", () => {
    const { tasks, problems } = task(...notebook, 'cirrus: {cron: "0 6 * * 1-5", timezone: Europe/Zurich}');
    expect(problems).toEqual([]);
    expect(tasks[0]?.settings.cron).toEqual({ expression: "0 6 * * 1-5", timezone: "Europe/Zurich" });
    expect(task(...notebook, 'cirrus: {cron: "@daily"}').tasks[0]?.settings.cron?.timezone).toBe("Etc/UTC");
  });

  test.each([
    ['cron: "0 6 * *"', /five fields .* and not 4/],
    ['cron: "0 0 30 2 *"', /never comes/],
    ['cron: "99 * * * *"', /cron: /],
    ["cron: '0 6 * * *', every: 5m", /exclude each other/],
    ["timezone: Europe/Zurich", /belongs to cron/],
    ["cron: '0 6 * * *', timezone: Europe/Zürich", /no time zone Europe\/Zürich. Did you mean Europe\/Zurich\?/],
    ["every: 5 parsecs", /such as 90s, 30m, 6h or 1d/],
    ["every: 0", /from 1s/],
    ["memory: 2", /with its unit/],
    ["memory: 1MB", /from 64MB/],
    ["retry: 11", /^cirrus\.retry: expected a whole number from 0 to 10/],
    ["retry: -1", /^cirrus\.retry: expected a whole number from 0 to 10/],
    ["retry: often", /such as { attempts: 2, delay: 30s }/],
    ["retry: {attempts: 11}", /^cirrus\.retry\.attempts: expected a whole number from 0 to 10/],
    ["cron: 6", /five fields in quotes/],
    ["retry: {attempts: 1, delay: 1h}", /from 0s to 5m/],
    ["priority: high", /whole number from -100 to 100/],
    ["pin: 1234567", /digits only stands in quotes/],
    ["pin: --all", /expected a commit/],
  ])("say what is wrong with %s", (settings, message) => {
    const { tasks, problems } = task(...notebook, `cirrus: {${settings}}`);
    expect(tasks).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ severity: "error", line: 6, codops: "debr", task: "train" });
    expect(problems[0]?.message).toMatch(message);
  });

  test("are a map", () => {
    expect(task(...notebook, "cirrus: every 5 minutes").problems[0]?.message).toBe(
      "cirrus: expected a map of settings, such as { every: 30m }",
    );
  });

  test("P30: all that is wrong with a task is said at once", () => {
    const settings = "cirrus: {cron: 61 * * * *, timezone: Europe/Zurch, memory: lots, retry: 99, evry: 3m}";
    const { problems } = task(...notebook, "loop: metdata", "executor: sparc", settings);
    expect(problems.map(({ path }) => path?.replace("$.tasks.train.", ""))).toEqual([
      "loop",
      "executor",
      "cirrus.cron",
      "cirrus.timezone",
      "cirrus.memory",
      "cirrus.retry",
      "cirrus.evry",
    ]);
  });
});

describe("a file", () => {
  test("P20: has a codops, and it is a text that no other meaning has", () => {
    expect(read("tasks: {}").problems[0]).toMatchObject({ code: "missing-key", path: "$.codops" });
    expect(read("codops: 12\ntasks: {}").problems[0]?.message).toMatch(/stands in quotes/);
    expect(read("codops: metadata\ntasks: {}").problems[0]?.message).toMatch(/loop that all organisations share/);
    expect(read("codops: ../x\ntasks: {}").problems[0]).toMatchObject({ code: "bad-value" });
  });

  test("P21: has a map of tasks", () => {
    expect(read("codops: debr").problems[0]).toMatchObject({ code: "missing-key", message: "tasks is missing" });
    expect(read("codops: debr\ntasks: [a]").problems[0]).toMatchObject({ code: "bad-value", path: "$.tasks" });
    expect(read("codops: debr\ntasks:\n  a: x.ipynb").problems[0]).toMatchObject({ code: "bad-value", task: "a" });
    expect(read("codops: debr\ntasks:\n  a/b: {notebook: x, method: y}").problems[0]).toMatchObject({
      code: "bad-name",
    });
    expect(read("codops: debr\ntasks:").problems).toEqual([]);
  });

  test("P22: may hold dependencies alone, for all tasks of the organisation", () => {
    const { problems, requirements } = read("codops: debr\ndependencies:\n  - numpy\n  - npm:ml-matrix@6\n");
    expect(problems).toEqual([]);
    expect(requirements.map(({ text, line }) => [text, line])).toEqual([
      ["numpy", 3],
      ["npm:ml-matrix@6", 4],
    ]);
  });

  const HYPHENS = "Write one requirement an entry, each behind a hyphen; or give the task another name.";

  test("P23: dependencies under tasks are a list; a task cannot have that name", () => {
    const { tasks, problems } = read("codops: debr\ntasks:\n  dependencies: {notebook: a.ipynb, method: run}");
    expect(tasks).toEqual([]);
    expect(problems.map(shown)).toEqual([
      { code: "reserved-name", at: "3:3", path: "$.tasks.dependencies", hint: HYPHENS },
    ]);
  });

  test("P24: requirements of both lists are taken together, and each one that is none says why", () => {
    const { requirements, problems, tasks } = read(
      [
        "codops: debr",
        "dependencies: [orjson=3.3.1, {pyarrow: 1.0}, -r x.txt, numpy]",
        "tasks:",
        "  dependencies: [./wheel.whl]",
        "  a: {notebook: a.ipynb, method: run}",
      ].join("\n"),
    );
    expect([requirements, tasks]).toEqual([[], []]);
    expect(problems.map(({ line, column, message, hint }) => [`${line}:${column}`, message, hint])).toEqual([
      ["2:16", '"orjson=3.3.1" has one = only', "Write orjson==3.3.1."],
      ["2:30", "A requirement is a text", "Write pyarrow==1."],
      ["2:46", '"-r x.txt" is an option of pip', expect.stringMatching(/Only requirements/)],
      ["4:18", '"./wheel.whl" is a path', expect.stringMatching(/name a package/)],
    ]);
  });

  test("P30: reports everything at once, each problem with its line, column, path and a hint", () => {
    const { tasks, problems } = read(
      [
        "codops: debr",
        "task: {}",
        "tasks:",
        "  a: {notbook: a.ipynb, method: run}",
        "  b: {notebook: b.ipynb, method: run, cirrus: {evry: 5m}}",
        "  c: {notebook: c.ipynb, method: 5}",
      ].join("\n"),
    );
    expect(tasks).toEqual([]);
    expect(problems.map(shown)).toEqual([
      { code: "unknown-key", at: "2:1", path: "$.task", hint: "Did you mean tasks?" },
      { code: "missing-key", at: "4:6", path: "$.tasks.a.notebook", hint: undefined },
      { code: "unknown-key", at: "4:7", path: "$.tasks.a.notbook", hint: "Did you mean notebook?" },
      { code: "unknown-key", at: "5:48", path: "$.tasks.b.cirrus.evry", hint: "Did you mean every?" },
      { code: "bad-value", at: "6:34", path: "$.tasks.c.method", hint: undefined },
    ]);
  });

  test("P30: a task that is wrong keeps no other from running, but is declared", () => {
    const { tasks, declared } = read(
      "codops: debr\ntasks:\n  good: {notebook: a.ipynb, method: run}\n  bad: {notebook: a.ipynb}\n",
    );
    expect(tasks.map(({ name }) => name)).toEqual(["good"]);
    expect(declared.map(({ name, line }) => [name, line])).toEqual([
      ["good", 3],
      ["bad", 4],
    ]);
  });

  test("P30: the same name twice in one file is an error of the file", () => {
    const twice = "codops: debr\ntasks:\n  a: {notebook: a.ipynb, method: x}\n  a: {notebook: b.ipynb, method: x}\n";
    expect(read(twice).tasks).toEqual([]);
    expect(read(twice).problems[0]).toMatchObject({ code: "duplicate-key", line: 4, codops: "debr" });
  });

  test.each([
    ["no YAML", "codops: [", "yaml"],
    ["two documents", "codops: a\n---\ncodops: b\n", "yaml"],
    ["a list", "- codops", "not-a-map"],
    ["nothing", "", "not-a-map"],
    ["a tag of CloudFormation's", "codops: a\ntasks:\n  x: {notebook: !Ref a, method: y}", "unknown-tag"],
    ["what is no UTF-8", Uint8Array.of(99, 0xff, 0xfe), "not-utf-8"],
    ["more than a mebibyte", `codops: a\n#${"x".repeat(2 ** 20)}`, "too-large"],
  ])("P19: that holds %s is refused whole", (_, content, code) => {
    const { tasks, problems } = read(content);
    expect(tasks).toEqual([]);
    expect(problems[0]).toMatchObject({ severity: "error", code, file: FILE });
  });

  test("may hold endpoints, which are left out with a warning", () => {
    const { tasks, problems } = read(
      "codops: debr\nendpoints: {e: {url: x}}\ntasks:\n  a: {notebook: a.ipynb, method: run}\n",
    );
    expect(tasks).toHaveLength(1);
    expect(problems.map(({ severity, code }) => [severity, code])).toEqual([["warning", "endpoints-ignored"]]);
  });

  test("uses anchors and merge keys, as tasks have much in common", () => {
    const { tasks, problems } = read(
      [
        "codops: debr",
        "tasks:",
        "  a: &shared",
        "    notebook: a.ipynb",
        "    method: run",
        "  b:",
        "    <<: *shared",
        "    args: {x: 1}",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(tasks.map(({ name, args }) => [name, args])).toEqual([
      ["a", {}],
      ["b", { x: 1 }],
    ]);
  });
});

describe("a task or workflow of the project", () => {
  test("can stand in a loop, with a payload", () => {
    const { tasks, problems } = read(
      [
        "codops: debr",
        "tasks:",
        "  a: {task: publish, args: {x: 1}}",
        "  b: {task: publish, payload: ./p.json, loop: metadata}",
        "  c: {workflow: mirror, payload: p.json, args: {publish: {x: 1}}}",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(tasks.map(({ work }) => work)).toEqual([
      { kind: "task", name: "publish" },
      { kind: "task", name: "publish", payload: "p.json" },
      { kind: "workflow", name: "mirror", payload: "p.json" },
    ]);
  });

  test("says what it lacks", () => {
    expect(task("workflow: mirror").problems[0]).toMatchObject({ path: "$.tasks.train.payload" });
    expect(task("workflow: m", "payload: p.json", "args: {publish: 3}").problems[0]?.path).toBe(
      "$.tasks.train.args.publish",
    );
    expect(task("task: publish", "method: run").problems[0]).toMatchObject({ code: "unknown-key" });
  });
});
