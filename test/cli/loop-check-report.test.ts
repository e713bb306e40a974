/** What a check tells: problems with their places, and what would run in which order. */
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { planOf, refuseNothing, reportCheck } from "../../src/cli/loop/check-report.ts";
import type { Io } from "../../src/cli/terminal/io.ts";
import { CirrusError, EXIT } from "../../src/errors.ts";
import { limitsText, scheduleText, workText } from "../../src/loop/look/describe-task.ts";
import { type LoopTask, taskKey } from "../../src/loop/loop-task.ts";
import type { Registration, RegistrationProblem } from "../../src/loop/registration.ts";
import { loopTask } from "./loop-folder.ts";

const SETTINGS = loopTask("a/b").settings;

function captured(): { readonly io: Io; readonly written: { stdout: string; stderr: string } } {
  const written = { stdout: "", stderr: "" };
  const output = (name: keyof typeof written) => ({
    write(text: string) {
      written[name] += text;
    },
  });
  const [stdout, stderr] = [output("stdout"), output("stderr")];
  const stdin = Readable.from([]);
  return { written, io: { stdin, stdout, stderr, cwd: "/home/ada", env: {}, signal: new AbortController().signal } };
}

function registration(tasks: readonly LoopTask[], problems: readonly RegistrationProblem[] = []): Registration {
  const repository = { repository: "/home/ada/notebooks", branch: "worktree", commit: "worktree", notebookCommits: {} };
  return { id: "1", readAt: "", repositories: [repository], tasks, dependencies: {}, problems };
}

const problem = (severity: "error" | "warning", message: string): RegistrationProblem => ({
  severity,
  code: "code",
  message,
  file: "peach.conf/a.yaml",
  line: 4,
  column: 7,
  hint: "Do otherwise.",
  repository: "/home/ada/notebooks",
});

describe("the order of turns", () => {
  const orderOf = (...tasks: LoopTask[]) => planOf(tasks).map(({ turn, task }) => `${turn} ${taskKey(task)}`);

  test("P3: loops by organisation; in them higher priorities first, then as the files have them", () => {
    const urgent = loopTask("zzebu/urgent", { settings: { ...SETTINGS, priority: 5 } });
    const order = orderOf(loopTask("zzebu/b"), loopTask("zzebu/a"), urgent, loopTask("debr/z"));
    expect(order).toEqual(["1 debr/z", "1 zzebu/urgent", "2 zzebu/b", "3 zzebu/a"]);
  });

  test("P4: in the metadata loop, which comes last, organisations take turns", () => {
    const metadata = (key: string) => loopTask(key, { loop: "metadata" });
    const order = orderOf(metadata("zzebu/a"), metadata("zzebu/b"), metadata("debr/c"), loopTask("zzebu/own"));
    expect(order).toEqual(["1 zzebu/own", "1 debr/c", "2 zzebu/a", "3 zzebu/b"]);
  });
});

describe("the report", () => {
  test("tasks with what runs and when, errors before warnings with their places from here, and a verdict", () => {
    const { io, written } = captured();
    const found = registration([loopTask("zzebu/a")], [problem("warning", "Odd."), problem("error", "Wrong.")]);
    expect(reportCheck(io, found, { format: "table", strict: false })).toBe(EXIT.config);
    expect(written.stdout).toBe(`loop   turn  task     runs         when             limits
zzebu     1  zzebu/a  a.ipynb run  every iteration  at most 1h

errors
  notebooks/peach.conf/a.yaml:4:7: Wrong.
    Do otherwise.

warnings
  notebooks/peach.conf/a.yaml:4:7: Odd.
    Do otherwise.
`);
    expect(written.stderr).toBe("✗ 1 error, 1 warning; 1 task in 1 loop would run.\n");
  });

  test("P14: what tasks have in common in their notebook stands there once, with the cell, the line and their names", () => {
    const inCell = (task: string, line: number) => ({
      ...problem("error", "uses `helper`, defined in cell 0"),
      file: "nb/a.ipynb",
      line: undefined,
      column: undefined,
      path: "$.cells[2].source[4]",
      codops: "zzebu",
      task,
      registered: { file: "peach.yaml", line },
    });
    const whole = { ...inCell("e", 9), path: undefined, message: "nb/a.ipynb is no notebook", hint: undefined };
    const { io, written } = captured();
    const problems = [inCell("a", 3), inCell("b", 4), inCell("c", 5), inCell("d", 6), whole];
    reportCheck(io, registration([], problems), { format: "table", strict: false });
    expect(written.stdout).toContain(`errors
  notebooks/nb/a.ipynb[cell 2]:5: zzebu/a (notebooks/peach.yaml:3), zzebu/b (notebooks/peach.yaml:4) and 2 more: uses \`helper\`, defined in cell 0
    Do otherwise.
  notebooks/nb/a.ipynb: zzebu/e (notebooks/peach.yaml:9): is no notebook
`);
    expect(written.stderr).toContain("✗ 2 errors");
  });

  test("with warnings alone it is good, unless they are errors", () => {
    const found = registration([loopTask("zzebu/a")], [problem("warning", "Odd.")]);
    expect(reportCheck(captured().io, found, { format: "table", strict: false })).toBe(EXIT.ok);
    const { io, written } = captured();
    expect(reportCheck(io, found, { format: "table", strict: true })).toBe(EXIT.config);
    expect(written.stderr).toBe("✗ 1 warning; 1 task in 1 loop would run.\n");
  });

  test("as JSON it is whole, and nothing else is said", () => {
    const { io, written } = captured();
    expect(reportCheck(io, registration([loopTask("zzebu/a")]), { format: "json", strict: false })).toBe(EXIT.ok);
    expect(written.stderr).toBe("");
    expect(JSON.parse(written.stdout)).toMatchObject({
      schemaVersion: 1,
      problems: [],
      turns: [{ loop: "zzebu", turn: 1, task: { codops: "zzebu", name: "a", args: {} } }],
    });
  });

  test("where nothing is registered the smallest example is shown", () => {
    const nothing = { ...problem("error", "There is nothing"), code: "nothing-registered" };
    const refused = () => refuseNothing(registration([], [nothing]));
    expect(refused).toThrow(CirrusError);
    expect(refused).toThrow("There is nothing: /home/ada/notebooks");
    expect(() => refuseNothing(registration([], [problem("error", "Wrong.")]))).not.toThrow();
  });
});

test("a task in few words", () => {
  const { work } = loopTask("a/b", {
    work: { kind: "notebook", notebook: "x.ipynb", method: "run", fullNotebook: true },
  });
  expect(workText(work)).toBe("x.ipynb run (full notebook)");
  expect(workText({ kind: "workflow", name: "mirror", payload: "p.json" })).toBe("workflow mirror p.json");
  expect(scheduleText({ everyMs: 1_800_000 })).toBe("every 30m");
  expect(scheduleText({ cron: { expression: "0 6 * * *", timezone: "UTC" } })).toBe("0 6 * * * (UTC)");
  const settings = { ...SETTINGS, memoryBytes: 3 * 2 ** 29, retry: { attempts: 1, delaySeconds: 0 }, priority: 5 };
  expect(limitsText({ ...settings, pin: "3f2a9c1e48c5ab10c5ab103f2a9c1e48c5ab103f" })).toBe(
    "at most 1h, 1.5 GB, tried again once, priority 5, pinned to 3f2a9c1e",
  );
});
