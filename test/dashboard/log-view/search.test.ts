import { expect, test } from "vitest";
import { type Found, findInBlock } from "../../../dashboard/src/parts/log-view/find-in-block.ts";
import { makeLineStore } from "../../../dashboard/src/parts/log-view/line-store.ts";
import { type Finder, makeSearch, patternOf } from "../../../dashboard/src/parts/log-view/search.ts";

const never = new Promise<never>(() => {});
const honest: Finder = { ask: async (question) => findInBlock(question), end() {} };

function patternFor(text: string, isExpression = false) {
  const pattern = patternOf(text, isExpression);
  if ("wrong" in pattern) throw new Error(pattern.wrong);
  return pattern;
}

function storeOf(count: number) {
  const store = makeLineStore();
  store.add(
    Array.from({ length: count }, (_, n) => ({
      message: `line ${n} ${n % 100 === 0 ? "\u001b[31mBand 7 (b.7)" : "-"}`,
    })),
  );
  return store;
}

test("a search finds every line that has it, with the place in the line as it is shown", async () => {
  const found: Found[] = [];
  const search = makeSearch({ makeFinder: () => honest, sleep: () => never });
  const outcome = await search.run(patternFor("band 7"), storeOf(30_000).blocks(), (one) => found.push(one));
  expect(outcome).toEqual({ outcome: "found" });
  const lines = found.flatMap((one) => one.lines);
  expect(lines).toEqual(Array.from({ length: 300 }, (_, n) => n * 100));
  expect([found[0]?.starts[1], found[0]?.ends[1]]).toEqual([9, 15]);
});

test("text is taken letter by letter, an expression as one; a capital letter makes case count", () => {
  const matches = (text: string, isExpression: boolean, line: string) => {
    const { expression, flags } = patternFor(text, isExpression);
    return new RegExp(expression, flags).test(line);
  };
  expect(matches("(b.7)", false, "x (b.7)")).toBe(true);
  expect(matches("(b.7)", false, "x (bx7)")).toBe(false);
  expect(matches("b.7", true, "BX7")).toBe(true);
  expect(matches("Band", false, "band")).toBe(false);
  expect(matches("\\S+and", true, "BAND")).toBe(true);
});

test("an expression that is none is told as such", () => {
  expect(patternOf("(", true)).toMatchObject({ wrong: expect.stringContaining("(") });
  expect(patternOf("(", false)).toMatchObject({ expression: "\\(" });
});

test("an expression that would never come to an end is given up, its worker with it, and the next search works", async () => {
  let ended = 0;
  let made = 0;
  const stuck: Finder = {
    ask: () => never,
    end() {
      ended += 1;
    },
  };
  const search = makeSearch({
    makeFinder: () => {
      made += 1;
      return made === 1 ? stuck : honest;
    },
    sleep: async () => (made === 1 ? undefined : never),
  });
  const blocks = storeOf(10).blocks();
  expect(await search.run(patternFor("(a+)+$", true), blocks, () => {})).toEqual({ outcome: "too-slow" });
  expect(ended).toBe(1);
  expect(await search.run(patternFor("line"), blocks, () => {})).toEqual({ outcome: "found" });
});

test("a new search takes the place of one that is under way, which tells nothing more", async () => {
  const answers: (() => void)[] = [];
  const slow: Finder = {
    ask: (question) => new Promise((resolve) => answers.push(() => resolve(findInBlock(question)))),
    end() {},
  };
  let made = 0;
  const search = makeSearch({
    makeFinder: () => {
      made += 1;
      return made === 1 ? slow : honest;
    },
    sleep: () => never,
  });
  const taken: Found[] = [];
  const first = search.run(patternFor("line"), storeOf(10).blocks(), (one) => taken.push(one));
  const second = search.run(patternFor("band"), storeOf(10).blocks(), () => {});
  for (const answer of answers) answer();
  expect(await first).toEqual({ outcome: "stopped" });
  expect(await second).toEqual({ outcome: "found" });
  expect(taken).toEqual([]);
});

test("a worker that does not start is told of, and another is made for the next search", async () => {
  let made = 0;
  const search = makeSearch({
    makeFinder: () => {
      made += 1;
      return made > 1 ? honest : { ask: () => Promise.reject(new Error("refused")), end() {} };
    },
    sleep: () => never,
  });
  const blocks = storeOf(10).blocks();
  expect(await search.run(patternFor("line"), blocks, () => {})).toEqual({ outcome: "broken", reason: "refused" });
  expect(await search.run(patternFor("line"), blocks, () => {})).toEqual({ outcome: "found" });
});
