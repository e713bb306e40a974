// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts hold the project's own variables
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Problem } from "../../src/errors.ts";
import { readYaml } from "../../src/yaml/read-yaml.ts";
import { show, writeFolder, yaml } from "../project/project-folder.ts";

function parse(text: string) {
  const problems: Problem[] = [];
  const file = join(writeFolder({ "file.yml": text }), "file.yml");
  const read = readYaml(file, "file.yml", (problem) => problems.push(problem));
  return { value: read?.value, locate: read?.locate, problems: show(problems) };
}

describe("CloudFormation's short tags", () => {
  test("become their long forms, nested ones too", () => {
    const { value, problems } = parse(yaml`
      ref: !Ref Bucket
      dotted: !GetAtt Bucket.Arn
      attribute: !GetAtt Database.Endpoint.Address
      list: !GetAtt [Bucket, Arn]
      sub: !Sub '\${AWS::Region}-x'
      subList: !Sub ['\${Name}', {Name: !Ref Bucket}]
      join: !Join ['', ['arn:', !Ref Bucket]]
      choice: !If [IsProduction, !Select [0, !Split [',', 'a,b']], !Ref 'AWS::NoValue']
      not: !Not [!Equals [!Ref Stage, prod]]
      both: !And [!Condition IsProduction, !Or [!Condition A, !Condition B]]
      map: !FindInMap [Map, !Ref 'AWS::Region', Key]
      import: !ImportValue Shared
      base: !Base64 text
      cidr: !Cidr [10.0.0.0/16, 4, 8]
      zones: !GetAZs ''
      macro: !Transform {Name: 'AWS::Include', Parameters: {Location: here}}
    `);
    expect(problems).toEqual([]);
    expect(value).toEqual({
      ref: { Ref: "Bucket" },
      dotted: { "Fn::GetAtt": ["Bucket", "Arn"] },
      attribute: { "Fn::GetAtt": ["Database", "Endpoint.Address"] },
      list: { "Fn::GetAtt": ["Bucket", "Arn"] },
      sub: { "Fn::Sub": "${AWS::Region}-x" },
      subList: { "Fn::Sub": ["${Name}", { Name: { Ref: "Bucket" } }] },
      join: { "Fn::Join": ["", ["arn:", { Ref: "Bucket" }]] },
      choice: {
        "Fn::If": ["IsProduction", { "Fn::Select": [0, { "Fn::Split": [",", "a,b"] }] }, { Ref: "AWS::NoValue" }],
      },
      not: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "Stage" }, "prod"] }] },
      both: { "Fn::And": [{ Condition: "IsProduction" }, { "Fn::Or": [{ Condition: "A" }, { Condition: "B" }] }] },
      map: { "Fn::FindInMap": ["Map", { Ref: "AWS::Region" }, "Key"] },
      import: { "Fn::ImportValue": "Shared" },
      base: { "Fn::Base64": "text" },
      cidr: { "Fn::Cidr": ["10.0.0.0/16", 4, 8] },
      zones: { "Fn::GetAZs": "" },
      macro: { "Fn::Transform": { Name: "AWS::Include", Parameters: { Location: "here" } } },
    });
  });

  test("an unknown tag is a problem at its place, with the nearest one", () => {
    expect(parse("a: 1\nb: !GetAt publish.Arn\n").problems).toEqual([
      "file.yml:2:11 unknown-tag: Unknown tag !GetAt [Did you mean !GetAtt?]",
    ]);
  });

  test("a reference of the wrong shape is a problem at its place", () => {
    expect(parse("a: !GetAtt publish\nb: !Ref [x]\nc: !Sub {a: b}\n").problems).toEqual([
      "file.yml:1:12 bad-reference: !GetAtt takes Name.Attribute or a list of both",
      "file.yml:2:9 bad-reference: !Ref takes one name",
      "file.yml:3:9 bad-reference: !Sub takes a text, or a list of a text and a map of variables",
    ]);
  });
});

