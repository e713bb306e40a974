import { describe, expect, it } from "vitest";
import { parseMachine } from "../../src/asl/machine.ts";
import { only, problemsOf, task } from "./harness.ts";

/** The problems as `code path`, and the hints. */
function codesOf(definition: unknown): string[] {
  return problemsOf(definition).map(({ code, path }) => `${code} ${path}`);
}

function states(all: Readonly<Record<string, unknown>>, StartAt = Object.keys(all)[0]): unknown {
  return { StartAt, States: all };
}

const done = { Type: "Succeed" };

describe("a definition", () => {
  it("is kept as it was written when nothing is wrong with it", () => {
    const definition = states({ done });
    const parsed = parseMachine(definition);
    expect("machine" in parsed && parsed.machine.definition).toBe(definition);
  });

  it("of a batch group, as workflows are written, has no problems", () => {
    const retry = (seconds: number) => [
      {
        ErrorEquals: ["Lambda.TooManyRequestsException", "Lambda.Unknown"],
        IntervalSeconds: seconds,
        MaxDelaySeconds: 86_400,
        BackoffRate: 2.0,
        MaxAttempts: 20,
        JitterStrategy: "FULL",
      },
    ];
    const lambda = "arn:aws:lambda:us-west-2:123456789012:function:pre-batch";
    const toPost = [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "post-batch" }];
    const toFailure = [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "failure" }];
    const batch = task("arn:aws:states:::batch:submitJob.sync", {
      Parameters: { JobName: "job", JobQueue: "queue", JobDefinition: "def", Parameters: { "url.$": "$.url" } },
      Next: "post-batch",
      Catch: toPost,
    });
    const branch = states({
      "pre-batch": task(lambda, { Next: "batch-task", Retry: retry(10) }),
      "batch-task": batch,
      "post-batch": task(lambda, { End: true, Retry: retry(10) }),
    });
    const group = { Type: "Parallel", Branches: [branch], OutputPath: "$[0]", Retry: retry(1200), Catch: toFailure };
    const definition = states({
      "batch-or-lambda": {
        Type: "Choice",
        Choices: [
          { Variable: "$.process[0].tasks.t.batch", IsPresent: false, Next: "publish" },
          { Variable: "$.process[0].tasks.t.batch", BooleanEquals: true, Next: "batch-group" },
        ],
        Default: "publish",
      },
      "batch-group": { ...group, Next: "publish" },
      publish: task(lambda, { End: true, Catch: toFailure }),
      failure: { Type: "Fail", ErrorPath: "$.error.Error", CausePath: "$.error.Cause" },
    });
    expect(problemsOf(definition)).toEqual([]);
  });

  it("reports everything that is wrong with it at once, with the file", () => {
    const definition = states({ a: { Type: "Tsak", Next: "b" }, b: { Type: "Wait", Next: "c", Sceonds: 1 } });
    const parsed = parseMachine(definition, { file: "workflows/x/definition.yml" });
    const problems = "problems" in parsed ? parsed.problems : [];
    expect(problems).toContainEqual({
      code: "unknown-type",
      file: "workflows/x/definition.yml",
      path: "$.States.a.Type",
      message: "There is no state of type Tsak.",
      hint: "Did you mean Task?",
    });
    expect(problems).toContainEqual(
      expect.objectContaining({ path: "$.States.b.Sceonds", hint: "Did you mean Seconds?" }),
    );
    expect(problems.length).toBeGreaterThan(3);
  });

  it.each<[string, unknown, string[]]>([
    ["that is no object", [], ["wrong-type $"]],
    ["without StartAt and States", {}, ["missing-field $", "missing-field $"]],
    ["without a state", states({}, "a"), ["wrong-type $.States"]],
    ["that starts nowhere", states({ done }, "gone"), ["unknown-state $.StartAt"]],
    ["with an unknown field", { ...(states({ done }) as object), Timeout: 5 }, ["unknown-field $.Timeout"]],
    [
      "with a timeout of the wrong type",
      { ...(states({ done }) as object), TimeoutSeconds: "5" },
      ["wrong-type $.TimeoutSeconds"],
    ],
    ["with a version of its own", { ...(states({ done }) as object), Version: "2.0" }, ["not-supported $.Version"]],
    ["with a state that is no object", states({ done: 5 }), ["wrong-type $.States.done"]],
    ["with a state without a type", states({ done: {} }), ["missing-field $.States.done"]],
    ["with a name of 81 characters", states({ ["x".repeat(81)]: done }), [`bad-name $.States.${"x".repeat(81)}`]],
  ])("%s is refused", (_what, definition, expected) => {
    expect(codesOf(definition)).toEqual(expected);
  });
});

