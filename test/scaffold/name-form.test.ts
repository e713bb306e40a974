import fc from "fast-check";
import { expect, test } from "vitest";
import { isName, toName } from "../../src/scaffold/name-form.ts";

test.each([
  ["add preview", "add-preview"],
  ["2. My work/it's new", "My-work-it-s-new"],
  ["my--project", "my-project"],
  ["my - project_", "my-project"],
  ["add-preview", "add-preview"],
  ["2024", ""],
  ["", ""],
])("of %j the name is %j", (text, name) => {
  expect(toName(text)).toBe(name);
});

test("what is made of any text is a name, or nothing, and its own name", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."aZ09-_ ./é") }), (text) => {
      const name = toName(text);
      expect(name === "" || isName(name)).toBe(true);
      expect(toName(name)).toBe(name);
    }),
  );
});
