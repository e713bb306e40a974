import { expect, test } from "vitest";
import { parseJson } from "../src/json.ts";

test.each([
  ['{"a":[1,null]}', { a: [1, null] }],
  ["null", null],
  ['"text"', "text"],
  ["", undefined],
  ["undefined", undefined],
  ['{"a":', undefined],
])("%j says %j", (text, value) => {
  expect(parseJson(text)).toEqual(value);
});
