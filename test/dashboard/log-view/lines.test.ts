import fc from "fast-check";
import { expect, test } from "vitest";
import { piecesOf, withoutEscapes } from "../../../dashboard/src/parts/log-view/ansi.ts";
import { foldLine, levelOf } from "../../../dashboard/src/parts/log-view/fold.ts";
import { LEVELS, levelOfText, levelOfWord } from "../../../dashboard/src/parts/log-view/level.ts";
import { makeLineStore, textsOf } from "../../../dashboard/src/parts/log-view/line-store.ts";
import { makeShownLines } from "../../../dashboard/src/parts/log-view/shown-lines.ts";

test.each([
  ["2030-01-31T12:00:00.000Z\t5f7c2d1e-0000-4000-8000-000000000000\tERROR\tno such bucket", "error"],
  ["[WARN] 12:00 low on memory", "warning"],
  ["INFO: started", "info"],
  ["2030-01-31 12:00:00,123 - worker - DEBUG - reading", "debug"],
  ["level=error msg=x", "other"],
  ["Traceback (most recent call last):", "error"],
  ["ValueError: no such band", "error"],
  ["copied 3 assets without any errors", "other"],
  ["REPORT RequestId: 1 Duration: 3 ms", "other"],
])("%s is %s", (line, level) => {
  expect(levelOfText(line)).toBe(level);
});

test("levels are known by their words in any case, and by pino's numbers", () => {
  expect([
    levelOfWord("Warn"),
    levelOfWord(30),
    levelOfWord(50),
    levelOfWord("constructor"),
    levelOfWord(null),
  ]).toEqual(["warning", "info", "error", "other", "other"]);
});

test("a JSON line is its message with its fields folded away", () => {
  expect(foldLine('{"level":"WARN","message":"slow","ms":1200,"service":"copy"}')).toEqual({
    level: "warning",
    text: "slow",
    fields: { ms: 1200, service: "copy" },
  });
  expect(foldLine('{"severity":"ERROR","msg":{"a":1}}')).toMatchObject({ level: "error", text: '{"a":1}' });
});

test("a JSON line without a message is shown whole, and what only looks like JSON is text", () => {
  expect(foldLine('{"a":1}')).toMatchObject({ text: '{"a":1}', fields: { a: 1 } });
  expect(foldLine("{not json}")).toEqual({ level: "other", text: "{not json}" });
  expect(foldLine("[1,2]").fields).toBeUndefined();
});

test("the quick look at a line's level agrees with reading all of it", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("level", "severity", "levelname"),
      fc.constantFrom("ERROR", "warn", "INFO", "debug", "odd", 20, 60),
      fc.string(),
      (key, value, message) => {
        const raw = JSON.stringify({ [key]: value, message });
        expect(levelOf(raw)).toBe(foldLine(raw).level);
      },
    ),
  );
  expect(levelOf('{"message":"ERROR: x"}')).toBe("error");
});

test("terminal colours become classes, other escapes vanish", () => {
  expect(piecesOf("a\u001b[1;31mred\u001b[0m b\u001b[2K\u001b[38;5;12mblue\u001b[39m.")).toEqual([
    { text: "a", classes: "" },
    { text: "red", classes: "ansi-red ansi-bold" },
    { text: " b", classes: "" },
    { text: "blue", classes: "ansi-blue" },
    { text: ".", classes: "" },
  ]);
  expect(piecesOf("\u001b[38;2;1;2;3mrgb \u001b[97;41mon red")).toEqual([
    { text: "rgb ", classes: "" },
    { text: "on red", classes: "ansi-white ansi-on-red" },
  ]);
  expect(withoutEscapes("\u001b]8;;https://a.example\u0007link\u001b]8;;\u0007")).toBe("link");
});

test("whatever escapes a line holds, its pieces together are the line without them", () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom("\u001b[31m", "\u001b[0m", "\u001b[", "\u001b", "\u001b[1;", "\u001b]0;t\u0007"),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join("");
      expect(
        piecesOf(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(withoutEscapes(text));
    }),
  );
});

test("a store gives back every line as it was added, over many blocks", () => {
  const store = makeLineStore();
  const lines = Array.from({ length: 30_000 }, (_, n) => ({
    at: new Date(1_900_000_000_000 + n).toISOString(),
    from: n % 3 === 0 ? undefined : `task-${n % 3}`,
    message: n % 7 === 0 ? `multi\nline ${n} ünïcödé 🛰` : `INFO: line ${n} ${"x".repeat(n % 50)}`,
  }));
  for (let from = 0; from < lines.length; from += 1_000) store.add(lines.slice(from, from + 1_000));
  expect(store.count()).toBe(30_000);
  expect(store.blocks().length).toBeGreaterThan(3);
  for (const n of [0, 1, 7, 4_321, 9_999, 29_999, 12, 20_000]) expect(store.line(n)).toEqual(lines[n]);
  expect(store.line(30_000)).toBeUndefined();
  expect(store.counts()).toMatchObject({ info: 30_000 - 4_286, other: 4_286 });
});

test("the blocks of a store are all of its lines, and those from a line on begin at or before it", () => {
  const store = makeLineStore();
  store.add(Array.from({ length: 20_000 }, (_, n) => ({ message: `line ${n} ${"y".repeat(40)}` })));
  const texts = store.blocks().flatMap(textsOf);
  expect(texts).toHaveLength(20_000);
  expect(texts[12_345]).toBe(`line 12345 ${"y".repeat(40)}`);
  const [first] = store.blocks(15_000);
  expect(first?.first).toBeLessThanOrEqual(15_000);
  expect((first?.first ?? 0) + (first?.count ?? 0)).toBeGreaterThan(15_000);
});

test("a store's memory is what its lines say, and some bytes a line", () => {
  const store = makeLineStore();
  const message = "z".repeat(80);
  for (let page = 0; page < 100; page += 1) {
    store.add(Array.from({ length: 1_000 }, () => ({ at: "2030-01-31T12:00:00.000Z", from: "copy", message })));
  }
  expect(store.bytes() / 100_000).toBeLessThan(81 + 21);
});

test("only lines of the chosen levels are shown, also those that come later", () => {
  const store = makeLineStore();
  const add = (from: number, until: number) =>
    store.add(
      Array.from({ length: until - from }, (_, n) => ({ message: `${(from + n) % 10 === 0 ? "ERROR" : "INFO"}: x` })),
    );
  add(0, 5_000);
  const shown = makeShownLines(store, new Set(["error"]));
  expect(shown.count()).toBe(500);
  add(5_000, 20_000);
  shown.follow();
  expect([shown.count(), shown.at(0), shown.at(1_999), shown.positionOf(101), shown.positionOf(110)]).toEqual([
    2_000, 0, 19_990, 11, 11,
  ]);
  const all = makeShownLines(store, new Set());
  expect([all.count(), all.at(77), all.positionOf(77)]).toEqual([20_000, 77, 77]);
  expect(makeShownLines(store, new Set(LEVELS)).count()).toBe(20_000);
});
