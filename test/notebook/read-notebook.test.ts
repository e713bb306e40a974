/** Notebooks as different versions of Jupyter and other kernels write them. */
import { describe, expect, test } from "vitest";
import { NOTEBOOK_LIMIT_BYTES, readNotebook } from "../../src/notebook/read-notebook.ts";

function read(content: unknown) {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return readNotebook(new TextEncoder().encode(text));
}

function notebookIn(content: unknown) {
  const read_ = read(content);
  if (read_.outcome === "unreadable") throw new Error(read_.message);
  return read_.notebook;
}

function v4(source: unknown, metadata: unknown = {}) {
  return { nbformat: 4, nbformat_minor: 5, metadata, cells: [{ cell_type: "code", source }] };
}

describe("P12: a notebook", () => {
  test("P12: is read whether its source is a text or a list of lines", () => {
    expect(notebookIn(v4("a = 1\nb = 2")).cells).toEqual([{ index: 0, source: "a = 1\nb = 2" }]);
    expect(notebookIn(v4(["a = 1\n", "b = 2"])).cells).toEqual([{ index: 0, source: "a = 1\nb = 2" }]);
  });

  test("P12: numbers its code cells among all its cells", () => {
    const cells = [
      { cell_type: "markdown", source: "# Title" },
      { cell_type: "code", source: "a = 1" },
      { cell_type: "raw", source: "raw" },
      { cell_type: "of the future", source: "?" },
      { cell_type: "code", source: "b = 2" },
    ];
    const notebook = notebookIn({ nbformat: 4, nbformat_minor: 0, cells });
    expect(notebook.cells.map(({ index }) => index)).toEqual([1, 4]);
    expect(notebook.cellCount).toBe(5);
  });

  test("P12: of nbformat 3 is read with its code, its headings and its outputs", () => {
    const cells = [
      { cell_type: "heading", level: 2, source: ["Train"] },
      {
        cell_type: "code",
        language: "python",
        input: ["def task():\n", "    return 1"],
        prompt_number: 7,
        outputs: [
          { output_type: "stream", stream: "stderr", text: "careful" },
          { output_type: "pyout", prompt_number: 7, text: "1", html: "<b>1</b>" },
          { output_type: "pyerr", ename: "E", evalue: "v", traceback: ["t"] },
          { output_type: "display_data", png: "aGk=" },
        ],
      },
    ];
    const notebook = notebookIn({ nbformat: 3, nbformat_minor: 0, metadata: { name: "" }, worksheets: [{ cells }] });
    expect(notebook.language).toBe("python");
    expect(notebook.cells).toEqual([{ index: 1, source: "def task():\n    return 1" }]);
    expect(notebook.raw).toMatchObject({
      nbformat: 4,
      cells: [
        { cell_type: "markdown", source: "## Train" },
        {
          execution_count: 7,
          outputs: [
            { output_type: "stream", name: "stderr", text: "careful" },
            { output_type: "execute_result", data: { "text/plain": "1", "text/html": "<b>1</b>" } },
            { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
            { output_type: "display_data", data: { "image/png": "aGk=" } },
          ],
        },
      ],
    });
  });

  test.each([
    [{}, "python"],
    [{ language_info: { name: "Python" } }, "python"],
    [{ kernelspec: { name: "python3" } }, "python"],
    [{ kernelspec: { name: "conda-env", language: "python" } }, "python"],
    [{ kernelspec: { name: "deno" } }, "typescript"],
    [{ kernelspec: { name: "tslab" }, language_info: { name: "typescript" } }, "typescript"],
    [{ kernelspec: { name: "jslab" } }, "javascript"],
    [{ language_info: { name: "R" } }, "r"],
  ])("P16: says its language: %j", (metadata, language) => {
    expect(notebookIn(v4("", metadata)).language).toBe(language);
  });

  test("P12: with line ends of Windows and a byte order mark is read as any other", () => {
    expect(notebookIn(`\u{feff}${JSON.stringify(v4("a = 1\r\nb = 2"))}`).cells[0]?.source).toBe("a = 1\nb = 2");
  });
});

describe("P12: what is no notebook", () => {
  test.each([
    ["not json", "notebook-not-json", undefined],
    ["", "notebook-not-json", /empty/],
    ["version https://git-lfs.github.com/spec/v1\noid sha256:1", "notebook-not-json", /Git LFS/],
    ['{\n<<<<<<< HEAD\n "a": 1\n', "notebook-not-json", /merge/],
    ["[]", "notebook-invalid", undefined],
    ["{}", "notebook-invalid", undefined],
    ['{"nbformat": 2}', "notebook-invalid", /Jupyter/],
    ['{"nbformat": 5, "cells": []}', "notebook-invalid", undefined],
    ['{"nbformat": 4}', "notebook-invalid", undefined],
    ['{"nbformat": 3}', "notebook-invalid", undefined],
  ])("P12: is told from one: %s", (text, code, hint) => {
    const outcome = read(text);
    expect(outcome).toMatchObject({ outcome: "unreadable", code });
    if (hint !== undefined) expect(outcome).toHaveProperty("hint", expect.stringMatching(hint));
  });

  test("P12: is refused beyond 100 MB before it is read", () => {
    const outcome = readNotebook(new Uint8Array(NOTEBOOK_LIMIT_BYTES + 1));
    expect(outcome).toMatchObject({ outcome: "unreadable", code: "notebook-too-large", message: /limit is 100 MB/ });
  });
});
