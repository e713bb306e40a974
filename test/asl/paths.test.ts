import { describe, expect, it } from "vitest";
import { EvaluationError } from "../../src/asl/errors.ts";
import { parsePath, parseReferencePath, placeAt } from "../../src/asl/paths.ts";
import type { Json } from "../../src/json.ts";

const input = {
  items: [
    { id: "a", n: 1, tags: ["x"] },
    { id: "b", n: 2, tags: [] },
    { id: "c", n: 3 },
  ],
  "with-dash": { "a key": 1, "a.b": 2 },
  nothing: null,
};
const find = (text: string): Json | undefined => parsePath(text).find({ input, context: { Map: { Item: 5 } } });

describe("paths", () => {
  it("give the value of a definite path", () => {
    expect(find("$")).toBe(input);
    expect(find("$.items[1].id")).toBe("b");
    expect(find("$.items[-1].id")).toBe("c");
    expect(find("$.with-dash['a key']")).toBe(1);
    expect(find('$["with-dash"]["a.b"]')).toBe(2);
    expect(find("$.nothing")).toBeNull();
    expect(find("$$.Map.Item")).toBe(5);
  });

  it("give an array for wildcards, slices, filters and descents, empty where nothing fits", () => {
    expect(find("$.items[*].id")).toEqual(["a", "b", "c"]);
    expect(find("$.items[0:2].n")).toEqual([1, 2]);
    expect(find("$.items[-1:].id")).toEqual(["c"]);
    expect(find("$.items[0,2].id")).toEqual(["a", "c"]);
    expect(find("$..n")).toEqual([1, 2, 3]);
    expect(find("$.items[?(@.id == 'b')].n")).toEqual([2]);
    expect(find("$.items[?(@.n > 1 && @.tags)].id")).toEqual(["b"]);
    expect(find("$.items[?(@.id == 'z')]")).toEqual([]);
    expect(find("$.items[*].absent")).toEqual([]);
  });

  it("lead nowhere where a definite path, or the definite start of another, is absent", () => {
    for (const text of ["$.absent", "$.items[3]", "$.nothing.x", "$.absent[*]", "$.absent[?(@.x)]", "$.toString"]) {
      expect(find(text), text).toBeUndefined();
    }
  });

  it("cannot descend into data of any depth, and say so instead of breaking", () => {
    let deep: Json = 1;
    for (let level = 0; level < 5000; level += 1) deep = { n: deep };
    expect(() => parsePath("$..n").find({ input: deep, context: {} })).toThrow(EvaluationError);
  });

  it("count items with length() at the end", () => {
    expect(find("$.items.length()")).toBe(3);
    expect(find("$.items[?(@.n > 1)].length()")).toBe(2);
    expect(find("$.nothing.length()")).toBeUndefined();
  });

  it.each(["items", "$.", "$.items[", "$.items[?(@.n in [1])]", "$.a b", "$.items[(@.length-1)]"])(
    "refuse %j",
    (text) => {
      expect(() => parsePath(text)).toThrow();
    },
  );
});

describe("reference paths", () => {
  it("place a value, making the objects on the way, and leave the original alone", () => {
    const target = { a: { b: 1 }, list: [1, 2] };
    expect(placeAt(target, parseReferencePath("$"), 9)).toBe(9);
    expect(placeAt(target, parseReferencePath("$.a.c.d"), 9)).toEqual({ a: { b: 1, c: { d: 9 } }, list: [1, 2] });
    expect(placeAt(target, parseReferencePath("$.list[1]"), 9)).toEqual({ a: { b: 1 }, list: [1, 9] });
    expect(JSON.stringify(placeAt({}, parseReferencePath("$.__proto__.x"), 9))).toBe('{"__proto__":{"x":9}}');
    expect(target).toEqual({ a: { b: 1 }, list: [1, 2] });
    expect({}).not.toHaveProperty("x");
  });

  it("refuse to go through what is no object, or past the end of an array", () => {
    const target = { text: "t", list: [1], nothing: null };
    for (const text of ["$.text.x", "$.list[1]", "$.list.x", "$.nothing.x", "$[0]"]) {
      expect(() => placeAt(target, parseReferencePath(text), 9), text).toThrow(/ResultPath/);
    }
  });

  it.each(["$.a[*]", "$..a", "$.a[0:1]", "$.a[?(@.b)]", "$.a[-1]", "$$.a", "a"])("are not %j", (text) => {
    expect(() => parseReferencePath(text)).toThrow();
  });
});
