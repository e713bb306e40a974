import fc from "fast-check";
import { expect, test } from "vitest";
import { piecesOf } from "../../../dashboard/src/parts/log-view/ansi.ts";
import { makeHits } from "../../../dashboard/src/parts/log-view/hits.ts";
import { makeLineStore } from "../../../dashboard/src/parts/log-view/line-store.ts";
import { textParts } from "../../../dashboard/src/parts/log-view/log-text.ts";
import { markMatch } from "../../../dashboard/src/parts/log-view/mark-match.ts";

const all = () => true;

function foundIn(lines: readonly number[]) {
  return { id: 1, lines, starts: lines.map((line) => line % 7), ends: lines.map((line) => (line % 7) + 3) };
}

test("next and previous go from hit to hit, and round about at the ends", () => {
  const hits = makeHits();
  hits.take(foundIn([3, 10, 11]), all);
  expect([hits.next(-1), hits.next(3), hits.next(5), hits.next(11)]).toEqual([3, 10, 10, 3]);
  expect([hits.previous(11), hits.previous(10), hits.previous(3)]).toEqual([10, 3, 11]);
  expect([hits.in(10), hits.in(4)]).toEqual([{ index: 1, start: 3, end: 6 }, undefined]);
  expect(makeHits().next(0)).toBeUndefined();
});

test("a block that is searched once more, because lines came to it, adds only what is new", () => {
  const hits = makeHits();
  hits.take(foundIn([3, 10]), all);
  hits.take(foundIn([3, 10, 12]), all);
  expect([hits.count(), hits.lineAt(2)]).toEqual([3, 12]);
});

test("of thousands of hits each is found by its line, and lines that are not shown are passed over", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(100_000), { maxLength: 2_000 }), fc.nat(100_000), (numbers, line) => {
      const lines = numbers.toSorted((a, b) => a - b);
      const hits = makeHits();
      hits.take(foundIn(lines), (one) => one % 2 === 0);
      const wanted = lines.filter((one) => one % 2 === 0);
      expect(hits.count()).toBe(wanted.length);
      expect(hits.in(line)?.index).toBe(wanted.includes(line) ? wanted.indexOf(line) : undefined);
      expect(hits.next(line)).toBe(wanted.find((one) => one > line) ?? wanted[0]);
      expect(hits.previous(line)).toBe(wanted.findLast((one) => one < line) ?? wanted.at(-1));
    }),
  );
});

test("a match is set apart where it is, also over the border of two colours", () => {
  const pieces = piecesOf("ab\u001b[31mcd\u001b[0mef");
  expect(markMatch(pieces, 1, 5).map(({ text, isMatch }) => `${text} ${isMatch}`)).toEqual([
    "a false",
    "b true",
    "cd true",
    "e true",
    "f false",
  ]);
  expect(markMatch(pieces, 0, 0).every(({ isMatch }) => !isMatch)).toBe(true);
});

test("a log as a file holds every line, with its time and its writer where they are known", () => {
  const store = makeLineStore();
  store.add([{ at: "2030-01-31T12:00:00.000Z", from: "copy", message: "begun" }, { message: "bare" }]);
  store.add(Array.from({ length: 20_000 }, (_, n) => ({ from: "copy", message: `line ${n}` })));
  const parts = textParts(store);
  expect(parts.length).toBe(3);
  const lines = parts.join("").split("\n");
  expect(lines.slice(0, 3)).toEqual(["2030-01-31T12:00:00.000Z copy | begun", "bare", "copy | line 0"]);
  expect(lines).toHaveLength(20_003);
});
