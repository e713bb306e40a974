import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeMemory } from "../../src/asl/journal.ts";
import type { Journal } from "../../src/asl/run.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

function setUp({ signal, fail = () => false }: { signal?: AbortSignal; fail?: (append: number) => boolean } = {}) {
  const appends: string[][] = [];
  const journal = {
    async append(events: readonly { readonly path: string }[]): Promise<void> {
      await new Promise(setImmediate);
      if (fail(appends.length)) throw new Error("The disk is full.");
      appends.push(events.map(({ path }) => path));
    },
  };
  return { memory: makeMemory(journal, [], makeVirtualClock(), signal), appends };
}

describe("the run's memory", () => {
  test("writes what branches record in any interleaving once, in order and before their flush resolves", async () => {
    const branch = fc.array(
      fc.record({ events: fc.integer({ min: 0, max: 3 }), turns: fc.integer({ min: 0, max: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(branch, { minLength: 1, maxLength: 6 }), async (branches) => {
        const { memory, appends } = setUp();
        const recorded: string[] = [];
        const run = async (name: number, steps: (typeof branches)[number]) => {
          for (const [step, { events, turns }] of steps.entries()) {
            const own = Array.from({ length: events }, (_, event) => `/${name}/${step}/${event}`);
            for (const path of own) {
              memory.record("PassStateEntered", path, {});
              recorded.push(path);
            }
            for (let turn = 0; turn < turns; turn += 1) await undefined;
            await memory.flush();
            expect(appends.flat()).toEqual(expect.arrayContaining(own));
          }
        };
        await Promise.all(branches.map((steps, name) => run(name, steps)));
        expect(appends.flat()).toEqual(recorded);
        // Nothing is written for nothing.
        expect(appends.filter((events) => events.length === 0)).toEqual([]);
      }),
    );
  });

  test("branches that start together share an append", async () => {
    const { memory, appends } = setUp();
    const start = async (path: string) => {
      await undefined;
      memory.record("PassStateEntered", path, {});
      await memory.flush();
    };
    await Promise.all(["/a", "/b", "/c"].map(start));
    expect(appends).toEqual([["/a", "/b", "/c"]]);
  });

  test("the result of the run comes with its last events, also where none are left to write", async () => {
    const appends: [number, string | undefined][] = [];
    const journal: Journal = {
      append: async (events, result) => void appends.push([events.length, result?.status]),
    };
    const result = { status: "SUCCEEDED", output: null } as const;
    const [first, second] = [1, 2].map(() => makeMemory(journal, [], makeVirtualClock(), undefined));
    first?.record("PassStateEntered", "/a", {});
    await first?.flush(result);
    await second?.flush(result);
    expect(appends).toEqual([
      [1, "SUCCEEDED"],
      [0, "SUCCEEDED"],
    ]);
  });

  test("after a write that failed nothing more is written, and every flush says why", async () => {
    const { memory, appends } = setUp({ fail: (append) => append === 1 });
    for (const path of ["/a", "/b", "/c"]) {
      memory.record("PassStateEntered", path, {});
      const flushed = memory.flush();
      if (path === "/a") await flushed;
      else await expect(flushed).rejects.toThrow("The disk is full.");
    }
    expect(appends).toEqual([["/a"]]);
  });
});