describe("safety", () => {
  test("a key given twice is a problem at the second, which names the first", () => {
    expect(parse("a: 1\nb: {a: 2}\na: 3\n").problems).toEqual([
      "file.yml:3:1 duplicate-key: a stands here for the second time: the first is in line 1 [Leave one of them out, or give it another name.]",
    ]);
  });

  test.each([
    ["a tab", "a:\n\tb: 1\n", "file.yml:2:1 yaml: Tabs are not allowed as indentation [Indent with spaces.]"],
    [
      "a second document",
      "a: 1\n---\nb: 2\n",
      "file.yml:2:1 yaml: A second document begins here [Give it a file of its own.]",
    ],
    ["a colon without a space", "a:x\nb: 1\n", /^file\.yml:1:1 .* \[Behind a key stand a colon and a space\./],
    ["a text with a colon", "a: b: c\n", /^file\.yml:1:4 .* \[A text with a colon and a space in it stands in quotes/],
    [
      "a line that is indented too little",
      "a:\n    b: 1\n  c: 2\n  d: 3\n  e: 4\n",
      "file.yml:3:1 yaml: All mapping items must start at the same column [Check the indentation of this line and the one above, and that every bracket is closed.]",
    ],
    ["a line that is indented too far", "a: 1\n  b: 2\nc: 3\n", /^file\.yml:1:4 .*check the indentation of this line/],
    ["keys further left than the first", "  a: 1\nb: 2\nc: 3\n", /^file\.yml:2:1 .*\[Check the indentation of this/],
    ["an entry without its dash", "a:\n  - b: 1\n   c: 2\n  - d: 3\n", /^file\.yml:3:1 .* of a list a dash/],
    ["a quote in quotes", "a: 'it's'\nb: 1\n", /^file\.yml:1:8 .* a quote within '…' is written twice/],
    [
      "an alias of nothing",
      "a: *x\n",
      /^file\.yml:1:4 unknown-alias: \*x stands for nothing: .* stands in quotes\.\]$/,
    ],
  ])("says what to do about %s", (_, text, expected) => {
    const [problem, ...more] = parse(text).problems;
    expect(more).toEqual([]);
    expect(problem).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
  });

  test("of a file that is no YAML only what is first is said, and not a key that stands there twice", () => {
    const { problems } = parse("a: 1\na: 2\n  b: 3\nc: 4\nd: e: f\n\tg: 5\n");
    expect(problems).toEqual([expect.stringMatching(/^file\.yml:2:4 yaml: /)]);
  });

  test("a key __proto__ is refused and changes no object", () => {
    const { value, problems } = parse("a: {}\n__proto__: {polluted: true}\n");
    expect(problems).toEqual(["file.yml:2:1 bad-key: __proto__ is not allowed as a key"]);
    expect(value).toEqual({ a: {} });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("aliases that multiply stop at a limit", () => {
    const levels = Array.from(
      { length: 20 },
      (_, i) => `l${i}: &l${i} [${Array(10).fill(i === 0 ? "x" : `*l${i - 1}`)}]`,
    );
    expect(parse(levels.join("\n")).problems).toEqual([
      expect.stringMatching(/^file\.yml:\d+:\d+ too-many-aliases: \*l0 is used more than 100 times$/),
    ]);
  });

  test("an alias that holds itself stops at the limit of depth", () => {
    expect(parse("a: &a [*a]\n").problems.join()).toMatch(/too-deep|yaml/);
  });

  test("nesting beyond the limit is a problem, not a crash", () => {
    expect(parse("[".repeat(70) + "]".repeat(70)).problems).toEqual([
      "file.yml:1:66 too-deep: The file is nested more than 64 levels deep",
    ]);
    expect(parse("[".repeat(100_000)).problems.length).toBeGreaterThan(0);
  });

  test("a file above 1 MiB is not read", () => {
    const { value, problems } = parse(`a: "${"x".repeat(2 ** 20)}"`);
    expect(value).toBeUndefined();
    expect(problems).toEqual(["file.yml too-large: file.yml has 1048581 bytes; 1048576 are allowed"]);
  });

  test("what JSON cannot hold is a problem", () => {
    expect(parse("a: .inf\n? [b]\n: 1\n").problems).toEqual([
      "file.yml:1:4 not-json: Infinity is no JSON value",
      "file.yml:2:3 bad-key: A key must be a plain word, not a list or a map",
    ]);
  });

  test("a merge key without a value merges nothing", () => {
    for (const text of ["{<<", "{<<}", "{<<: [], a: 1, <<}", "{a: {<<}}", "<<:"]) {
      expect(() => parse(text).locate?.(["a", "b"])).not.toThrow();
    }
    expect(parse("{a: {<<}, b}")).toMatchObject({ value: { a: {}, b: null }, problems: [] });
  });

  test("any text gives a value or problems, and never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."{}[]:,-&*!<>|'\"# \n\tabR01") }), (text) => void parse(text)),
    );
  });
});

describe("values and places", () => {
  test("merge keys give way to the map's own keys and to earlier merges", () => {
    const { value, locate } = parse(yaml`
      retry: &retry {IntervalSeconds: 1, MaxAttempts: 5}
      other: &other {MaxAttempts: 9, BackoffRate: 2}
      one: {<<: *retry, MaxAttempts: 2}
      two: {<<: [*retry, *other]}
    `);
    expect(value).toMatchObject({
      one: { IntervalSeconds: 1, MaxAttempts: 2 },
      two: { IntervalSeconds: 1, MaxAttempts: 5, BackoffRate: 2 },
    });
    expect(locate?.(["two", "BackoffRate"])).toEqual({ line: 2, column: 45 });
  });

  test("a date stays a text, True is true, and a quoted number stays a text", () => {
    expect(parse("v: 2012-10-17\nend: True\nn: '1234'\nyes: yes\n").value).toEqual({
      v: "2012-10-17",
      end: true,
      n: "1234",
      yes: "yes",
    });
  });

  test("a path leads to its value or its key, through aliases and lists, and else to the nearest value around it", () => {
    const { locate } = parse(yaml`
      a: &a
        - x: 1
        - y: 2
      b: *a
    `);
    expect(locate?.(["a", 1, "y"])).toEqual({ line: 3, column: 8 });
    expect(locate?.(["a", 1, "y"], "key")).toEqual({ line: 3, column: 5 });
    expect(locate?.(["b", 0, "x"])).toEqual({ line: 2, column: 8 });
    expect(locate?.(["a", 7, "z"])).toEqual({ line: 2, column: 3 });
  });
});
