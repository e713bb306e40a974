import { describe, expect, it } from "vitest";
import type { Json } from "../../src/json.ts";
import { failing, only, outputOf, problemsOf, run, start, task } from "./harness.ts";

const input = {
  name: "Ann",
  n: 7,
  list: [1, 2, 3, 4],
  doubled: [1, 2, 1, { a: 1, b: 2 }, { b: 2, a: 1 }],
  text: '{"a":[1]}',
  obj: { b: 1, a: [true, null] },
  "it's": 1,
};

async function value(expression: string): Promise<Json | undefined> {
  const output = await outputOf(only({ Type: "Pass", Parameters: { "v.$": expression } }), { input });
  return (output as { v?: Json }).v;
}

describe("intrinsic functions", () => {
  it.each<[string, Json]>([
    ["States.Format('Hello {}, {} of {}.', $.name, 3, $.n)", "Hello Ann, 3 of 7."],
    ["States.Format('{}|{}|{}', null, true, $.obj)", 'null|true|{"b":1,"a":[true,null]}'],
    ["States.Format('it\\'s \\{\\} \\\\ {}', $.n)", "it's {} \\ 7"],
    ["States.StringToJson($.text)", { a: [1] }],
    ["States.JsonToString($.obj)", '{"b":1,"a":[true,null]}'],
    ["States.Array()", []],
    ["States.Array($.n, 'x', null, 1.5, -2, States.Array(1))", [7, "x", null, 1.5, -2, [1]]],
    ["States.ArrayPartition($.list, 3)", [[1, 2, 3], [4]]],
    ["States.ArrayContains($.doubled, $.doubled[4])", true],
    ["States.ArrayContains($.list, '1')", false],
    ["States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]],
    ["States.ArrayRange(5, 1, -2)", [5, 3, 1]],
    ["States.ArrayGetItem($.list, 2)", 3],
    ["States.ArrayLength($.list)", 4],
    ["States.ArrayUnique($.doubled)", [1, 2, { a: 1, b: 2 }]],
    ["States.Base64Encode('Düsenjäger')", "RMO8c2VuasOkZ2Vy"],
    ["States.Base64Decode('RMO8c2VuasOkZ2Vy')", "Düsenjäger"],
    ["States.Hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"],
    ["States.Hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["States.Hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["States.JsonMerge($.obj, States.StringToJson($.text), false)", { b: 1, a: [1] }],
    ["States.MathAdd($.n, -10)", -3],
    ["States.StringSplit('This.is+a,test', '.+')", ["This", "is", "a,test"]],
    ["States.StringSplit('a..b.', '.')", ["a", "b"]],
    ["States.ArrayGetItem(States.StringSplit(States.Format('{}/{}', $.name, 'b'), '/'), 0)", "Ann"],
    ["States.Format('{}', $['it\\'s'])", "1"],
    ["States.ArrayLength($.list[?(@ > 1)])", 3],
    ["States.Format('({})', $$.Execution.Name)", "(one)"],
  ])("%s", async (expression, expected) => {
    expect(await value(expression)).toEqual(expected);
  });

  it.each([
    "States.Format('{} {}', 1)",
    "States.StringToJson('{')",
    "States.ArrayPartition($.list, 0)",
    "States.ArrayRange(1, 5, 0)",
    "States.ArrayRange(1, 2000, 1)",
    "States.ArrayGetItem($.list, 4)",
    "States.ArrayLength($.name)",
    "States.Hash('abc', 'CRC')",
    "States.JsonMerge($.obj, $.obj, true)",
    "States.MathAdd(2147483647, 1)",
    "States.MathRandom(5, 5)",
    "States.Format('{}', $.absent)",
  ])("%s fails with States.Runtime, which nothing catches", async (expression) => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "caught" }];
    const t = task("t", { Parameters: { "v.$": expression }, Catch, End: true });
    const definition = { StartAt: "t", States: { t, caught: { Type: "Succeed" } } };
    expect(await run(definition, { input })).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  it("name themselves in the cause", async () => {
    const result = await run(only({ Type: "Pass", Parameters: { "v.$": "States.ArrayGetItem($.list, 9)" } }), {
      input,
    });
    expect("cause" in result && result.cause).toContain("States.ArrayGetItem: No item 9");
  });

  it.each([
    ["States.Nope(1)", "there is no intrinsic function States.Nope"],
    ["States.ArrayLength()", "does not take 0 arguments"],
    ["States.Format('a' 'b')", "expected ','"],
    ["States.Format('a\\n')", "single quotes"],
    ["States.UUID() x", "expected the end"],
    ["States.Format($.a", "expected"],
    [`${"States.Array(".repeat(11)}${")".repeat(11)}`, "nest 10 deep"],
  ])("%s is refused before anything runs", (expression, message) => {
    const [problem] = problemsOf(only({ Type: "Pass", Parameters: { deep: [{ "v.$": expression }] } }));
    expect(problem).toMatchObject({ code: "bad-template", path: "$.States.only.Parameters.deep[0]['v.$']" });
    expect(problem?.message).toContain(message);
  });
});

describe("chance", () => {
  const Parameters = { "a.$": "States.UUID()", "b.$": "States.UUID()", "n.$": "States.MathRandom(1, 4)" };

  it("gives UUIDs of version 4 that differ within a state, and numbers from the start up to before the end", async () => {
    const { a, b, n } = (await outputOf(only({ Type: "Pass", Parameters }))) as Record<string, Json>;
    expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(a).not.toBe(b);
    expect([1, 2, 3]).toContain(n);
  });

  it("repeats itself with a seed", async () => {
    expect(await value("States.MathRandom(0, 1000000, 42)")).toBe(await value("States.MathRandom(0, 1000000, 42)"));
  });

  it("differs from attempt to attempt and from visit to visit", async () => {
    const t = task("t", {
      Parameters: { "id.$": "States.UUID()" },
      Retry: [{ ErrorEquals: ["States.ALL"] }],
      Next: "u",
    });
    const u = task("t", { Parameters: { "id.$": "States.UUID()" }, End: true });
    const { result, calls } = start({ StartAt: "t", States: { t, u } }, { tasks: { t: failing(1) } });
    await result;
    const ids = calls.map((call) => (call.input as { id: string }).id);
    expect(new Set(ids).size).toBe(3);
  });
});
