/** What all ActionStores must do. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Action } from "../../src/actions/action.ts";
import type { ActionStore } from "../../src/actions/action-store.ts";
import { CirrusError } from "../../src/errors.ts";

export interface ActionStoreUnderTest {
  readonly actions: ActionStore;
  close(): Promise<void> | void;
}

export function describeActionStore(
  name: string,
  make: () => Promise<ActionStoreUnderTest> | ActionStoreUnderTest,
): void {
  let under: ActionStoreUnderTest;
  let actions: ActionStore;
  beforeEach(async () => {
    under = await make();
    actions = under.actions;
  });
  afterEach(() => under.close());

  describe(`${name} as an ActionStore`, () => {
    test("an action is kept as it was begun, with everything that it says", async () => {
      const whole: Action = {
        ...action(1),
        why: "it's \u0000 'down' 🙂",
        reason: "no more",
        total: 3,
        done: 1,
        skipped: 1,
        failed: 1,
        problems: [{ id: "c/workflow-w/a", outcome: "skipped", reason: "it runs already" }],
        cursor: '{"phase":"do"}',
      };
      expect(await actions.begin(whole)).toBe(true);
      expect(await actions.get(whole.id)).toEqual(whole);
      expect(await actions.get("none")).toBeUndefined();
    });

    test("one that is there already is not begun again", async () => {
      await actions.begin(action(1));
      expect(await actions.begin({ ...action(1), what: "something else" })).toBe(false);
      expect(await actions.get(action(1).id)).toEqual(action(1));
    });

    test("only the version after the one that is there is written", async () => {
      expect(await actions.update({ ...action(1), version: 2 })).toBe(false);
      await actions.begin(action(1));
      const next = { ...action(1), version: 2, done: 1 };
      expect(await actions.update(next)).toBe(true);
      expect(await actions.update({ ...next, done: 2 })).toBe(false);
      expect(await actions.update({ ...next, version: 4 })).toBe(false);
      expect(await actions.get(next.id)).toEqual(next);
    });

    test("of several who write the same version one does", async () => {
      await actions.begin(action(1));
      const states = ["RUNNING", "DONE", "RUNNING", "STOPPED"] as const;
      const written = await Promise.all(
        states.map((state, done) => actions.update({ ...action(1), version: 2, done, state })),
      );
      expect(written.filter(Boolean)).toHaveLength(1);
      expect(await actions.get(action(1).id)).toMatchObject({ done: written.indexOf(true) });
    });

    test("what runs is found, oldest first, until it has ended, and again when it is resumed", async () => {
      for (const n of [2, 3, 1]) await actions.begin(action(n));
      const running = async () => (await actions.running()).map(({ id }) => id);
      expect(await running()).toEqual([1, 2, 3].map((n) => action(n).id));
      await actions.update({ ...action(1), version: 2, done: 1 });
      await actions.update({ ...action(2), version: 2, state: "STOPPED" });
      await actions.update({ ...action(3), version: 2, state: "DONE" });
      expect(await running()).toEqual([action(1).id]);
      expect(await actions.update({ ...action(2), version: 3, state: "RUNNING" })).toBe(true);
      expect(await actions.running()).toEqual([
        { ...action(1), version: 2, done: 1 },
        { ...action(2), version: 3 },
      ]);
    });

    test("lists show the newest first, each once over their pages, whatever begins meanwhile", async () => {
      for (const n of [5, 1, 4, 2, 3]) await actions.begin(action(n));
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await actions.list({ limit: 2, after });
        expect(page.rows.length).toBeLessThanOrEqual(2);
        seen.push(...page.rows.map(({ id }) => id));
        after = page.next;
        await actions.begin(action(6 + seen.length));
      } while (after !== undefined);
      expect(seen).toEqual([5, 4, 3, 2, 1].map((n) => action(n).id));
      expect((await actions.list({})).rows.length).toBeGreaterThan(5);
    });

    test("a page that ends with the list says so, and a cursor of another list is refused", async () => {
      for (const n of [1, 2]) await actions.begin(action(n));
      expect((await actions.list({ limit: 2 })).next).toBeUndefined();
      await expect(actions.list({ after: "nonsense" })).rejects.toThrow(CirrusError);
      await expect(actions.list({ limit: 0 })).rejects.toThrow(CirrusError);
    });
  });
}

function action(n: number): Action {
  const at = `2030-01-01T00:00:0${n % 10}.000Z`;
  return {
    id: `01970000-0000-7000-8000-0000000000${String(n).padStart(2, "0")}`,
    kind: "rerun",
    request: { kind: "rerun", payloadIds: ["c/workflow-w/a"] },
    what: "rerun 1 payload",
    by: "alice",
    at,
    state: "RUNNING",
    done: 0,
    skipped: 0,
    failed: 0,
    updated: at,
    problems: [],
    version: 1,
  };
}