describe("transitions", () => {
  const pass = (fields: Readonly<Record<string, unknown>>) => ({ Type: "Pass", ...fields });

  it("need Next or End, and not both", () => {
    expect(codesOf(states({ a: pass({}) }))).toEqual(["no-next $.States.a"]);
    expect(codesOf(states({ a: pass({ End: false }) }))).toEqual(["no-next $.States.a"]);
    expect(codesOf(states({ a: pass({ Next: "b", End: true }), b: done }))).toEqual(["next-and-end $.States.a.End"]);
    expect(codesOf(states({ a: { ...done, End: true } }))).toEqual(["unknown-field $.States.a.End"]);
  });

  it("lead to states of the same scope, wherever they stand", () => {
    const definition = states({
      choose: {
        Type: "Choice",
        Choices: [{ Variable: "$.x", IsNull: true, Next: "gone1" }],
        Default: "gone2",
      },
      t: task("t", { Next: "gone3", Catch: [{ ErrorEquals: ["States.ALL"], Next: "gone4" }] }),
    });
    expect(codesOf(definition)).toEqual([
      "unknown-state $.States.choose.Choices[0].Next",
      "unknown-state $.States.choose.Default",
      "unknown-state $.States.t.Next",
      "unknown-state $.States.t.Catch[0].Next",
      "unreachable-state $.States.t",
    ]);
    const inner = states({ b: pass({ Next: "outer" }) });
    const nested = states({ p: { Type: "Parallel", Branches: [inner], Next: "outer" }, outer: done });
    expect(codesOf(nested)).toEqual(["unknown-state $.States.p.Branches[0].States.b.Next"]);
  });

  it("name the state that was probably meant", () => {
    const [problem] = problemsOf(states({ a: pass({ Next: "publsh" }), publish: done }));
    expect(problem).toMatchObject({ message: "There is no state publsh here.", hint: "Did you mean publish?" });
  });

  it("reach every state, even those that only reach each other", () => {
    const island = { b: pass({ Next: "c" }), c: pass({ Next: "b" }) };
    expect(codesOf(states({ a: done, ...island }))).toEqual([
      "unreachable-state $.States.b",
      "unreachable-state $.States.c",
    ]);
  });

  it("cannot tell two states of one name apart, whatever branches they stand in", () => {
    const definition = states({
      p: { Type: "Parallel", Branches: [states({ a: done }), states({ a: done })], End: true },
    });
    const [problem] = problemsOf(definition);
    expect(problem).toMatchObject({ code: "duplicate-state", path: "$.States.p.Branches[1].States.a" });
    expect(problem?.message).toContain("$.States.p.Branches[0].States.a");
  });
});

