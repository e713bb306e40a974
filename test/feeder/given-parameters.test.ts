import { expect, test } from "vitest";
import { givenParameters, withGiven } from "../../src/feeder/given-parameters.ts";

test("parameters of the definition stand below what the event says itself", () => {
  const given = givenParameters({ CIRRUS_FEEDER_PARAMETERS: '{"workflow": "mirror", "suffix": ".tif"}' });
  expect(withGiven({ Records: [], suffix: ".xml" }, given)).toEqual({
    Records: [],
    workflow: "mirror",
    suffix: ".xml",
  });
  expect(withGiven({ a: 1 }, givenParameters({}))).toEqual({ a: 1 });
});

test("an event that is no object stays what it is, and is told of as that", () => {
  expect(withGiven("text", { workflow: "mirror" })).toBe("text");
  expect(withGiven(null, { workflow: "mirror" })).toBeNull();
});

test.each(["workflow: mirror", "[]", "3"])("%s is no set of parameters", (text) => {
  expect(() => givenParameters({ CIRRUS_FEEDER_PARAMETERS: text })).toThrow(
    `CIRRUS_FEEDER_PARAMETERS is no JSON object: ${text}`,
  );
});
