// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are templates
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillPayloadTemplate } from "../../src/cli/payload/payload-template.ts";
import type { Json } from "../../src/json.ts";

const fill = (template: string, values: Readonly<Record<string, Json>> = {}) =>
  fillPayloadTemplate(template, new Map(Object.entries(values)));

describe("a template", () => {
  test.each([
    ['"$item"', { item: "a" }, '"a"'],
    ['"s-${item}-x"', { item: "a" }, '"s-a-x"'],
    ['{"n": ${n}}', { n: 7 }, '{"n": 7}'],
    ['{"n": ${n}}', { n: "7" }, '{"n": 7}'],
    ['{"list": $list}', { list: [1, "b"] }, '{"list": [1,"b"]}'],
    ['"${cloud?20}"', {}, '"20"'],
    ['"${cloud?}"', {}, '""'],
    ['"${cloud?20}"', { cloud: 5 }, '"5"'],
    ['"$$item costs $$5"', { item: "a" }, '"$item costs $5"'],
    ['"$.features[?(@.id == 1)]"', {}, '"$.features[?(@.id == 1)]"'],
    ['"\\"$item\\""', { item: 'say "x"' }, '"\\"say \\"x\\"\\""'],
  ] as const)("%s with %j is %s", (template, values, text) => {
    expect(fill(template, values)).toEqual({ text, missing: [] });
  });

  test("names every variable that has no value, once, and leaves it", () => {
    expect(fill('"$a ${b} $a ${c?d}"')).toEqual({ text: '"$a ${b} $a d"', missing: ["a", "b"] });
  });

  test("keeps any text inside the string that it stands in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), (before, value) => {
        const template = JSON.stringify({ text: `${before.replaceAll("$", () => "$$")}\${value}` });
        const { text, missing } = fill(template, { value });
        expect(missing).toEqual([]);
        expect(JSON.parse(text)).toEqual({ text: before + value });
      }),
    );
  });
});
