/** What all Rejections must do. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CirrusError } from "../../src/errors.ts";
import type { Rejection, Rejections } from "../../src/events/rejections.ts";

export interface RejectionsUnderTest {
  readonly rejections: Rejections;
  close(): Promise<void> | void;
}

export function describeRejections(name: string, make: () => Promise<RejectionsUnderTest> | RejectionsUnderTest): void {
  let under: RejectionsUnderTest;
  let rejections: Rejections;
  beforeEach(async () => {
    under = await make();
    rejections = under.rejections;
  });
  afterEach(() => under.close());

  describe(`${name} as Rejections`, () => {
    test("a rejection is kept as it was recorded", async () => {
      const whole = rejection(1, { payloadId: "c/workflow-w/a", raw: "not JSON, \u0000 and 'quotes'" });
      await rejections.record([whole, rejection(2)]);
      expect(await rejections.get(whole.id)).toEqual(whole);
      expect((await rejections.get(rejection(2).id))?.payloadId).toBeUndefined();
      expect(await rejections.get("none")).toBeUndefined();
    });

    test("the same rejection twice is one, and stays as it was first", async () => {
      await rejections.record([rejection(1), rejection(1)]);
      await rejections.record([rejection(1, { at: "2031-01-01T00:00:00.000Z", reason: "later" })]);
      const { items } = await rejections.list({});
      expect(items.map(({ id, reason }) => [id, reason])).toEqual([["r-1", "it is not JSON"]]);
    });

    test("lists show the newest first, each once over their pages", async () => {
      const all = [5, 3, 1, 2, 4].map((n) => rejection(n));
      const same = ["a", "b"].map((id) => rejection(3, { id }));
      await rejections.record([...all, ...same]);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await rejections.list({ limit: 2, cursor });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(seen).toEqual(["r-5", "r-4", "r-3", "b", "a", "r-2", "r-1"]);
    });

    test("those since a time are counted, up to a bound", async () => {
      await rejections.record([1, 2, 3, 4].map((n) => rejection(n)));
      const since = rejection(2).at;
      expect(await rejections.count(since, 10)).toEqual({ count: 3, atLeast: false });
      expect(await rejections.count(since.replace(".000Z", "Z"), 3)).toEqual({ count: 3, atLeast: false });
      expect(await rejections.count(since, 2)).toEqual({ count: 2, atLeast: true });
      expect(await rejections.count("2031-01-01T00:00:00Z", 2)).toEqual({ count: 0, atLeast: false });
    });

    test("a cursor that is none is refused in words", async () => {
      await expect(rejections.list({ cursor: "x" })).rejects.toThrow(CirrusError);
    });
  });
}

function rejection(n: number, more: Partial<Rejection> = {}): Rejection {
  const at = `2030-01-01T00:00:0${n}.000Z`;
  return { id: `r-${n}`, at, code: "not-json", reason: "it is not JSON", raw: "{", ...more };
}