describe("fields", () => {
  it.each<[Record<string, unknown>, string]>([
    [task("t", { Resource: 5 }), "wrong-type Resource"],
    [{ Type: "Task" }, "missing-field"],
    [task("t", { InputPath: "a.b" }), "bad-path InputPath"],
    [task("t", { OutputPath: "$.[" }), "bad-path OutputPath"],
    [task("t", { ResultPath: "$.a[*]" }), "bad-path ResultPath"],
    [task("t", { ResultPath: "$$.a" }), "bad-path ResultPath"],
    [task("t", { Parameters: "$.a" }), "wrong-type Parameters"],
    [task("t", { Parameters: { "a.$": "a.b" } }), "bad-template Parameters['a.$']"],
    [task("t", { Parameters: { "a.$": 5 } }), "bad-template Parameters['a.$']"],
    [task("t", { Parameters: { a: 1, "a.$": "$.b" } }), "bad-template Parameters['a.$']"],
    [task("t", { ResultSelector: { x: [{ "a.$": "States.Nope()" }] } }), "bad-template ResultSelector.x[0]['a.$']"],
    [task("t", { TimeoutSeconds: 0 }), "wrong-type TimeoutSeconds"],
    [task("t", { TimeoutSeconds: 5, TimeoutSecondsPath: "$.t" }), "conflicting-fields TimeoutSecondsPath"],
    [task("t", { TimeoutSeconds: 5, HeartbeatSeconds: 5 }), "bad-timeout HeartbeatSeconds"],
    [{ Type: "Pass", ResultSelector: {} }, "unknown-field ResultSelector"],
    [{ Type: "Wait" }, "missing-field"],
    [{ Type: "Wait", Seconds: 1, Timestamp: "2030-01-01T00:00:00Z" }, "conflicting-fields Timestamp"],
    [{ Type: "Wait", Timestamp: "2030-01-01" }, "wrong-type Timestamp"],
    [{ Type: "Wait", Seconds: -1 }, "wrong-type Seconds"],
    [{ Type: "Fail", Error: "a", ErrorPath: "$.a" }, "conflicting-fields ErrorPath"],
    [{ Type: "Fail", ErrorPath: "States.ArrayLength($.a)" }, "bad-path ErrorPath"],
    [{ Type: "Parallel" }, "missing-field"],
    [{ Type: "Parallel", Branches: [] }, "wrong-type Branches"],
    [{ Type: "Map" }, "missing-field"],
    [{ Type: "Map", ItemProcessor: 5 }, "wrong-type ItemProcessor"],
    [{ Type: "Map", ItemProcessor: states({ a: done }), Iterator: states({ b: done }) }, "conflicting-fields Iterator"],
    [{ Type: "Map", ItemProcessor: states({ a: done }), MaxConcurrency: -1 }, "wrong-type MaxConcurrency"],
    [{ Type: "Choice" }, "missing-field"],
    [{ Type: "Choice", Choices: [] }, "wrong-type Choices"],
    [{ Type: "Choice", Choices: [{ Variable: "$.a", IsNull: true }] }, "missing-field Choices[0]"],
  ])("%j: %s", (state, expected) => {
    const [code, field] = expected.split(" ");
    const path =
      field === undefined
        ? "$.States.only"
        : field.startsWith("[")
          ? `$.States.only${field}`
          : `$.States.only.${field}`;
    expect(codesOf(only(state))).toContain(`${code} ${path}`);
  });
});

describe("choice rules", () => {
  it.each<[Record<string, unknown>, string]>([
    [{ Variable: "$.a" }, "bad-choice $.States.c.Choices[0]"],
    [{ Variable: "$.a", IsNull: true, IsPresent: true }, "bad-choice $.States.c.Choices[0]"],
    [{ IsNull: true }, "missing-field $.States.c.Choices[0]"],
    [{ Variable: "a", IsNull: true }, "bad-path $.States.c.Choices[0].Variable"],
    [{ Variable: "$.a", IsNull: "yes" }, "wrong-type $.States.c.Choices[0].IsNull"],
    [{ Variable: "$.a", NumericEquals: "1" }, "wrong-type $.States.c.Choices[0].NumericEquals"],
    [{ Variable: "$.a", TimestampEquals: "now" }, "wrong-type $.States.c.Choices[0].TimestampEquals"],
    [{ Variable: "$.a", StringEqualsPath: "b" }, "bad-path $.States.c.Choices[0].StringEqualsPath"],
    [{ Variable: "$.a", StringMatchesPath: "$.b" }, "unknown-field $.States.c.Choices[0].StringMatchesPath"],
    [{ Variable: "$.a", StringEqual: "b" }, "unknown-field $.States.c.Choices[0].StringEqual"],
    [{ And: [] }, "bad-choice $.States.c.Choices[0].And"],
    [{ Not: 5 }, "wrong-type $.States.c.Choices[0].Not"],
    [{ Or: [{ Variable: "$.a", IsNull: true, Next: "d" }] }, "bad-choice $.States.c.Choices[0].Or[0].Next"],
  ])("%j is refused", (rule, expected) => {
    const definition = states({ c: { Type: "Choice", Choices: [{ ...rule, Next: "d" }] }, d: done });
    expect(codesOf(definition)).toContain(expected);
  });
});

