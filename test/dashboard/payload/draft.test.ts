import fc from "fast-check";
import { expect, test } from "vitest";
import { draftOf, placed } from "../../../dashboard/src/views/payload/draft.ts";

const ID = "landsat/workflow-mirror/scene";
const TEXT = JSON.stringify(
  { type: "FeatureCollection", id: ID, features: [], process: [{ workflow: "mirror" }] },
  undefined,
  2,
);

const problemsOf = (text: string) => {
  const draft = draftOf(text, ID);
  return draft.outcome === "problems" ? draft.problems : [];
};

test("A payload that is whole is given on as it is written", () => {
  expect(draftOf(TEXT, ID)).toEqual({ outcome: "payload", payload: JSON.parse(TEXT) });
});

test("What is no JSON is said with the line and column in which it lies", () => {
  const broken = '{\n  "process": [\n    { "workflow" "mirror" }\n  ]\n}';
  expect(problemsOf(broken)[0]).toMatchObject({ line: 3, column: 18, message: "Here a colon is expected." });
});

test.each([
  ["a comma too many", '{ "process": [{}], }'],
  ["a comment", '{ "process": [{}] } // yes'],
  ["a quote that is missing", '{ "process": ["mirror }'],
  ["nothing at all", "  "],
  ["two documents", '{ "process": [{}] } { }'],
])("No payload has %s", (_, text) => {
  expect(problemsOf(text).length).toBeGreaterThan(0);
});

test("A member that is there twice is said, since only the last would count", () => {
  const problems = problemsOf('{\n  "process": [{ "a": 1,\n    "a": 2 }]\n}');
  expect(problems).toEqual([{ line: 3, column: 5, message: "“a” is there twice." }]);
});

test("Another ID would be another payload", () => {
  const problems = problemsOf(TEXT.replace("/scene", "/other"));
  expect(problems[0]?.line).toBe(3);
  expect(problems[0]?.message).toContain(ID);
});

test("A payload is an object that says what to do", () => {
  expect(problemsOf("[]")[0]?.message).toContain("object");
  expect(problemsOf("{}")[0]?.message).toContain("process");
  expect(problemsOf('{\n"process": []}')[0]?.line).toBe(2);
});

test("Whatever is accepted is what JSON itself reads, and what JSON refuses is never accepted", () => {
  const cut = fc.tuple(fc.json(), fc.nat(40), fc.constantFrom("", ",", "}", "]", '"', "//x", "\n"));
  fc.assert(
    fc.property(cut, ([json, at, more]) => {
      const text = `{"process":[${json.slice(0, at)}${more}${json.slice(at)}]}`;
      const draft = draftOf(text, ID);
      if (draft.outcome === "payload") expect(draft.payload).toEqual(JSON.parse(text));
    }),
    { numRuns: 300 },
  );
});

test("Problems of the API lie in the line of the value that they name, or of the nearest above it", () => {
  const problems = placed(TEXT, [
    { parameter: "payload.process[0].workflow", message: "There is no workflow “mirror”." },
    { parameter: "payload.process[0].tasks['copy'].assets", message: "Expected a list." },
    { parameter: "why", message: "Too long." },
  ]);
  expect(problems.map(({ line }) => line)).toEqual([7, 6, undefined]);
  expect(problems[0]?.message).toBe("$.process[0].workflow: There is no workflow “mirror”.");
  expect(problems[2]?.message).toBe("Too long.");
});
