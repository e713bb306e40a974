/** Pictures of state machines. */
import { expect, test } from "vitest";
import { machinePicture } from "../../../src/scaffold/readme/machine-picture.ts";

const picture = (States: object) =>
  machinePicture(JSON.parse(JSON.stringify({ StartAt: "a", States })))
    .split("\n")
    .slice(2, -1);

test("States follow each other to the end, and an end by failure is left out", () => {
  const Catch = [{ ErrorEquals: ["States.ALL"], Next: "failure" }];
  expect(
    picture({ a: { Type: "Task", Catch, Next: "b" }, b: { Type: "Wait", End: true }, failure: { Type: "Fail" } }),
  ).toEqual(['  s1["a"]', '  s2("b")', "  s1 --> s2", '  done(("done"))', "  s2 --> done"]);
});

test("A choice says what it asks for, also of JSONata, and an error that is mended is drawn", () => {
  const lines = picture({
    a: {
      Type: "Choice",
      Choices: [
        {
          And: [
            { Variable: "$.process[0].tasks.add.batch", IsPresent: true },
            { Variable: "$.process[0].tasks.add.batch", BooleanEquals: true },
          ],
          Next: "b",
        },
        { Variable: "$.kind", StringEquals: 'x"y', Next: "c" },
        { Condition: "{% $states.input.big %}", Next: "d" },
      ],
      Default: "failure",
    },
    b: { Type: "Task", Catch: [{ ErrorEquals: ["X"], Next: "c" }], Next: "d" },
    c: { Type: "Task", Next: "d" },
    d: { Type: "Succeed" },
    failure: { Type: "Fail" },
  });
  expect(lines).toEqual([
    '  s1{"a"}',
    '  s2["b"]',
    '  s3["c"]',
    '  s4(["d"])',
    '  s5(["failure"])',
    '  s1 -- "add.batch" --> s2',
    '  s1 -- "kind is #quot;x\\#quot;y#quot;" --> s3',
    '  s1 -- "$states.input.big" --> s4',
    '  s1 -- "otherwise" --> s5',
    "  s2 --> s4",
    '  s2 -. "error" .-> s3',
    "  s3 --> s4",
    '  done(("done"))',
    "  s4 --> done",
  ]);
});

test("Branches and maps hold their own states", () => {
  const Branches = [{ StartAt: "x", States: { x: { Type: "Task", Next: "y" }, y: { Type: "Task", End: true } } }];
  expect(picture({ a: { Type: "Parallel", Branches, End: true } })).toEqual([
    '  subgraph s1["a"]',
    '    s2["x"]',
    '    s3["y"]',
    "    s2 --> s3",
    "  end",
    '  done(("done"))',
    "  s1 --> done",
  ]);
});
