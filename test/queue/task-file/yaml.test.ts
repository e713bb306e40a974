import { describe, expect, test } from "vitest";
import { problemsOf, read } from "./sample-files.ts";

const yaml = (text: string) => read(text, { format: "yaml" });
const wrong = (text: string) => problemsOf(text, { format: "yaml" });

describe("a YAML task file", () => {
  test("may begin with comments and markers, and have several documents of lists and single entries", async () => {
    const text = `# made by hand
%YAML 1.2
---
# the first
  - task_id: a   # indented
    data:
      list:
      - 1
      - 2
  - task_id: b
    data: {x: no, when: 2024-01-01}
...
---
task_id: c
data:
  text: |
    - task_id: not an entry

    --- no marker
--- # flow
[{task_id: d, data: {}}, {task_id: e,
 data: {}}]
---
`;
    expect(await yaml(text)).toEqual([
      { id: "a", data: { list: [1, 2] }, line: 5 },
      { id: "b", data: { x: "no", when: "2024-01-01" }, line: 10 },
      { id: "c", data: { text: "- task_id: not an entry\n\n--- no marker\n" }, line: 14 },
      { id: "d", data: {}, line: 21 },
      { id: "e", data: {}, line: 21 },
    ]);
  });

  test("keeps anchors from entry to entry within a document", async () => {
    const text = `- task_id: a
  data: &base {band: B04, sizes: &sizes [1, 2]}
- task_id: b
  data: {<<: *base, more: true}
- task_id: c
  data: {sizes: *sizes}
`;
    expect((await yaml(text)).map(({ data }) => data)).toEqual([
      { band: "B04", sizes: [1, 2] },
      { band: "B04", sizes: [1, 2], more: true },
      { sizes: [1, 2] },
    ]);
    expect(await wrong(`${text}---\n- task_id: d\n  data: *base\n`)).toEqual([
      "9 this is not YAML: there is no anchor &base before the alias *base in this document",
    ]);
  });

  test("is refused where its aliases stand for more than memory holds", async () => {
    const levels = Array.from({ length: 9 }, (_, n) => {
      const many = Array(10).fill(n === 0 ? "x" : `*l${n - 1}`);
      return `- task_id: t${n}\n  data: {list: &l${n} [${many.join(", ")}]}`;
    });
    const problems = await wrong(levels.join("\n"));
    expect(problems[0]).toMatch(/^12 this is not YAML: with its aliases written out it holds more than 200000 values/);
    expect(await wrong("- task_id: a\n  data: &a {self: *a}\n")).toEqual([
      expect.stringMatching(/an anchor holds its own alias/),
    ]);
  });

  test("never runs code: a tag is a problem", async () => {
    expect(await wrong("- task_id: a\n  data: {}\n- !!python/object/apply:os.system ['touch /tmp/x']\n")).toEqual([
      "3 found the tag tag:yaml.org,2002:python/object/apply:os.system, expected plain values",
    ]);
    expect(await wrong("%YAML 1.1\n---\n- task_id: a\n  data: {}\n")).toEqual([
      '1 found "%YAML 1.1", expected no directive but %YAML 1.2',
    ]);
  });

  test("tells every entry that is no YAML, by its line", async () => {
    const problems = await wrong(
      "- task_id: a\n  data: {x: 1\n- task_id: b\n  data: {}\n- task_id: 1\n  data: {x: .inf}\n",
    );
    expect(problems[0]).toMatch(/^[23] this is not YAML/);
    expect(problems.slice(-2)).toEqual([
      "5 $.task_id found 1, expected a text of 1 to 256 characters",
      "5 $.data.x found Infinity, expected a number that JSON can hold",
    ]);
  });

  test("has texts as keys, as JSON has", async () => {
    expect(await yaml("- {task_id: a, data: {1: x, true: y, null: z}}\n")).toMatchObject([
      { data: { "1": "x", true: "y", null: "z" } },
    ]);
    expect(await wrong("- task_id: a\n  data:\n    ? [b, c]\n    : d\n")).toEqual([
      expect.stringMatching(/^3 this is not YAML: .*keys must be strings/),
    ]);
  });

  test("of something else is refused", async () => {
    expect(await wrong("tasks:\n- task_id: a\n  data: {}\n")).toEqual([
      '1 found {"tasks":[{"task_id":"a","data":{}}]}, expected a list of entries',
    ]);
  });
});
