/** The metadata loop over hours: whoever has something due waits for one task of each of the others at most. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type LoopRecord, newLoop } from "../../../src/loop/loop-record.ts";
import { type LoopTask, METADATA_LOOP, taskKey } from "../../../src/loop/loop-task.ts";
import { planIteration } from "../../../src/loop/turns/plan-iteration.ts";
import { nextDue } from "../../../src/loop/turns/schedule.ts";
import { MINUTE, NO_CONTROLS, NOW, registered, SECOND, task } from "./turn-world.ts";

interface Start {
  readonly codops: string;
  readonly task: string;
  readonly at: number;
  /** Since when its organisation had something due. */
  readonly dueSince: number;
}

/** Plays rounds one after the other; each task takes as long as the next of `durations` says. */
function play(tasks: readonly LoopTask[], durations: readonly number[]): readonly Start[] {
  const registration = registered(tasks);
  const lastStarts: Record<string, number> = {};
  const starts: Start[] = [];
  let record: LoopRecord = newLoop(METADATA_LOOP);
  let now = NOW;
  const dueAt = (one: LoopTask) => nextDue(one, lastStarts[taskKey(one)] ?? NOW, now);
  while (starts.length < durations.length) {
    const planned = planIteration({ record, registration, controls: NO_CONTROLS, lastStarts, now });
    record = planned.record;
    if (planned.plan === "nothing") now = planned.until;
    else for (const turn of record.turns) run(turn.task);
    record = { ...record, nextAt: now };
  }
  return starts;

  function run(key: string): void {
    const codops = key.split("/")[0] ?? "";
    const served = starts.findLast((start) => start.codops === codops)?.at ?? NOW;
    const due = tasks.filter((one) => one.codops === codops).map(dueAt);
    starts.push({ codops, task: key, at: now, dueSince: Math.max(served, Math.min(...due)) });
    lastStarts[key] = now;
    now += durations[starts.length] ?? SECOND;
  }
}

const tasks = fc.uniqueArray(
  fc.record({
    codops: fc.constantFrom("debr", "sesr", "zzebu", "default"),
    name: fc.constantFrom("a", "b", "c"),
    everyMs: fc.option(fc.constantFrom(MINUTE, 7 * MINUTE, 30 * MINUTE), { nil: undefined }),
  }),
  { minLength: 1, selector: ({ codops, name }) => `${codops}/${name}` },
);
const durations = fc.array(fc.integer({ min: 1, max: 5 * MINUTE }), { minLength: 40, maxLength: 40 });

test("P4: nobody who has something due waits for more than one task of each other organisation", () => {
  fc.assert(
    fc.property(tasks, durations, (drawn, times) => {
      const all = drawn.map(({ codops, name, everyMs }) => task(`${codops}/${name}`, { everyMs }, METADATA_LOOP));
      const starts = play(all, times);
      for (const start of starts) {
        const meanwhile = starts
          .filter(({ codops, at }) => codops !== start.codops && at > start.dueSince && at < start.at)
          .map(({ codops }) => codops);
        expect(new Set(meanwhile).size, `${start.task} at ${start.at}`).toBe(meanwhile.length);
      }
    }),
    { numRuns: 500 },
  );
});

test("P4: within an organisation every task comes again before another has had a second turn more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), durations, (count, times) => {
      const names = Array.from({ length: count }, (_, index) => `debr/t${index}`);
      const starts = play(
        [...names, "sesr/a"].map((key) => task(key, {}, METADATA_LOOP)),
        times,
      );
      const own = starts.filter(({ codops }) => codops === "debr").map((start) => start.task);
      const expected = own.map((_, index) => names[index % count]);
      expect(own).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});
