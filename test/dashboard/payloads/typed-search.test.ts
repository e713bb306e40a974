import { expect, test } from "vitest";
import { isMoment, withTyped } from "../../../dashboard/src/views/payloads/typed-search.ts";

const understood = (text: string, filter = {}) => {
  const typed = withTyped(filter, text);
  if (typed.outcome !== "understood") throw new Error(typed.message);
  return typed.filter;
};

test("Plain text is the beginning of an ID", () => {
  expect(understood("landsat-c1-l1/workflow-mirror/LC08")).toEqual({ idPrefix: "landsat-c1-l1/workflow-mirror/LC08" });
});

test("A state alone is a state, in whatever letters", () => {
  expect(understood(" failed ")).toEqual({ state: "FAILED" });
});

test("Words with a colon choose, and several of them choose together", () => {
  expect(understood("state:Failed workflow:mirror org:zzebu since:24h landsat/")).toEqual({
    state: "FAILED",
    workflow: "mirror",
    organisation: "zzebu",
    since: "24h",
    idPrefix: "landsat/",
  });
});

test("An error goes on over spaces to the next word with a colon", () => {
  expect(understood("error:Task timed out workflow:mirror")).toEqual({
    errorPrefix: "Task timed out",
    workflow: "mirror",
  });
});

test("Quotes hold a value together", () => {
  expect(understood('error:"Lambda.Unknown: no" state:FAILED')).toEqual({
    errorPrefix: "Lambda.Unknown: no",
    state: "FAILED",
  });
});

test("A colon after a word that means nothing belongs to the ID", () => {
  expect(understood("urn:ogc:def/workflow-a/b")).toEqual({ idPrefix: "urn:ogc:def/workflow-a/b" });
});

test("What was chosen before stays unless it is named again", () => {
  expect(understood("workflow:mirror", { state: "FAILED", workflow: "publish" })).toEqual({
    state: "FAILED",
    workflow: "mirror",
  });
});

test("A state that there is not, a time that is none and a word without a value are said", () => {
  for (const text of ["state:lost", "since:yesterday", "workflow:"]) {
    expect(withTyped({}, text).outcome).toBe("not understood");
  }
});

test("Nothing typed changes nothing", () => {
  expect(understood("   ", { workflow: "mirror" })).toEqual({ workflow: "mirror" });
});

test.each([
  ["30m", true],
  ["7d", true],
  ["2030-01-31", true],
  ["2030-01-31T12:00Z", true],
  ["2030-01-31T12:00:00.000+02:00", true],
  ["soon", false],
  ["12", false],
])("%s is a moment: %s", (text, expected) => {
  expect(isMoment(text)).toBe(expected);
});