describe("Retry and Catch", () => {
  it.each<[string, unknown, string]>([
    ["Retry", [{ ErrorEquals: [] }], "bad-retry Retry[0].ErrorEquals"],
    ["Retry", [{}], "missing-field Retry[0]"],
    ["Retry", [5], "wrong-type Retry[0]"],
    ["Retry", {}, "wrong-type Retry"],
    ["Retry", [{ ErrorEquals: ["States.ALL", "A"] }], "bad-retry Retry[0].ErrorEquals"],
    ["Retry", [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["A"] }], "bad-retry Retry[0].ErrorEquals"],
    ["Retry", [{ ErrorEquals: ["States.Timeuot"] }], "bad-retry Retry[0].ErrorEquals[0]"],
    ["Retry", [{ ErrorEquals: [5] }], "wrong-type Retry[0].ErrorEquals[0]"],
    ["Retry", [{ ErrorEquals: ["A"], IntervalSeconds: 0 }], "wrong-type Retry[0].IntervalSeconds"],
    ["Retry", [{ ErrorEquals: ["A"], MaxAttempts: -1 }], "wrong-type Retry[0].MaxAttempts"],
    ["Retry", [{ ErrorEquals: ["A"], BackoffRate: 0.5 }], "wrong-type Retry[0].BackoffRate"],
    ["Retry", [{ ErrorEquals: ["A"], IntervalSeconds: 9, MaxDelaySeconds: 9 }], "bad-retry Retry[0].MaxDelaySeconds"],
    ["Retry", [{ ErrorEquals: ["A"], JitterStrategy: "full" }], "bad-retry Retry[0].JitterStrategy"],
    ["Retry", [{ ErrorEquals: ["A"], MaxAttempt: 1 }], "unknown-field Retry[0].MaxAttempt"],
    ["Catch", [{ ErrorEquals: ["A"] }], "missing-field Catch[0]"],
    ["Catch", [{ ErrorEquals: ["A"], Next: "only", ResultPath: "a" }], "bad-path Catch[0].ResultPath"],
    ["Catch", [{ ErrorEquals: ["States.ALL", "A"], Next: "only" }], "bad-catch Catch[0].ErrorEquals"],
  ])("%s %j: %s", (field, value, expected) => {
    expect(codesOf(only(task("t", { [field]: value })))).toContain(expected.replace(" ", " $.States.only."));
  });
});

describe("what the engine cannot do", () => {
  const map = (fields: Readonly<Record<string, unknown>>) => ({
    Type: "Map",
    ItemProcessor: { StartAt: "a", States: { a: done } },
    ...fields,
  });
  const distributed = { ProcessorConfig: { Mode: "DISTRIBUTED" }, StartAt: "a", States: { a: done } };

  it.each<[string, Record<string, unknown>, string]>([
    ["JSONata", { ...done, QueryLanguage: "JSONata" }, "QueryLanguage"],
    ["variables", { Type: "Pass", Assign: { x: 1 } }, "Assign"],
    ["Output", { Type: "Pass", Output: "{% 1 %}" }, "Output"],
    ["Arguments", task("t", { Arguments: {} }), "Arguments"],
    ["Items", map({ Items: [] }), "Items"],
    ["credentials", task("t", { Credentials: { RoleArn: "r" } }), "Credentials"],
    ["callbacks", task("arn:aws:states:::sqs:sendMessage.waitForTaskToken"), "Resource"],
    ["activities", task("arn:aws:states:us-east-1:123456789012:activity:work"), "Resource"],
    ["distributed maps", map({ ItemProcessor: distributed }), "ItemProcessor.ProcessorConfig"],
    ["item readers", map({ ItemReader: {} }), "ItemReader"],
    ["item batchers", map({ ItemBatcher: {} }), "ItemBatcher"],
    ["result writers", map({ ResultWriter: {} }), "ResultWriter"],
    ["tolerated failures", map({ ToleratedFailurePercentage: 5 }), "ToleratedFailurePercentage"],
  ])("is refused by name: %s", (_what, state, field) => {
    const problems = problemsOf(only(state));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: "not-supported", path: `$.States.only.${field}` });
    expect(problems[0]?.hint).toMatch(/\.$/);
  });

  it("is refused by name: JSONata for the whole machine", () => {
    expect(codesOf({ ...(states({ done }) as object), QueryLanguage: "JSONata" })).toEqual([
      "not-supported $.QueryLanguage",
    ]);
    const rule = { Condition: "{% true %}", Next: "done" };
    expect(codesOf(states({ c: { Type: "Choice", Choices: [rule] }, done }))).toContain(
      "not-supported $.States.c.Choices[0].Condition",
    );
  });

  it("does not refuse JSONPath or an inline processor that say so", () => {
    const inline = { ProcessorConfig: { Mode: "INLINE" }, StartAt: "a", States: { a: done } };
    expect(problemsOf(only({ ...map({ ItemProcessor: inline }), QueryLanguage: "JSONPath" }))).toEqual([]);
  });
});
