/** The notebook that an execution leaves behind. */
import { describe, expect, test } from "vitest";
import type { ExecutionEnd } from "../../src/loop/loop-execution.ts";
import { type ExecutedRun, executedCopy } from "../../src/notebook/executed-copy.ts";
import { readNotebook } from "../../src/notebook/read-notebook.ts";

const NOTEBOOK = {
  nbformat: 4,
  nbformat_minor: 2,
  metadata: { kernelspec: { name: "python3" } },
  cells: [
    { cell_type: "markdown", metadata: {}, source: "# Title" },
    {
      cell_type: "code",
      source: "def task(user): ...",
      outputs: [{ output_type: "stream", name: "stdout", text: "old" }],
    },
    { cell_type: "code", source: "other", outputs: [{ output_type: "stream", name: "stdout", text: "kept" }] },
  ],
};

const SUCCEEDED: ExecutionEnd = {
  outcome: "SUCCEEDED",
  endedAt: "2026-01-01T00:00:02.500Z",
  durationMs: 2500,
  result: { accuracy: 0.5 },
};

const RUN: ExecutedRun = {
  execution: "0198",
  task: "zzebu/train",
  commit: "0123456789abcdef",
  call: { method: "task", args: { user: "it's", nested: { on: true, none: null, list: [1, 2.5, 'say "x"'] } } },
  cells: [1, 3],
  outputs: new Map([
    [1, "loading\n"],
    [3, "training\n"],
  ]),
  end: SUCCEEDED,
};

// biome-ignore lint/suspicious/noExplicitAny: the copy is looked at as what it is, JSON
function copyOf(run: Partial<ExecutedRun> = {}, content: object = NOTEBOOK): any {
  const read = readNotebook(new TextEncoder().encode(JSON.stringify(content)));
  if (read.outcome === "unreadable") throw new Error(read.message);
  return JSON.parse(executedCopy(read.notebook, { ...RUN, ...run }));
}

describe("P8: the executed copy", () => {
  test("P8: shows what the used cells printed, and leaves the others as they were", () => {
    const { cells } = copyOf();
    expect(cells[1]).toMatchObject({
      source: "def task(user): ...",
      execution_count: 1,
      outputs: [{ output_type: "stream", name: "stdout", text: "loading\n" }],
    });
    expect(cells[2].outputs[0].text).toBe("kept");
    expect(cells[2].execution_count).toBe(null);
  });

  test("P25: ends with the call as its author would write it, its output and its result", () => {
    const call = copyOf().cells.at(-1);
    expect(call.source).toBe(`task(user="it's", nested={'on': True, 'none': None, 'list': [1, 2.5, 'say "x"']})`);
    expect(call).toMatchObject({
      execution_count: 2,
      outputs: [
        { output_type: "stream", text: "training\n" },
        { output_type: "execute_result", execution_count: 2, data: { "application/json": { accuracy: 0.5 } } },
      ],
    });
  });

  test("P25: writes arguments whose names are none of Python's as a dictionary", () => {
    const call = { method: "task", args: { "not-a-name": "both ' and \"" } };
    expect(copyOf({ call }).cells.at(-1).source).toBe(`task(**{'not-a-name': "both ' and \\""})`);
  });

  test("P25: calls a function in TypeScript with its arguments by their names", () => {
    const notebook = { ...NOTEBOOK, metadata: { kernelspec: { name: "deno" } } };
    const call = { method: "task", args: { user: "u", top: 2 } };
    expect(copyOf({ call }, notebook).cells.at(-1).source).toBe('await task(/* user: */ "u", /* top: */ 2)');
  });

  test("P10: says which execution it was, of which commit, how it ended and how long it took", () => {
    expect(copyOf().metadata).toEqual({
      kernelspec: { name: "python3" },
      cirrus: {
        execution: "0198",
        task: "zzebu/train",
        commit: "0123456789abcdef",
        outcome: "SUCCEEDED",
        endedAt: "2026-01-01T00:00:02.500Z",
        duration: 2.5,
      },
    });
  });

  test("P11: shows an error where it happened: in a cell that never ended, or in the call", () => {
    const error = { name: "ValueError", message: "no", trace: "Traceback:\nValueError: no" };
    const end: ExecutionEnd = { ...SUCCEEDED, outcome: "FAILED", result: undefined, error };
    const shown = { output_type: "error", ename: "ValueError", evalue: "no", traceback: error.trace.split("\n") };
    expect(copyOf({ end }).cells[3].outputs).toContainEqual(shown);
    expect(copyOf({ end }).cells[1].outputs).not.toContainEqual(shown);
    expect(copyOf({ end, cells: [1] }).cells[1].outputs).toContainEqual(shown);
    expect(copyOf({ end, cells: [1] }).cells[3].outputs).not.toContainEqual(shown);
    expect(copyOf({ end, cells: [] }).cells[3].outputs).toContainEqual(shown);
  });

  test("P11: shows the trace once, which the program has logged too", () => {
    const error = { name: "ValueError", message: "no", trace: "Traceback:\nValueError: no" };
    const end: ExecutionEnd = { ...SUCCEEDED, outcome: "FAILED", result: undefined, error };
    const [printed, shown] = copyOf({ end, outputs: new Map([[3, `before\n${error.trace}\n`]]) }).cells[3].outputs;
    expect(printed).toEqual({ output_type: "stream", name: "stdout", text: "before\n" });
    expect(shown.traceback).toEqual(error.trace.split("\n"));
    expect(copyOf({ end, outputs: new Map([[3, `${error.trace}\n`]]) }).cells[3].outputs).toHaveLength(1);
  });

  test("P12: is nbformat 4.5 whatever the notebook was: each cell has an ID of its own", () => {
    const cells = [
      { cell_type: "code", id: "cirrus-call", source: "a" },
      { cell_type: "code", id: "twice", source: "b" },
      { cell_type: "code", id: "twice", source: "c" },
      { cell_type: "code", id: "not allowed!", source: "d" },
    ];
    const copy = copyOf({ cells: [4] }, { ...NOTEBOOK, cells });
    const ids = copy.cells.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(5);
    expect(ids.slice(0, 2)).toEqual(["cirrus-call", "twice"]);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(copy).toMatchObject({ nbformat: 4, nbformat_minor: 5 });
  });

  test("P12: of a notebook of nbformat 3 has its code where nbformat 4 has it", () => {
    const old = {
      nbformat: 3,
      metadata: {},
      worksheets: [{ cells: [{ cell_type: "code", input: "a = 1", outputs: [] }] }],
    };
    const copy = copyOf({ cells: [0, 1], outputs: new Map([[0, "x"]]) }, old);
    expect(copy.cells[0]).toMatchObject({ source: "a = 1", outputs: [{ text: "x" }] });
    expect(copy.cells).toHaveLength(2);
  });

  test("P11: shows the beginning and the end of what floods it", () => {
    const outputs = new Map([[1, `first\n${"x\n".repeat(1_000_000)}last\n`]]);
    const { text } = copyOf({ outputs }).cells[1].outputs[0];
    expect(text.length).toBeLessThan(300_000);
    expect(text).toMatch(/^first\n.*characters are in the log alone.*last\n$/s);
  });
});
