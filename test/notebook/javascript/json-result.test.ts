/** Results of entry functions as JSON. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonResult, RESULT_LIMIT_BYTES } from "../../../src/notebook/javascript/json-result.ts";

test.each([
  ["undefined", undefined, null],
  ["a whole number of any size", [5n, 2n ** 70n], [5, "1180591620717411303424"]],
  ["a map with names", new Map([["a", new Set([1, 2])]]), { a: [1, 2] }],
  ["a map with other keys", new Map([[{ x: 1 }, 2]]), [[{ x: 1 }, 2]]],
  ["times", [new Date(0), new Date(Number.NaN)], ["1970-01-01T00:00:00.000Z", null]],
  [
    "typed arrays",
    [new Float32Array([0.5]), new BigInt64Array([1n]), Buffer.from("a"), new Uint8Array([7]).buffer],
    [[0.5], [1], [97], [7]],
  ],
  ["what says itself", [new URL("http://x/"), { toJSON: () => ({ a: 1 }) }], ["http://x/", { a: 1 }]],
  ["an error and an expression", [new TypeError("no"), /a/g], [{ name: "TypeError", message: "no" }, "/a/g"]],
  [
    "an object of a class",
    new (class Point {
      x = 1;
      y = undefined;
    })(),
    { x: 1 },
  ],
  ["a name that means something else", JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}')],
  ["the same object twice", ((one) => [one, one])({ a: 1 }), [{ a: 1 }, { a: 1 }]],
  ["a hole", Object.assign(new Array(2), { 1: 1 }), [null, 1]],
])("%s is written as one would by hand", (_what, value, json) => {
  expect(jsonResult(value)).toEqual({ result: json });
});

test("numbers that JSON has not become null, and a warning says where", () => {
  expect(jsonResult({ loss: [Number.NaN, 1, Number.POSITIVE_INFINITY] })).toEqual({
    result: { loss: [null, 1, null] },
    warning: "result.loss[0] is NaN, which JSON has not: it became null; and 1 more of this kind",
  });
});

const circle: { inner: unknown[] } = { inner: [] };
circle.inner.push(circle);
let deep: unknown[] = [];
for (let level = 0; level < 100_000; level++) deep = [deep];

test.each([
  ["a function", { "a b": () => {} }, 'result["a b"] is a function, which JSON cannot hold'],
  ["a symbol", [Symbol("x")], "result[0] is a symbol, which JSON cannot hold"],
  ["a circle", circle, "result.inner[0] is an object that it lies in itself"],
  ["a promise", { later: Promise.resolve(1) }, "result.later is a promise: await it"],
  ["too deep a nest", deep, "it is nested too deeply"],
  [
    "a getter that throws",
    {
      get a() {
        throw new Error("no");
      },
    },
    "reading it failed: Error: no",
  ],
  [
    "too much text",
    "x".repeat(RESULT_LIMIT_BYTES),
    "it has 257 KiB as JSON, and 256 KiB are kept. Write it to a file or a store",
  ],
  [
    "too many numbers",
    new Float64Array(10_000_000),
    "it has more than 131072 values, and 256 KiB are kept. Write it to a file or a store",
  ],
])("%s is left out, and a warning says why", (_what, value, why) => {
  expect(jsonResult(value)).toEqual({ result: null, warning: `The result is left out: ${why}` });
});

test("what is JSON already is not changed", () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: "small" }), (value) => {
      const given = JSON.parse(JSON.stringify(value));
      expect(jsonResult(given)).toEqual({ result: given });
    }),
  );
});
