import { expect, test } from "vitest";
import { rowsOf } from "../../../dashboard/src/parts/json-tree/fold.ts";
import { moved } from "../../../dashboard/src/parts/json-tree/keys.ts";

const ROWS = rowsOf({ a: { b: 1 }, c: [], d: 2 }, new Set(["$", "$.a"]));
const AT = Object.fromEntries(ROWS.map(({ key }, index) => [key, index]));
const from = (key: string, path: string) => moved(key, ROWS, AT[path] ?? -1);
const to = (path: string) => ({ toggles: false, to: path });

test("Up, down, home and end go from row to row and stop at the ends", () => {
  expect(from("ArrowDown", "$.a")).toEqual(to("$.a.b"));
  expect(from("ArrowUp", "$.c")).toEqual(to("$.a.b"));
  expect(from("ArrowUp", "$")).toBeUndefined();
  expect(from("ArrowDown", "$.d")).toBeUndefined();
  expect(from("End", "$")).toEqual(to("$.d"));
  expect(from("Home", "$.d")).toEqual(to("$"));
});

test("Right opens what is closed and goes into what is open", () => {
  const closed = rowsOf({ a: { b: 1 } }, new Set(["$"]));
  expect(moved("ArrowRight", closed, 1)).toEqual({ toggles: true });
  expect(from("ArrowRight", "$.a")).toEqual(to("$.a.b"));
});

test("Left closes what is open and goes out of everything else", () => {
  expect(from("ArrowLeft", "$.a")).toEqual({ toggles: true });
  expect(from("ArrowLeft", "$.a.b")).toEqual(to("$.a"));
  expect(from("ArrowLeft", "$.d")).toEqual(to("$"));
});

test("Enter and space open and close what holds something, and nothing else", () => {
  expect(from("Enter", "$.a")).toEqual({ toggles: true });
  expect(from(" ", "$.c")).toBeUndefined();
  expect(from("Enter", "$.d")).toBeUndefined();
  expect(from("x", "$.a")).toBeUndefined();
});
