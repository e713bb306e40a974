/** Which tasks have a turn in an iteration, and in which order. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newLoop } from "../../../src/loop/loop-record.ts";
import { type LoopTask, METADATA_LOOP, taskKey } from "../../../src/loop/loop-task.ts";
import type { Registration } from "../../../src/loop/registration.ts";
import { type PlanInput, planIteration } from "../../../src/loop/turns/plan-iteration.ts";
import {
  asked,
  COMMIT,
  DAY,
  HOUR,
  iterating,
  MINUTE,
  NO_CONTROLS,
  NOW,
  OTHER_COMMIT,
  PAUSED,
  pinned,
  registered,
  runNow,
  task,
} from "./turn-world.ts";

function plan(registration: Registration, change: Partial<PlanInput> = {}) {
  return planIteration({
    record: newLoop("debr"),
    registration,
    controls: NO_CONTROLS,
    lastStarts: {},
    now: NOW,
    ...change,
  });
}

function turnsOf(registration: Registration, change: Partial<PlanInput> = {}): readonly string[] {
  const { plan: planned, record } = plan(registration, change);
  return planned === "turns" ? record.turns.map(({ task }) => task) : [];
}

const metadata = (keys: readonly string[], settings = {}) => keys.map((key) => task(key, settings, METADATA_LOOP));
const metadataLoop = newLoop(METADATA_LOOP);

describe("an organisation's loop", () => {
  test("P7: has its tasks in the order of registration", () => {
    expect(turnsOf(registered([task("debr/b"), task("debr/a"), task("debr/c")]))).toEqual([
      "debr/b",
      "debr/a",
      "debr/c",
    ]);
  });

  test("P7: has those of higher priority first, and equal ones in the order of registration", () => {
    const tasks = [task("debr/a"), task("debr/b", { priority: 5 }), task("debr/c", { priority: -1 }), task("debr/d")];
    expect(turnsOf(registered([...tasks, task("debr/e", { priority: 5 })]))).toEqual([
      "debr/b",
      "debr/e",
      "debr/a",
      "debr/d",
      "debr/c",
    ]);
  });

  test("P3: has the tasks of its own organisation that are not in the metadata loop", () => {
    const tasks = [task("debr/a"), task("sesr/b"), task("debr/c", {}, METADATA_LOOP)];
    expect(turnsOf(registered(tasks))).toEqual(["debr/a"]);
  });

  test("P7: leaves out what is not due and what is paused", () => {
    const tasks = [
      task("debr/a", { everyMs: HOUR }),
      task("debr/b"),
      task("debr/c"),
      task("debr/d", { everyMs: HOUR }),
    ];
    const lastStarts = { "debr/a": NOW - MINUTE, "debr/d": NOW - HOUR };
    const controls = asked({ "debr/b": PAUSED });
    expect(turnsOf(registered(tasks), { lastStarts, controls })).toEqual(["debr/c", "debr/d"]);
  });

  test("P29: leaves out tasks of a repository of which no commit can be read, unless they are pinned", () => {
    const repositories = [{ repository: "/repositories/one", branch: "main", notebookCommits: {} }];
    const registration = registered([task("debr/a"), task("debr/b", { pin: COMMIT }), task("debr/c")], {
      repositories,
    });
    expect(turnsOf(registration, { controls: asked({ "debr/c": pinned(OTHER_COMMIT) }) })).toEqual([
      "debr/b",
      "debr/c",
    ]);
  });

  test("P6: a new iteration works with the newest registration alone", () => {
    const [before, after] = [
      registered([task("debr/a"), task("debr/b")]),
      registered([task("debr/b"), task("debr/c")]),
    ];
    const record = { ...iterating("debr", before, ["debr/a", "debr/b"]), nextAt: NOW, iteration: 7, fruitless: 3 };
    expect(plan(after, { record }).record).toMatchObject({
      iteration: 8,
      iterationStartedAt: new Date(NOW).toISOString(),
      registration: after.id,
      turns: [
        { task: "debr/b", state: "PENDING" },
        { task: "debr/c", state: "PENDING" },
      ],
      nextAt: undefined,
      fruitless: 4,
    });
  });

  test("a turn that was stopped in the middle comes again, although its schedule says later", () => {
    const registration = registered([task("debr/a", { everyMs: DAY }), task("debr/b", { everyMs: DAY })]);
    const record = iterating("debr", registered([]), ["debr/b"]);
    const stopped = {
      ...record,
      turns: [{ task: "debr/a", state: "PENDING", execution: "one" } as const, ...record.turns],
    };
    const lastStarts = { "debr/a": NOW - 1, "debr/b": NOW - 1 };
    expect(turnsOf(registration, { record: stopped, lastStarts })).toEqual(["debr/a"]);
  });

  test("begins for a request alone, and waits for nothing", () => {
    const registration = registered([task("debr/a", { everyMs: HOUR })]);
    const lastStarts = { "debr/a": NOW };
    expect(plan(registration, { lastStarts, controls: asked({ "debr/a": runNow("one") }) })).toMatchObject({
      plan: "turns",
      record: { iteration: 1, turns: [] },
    });
  });
});

describe("where no task is due", () => {
  test("P7: there is no iteration before the next schedule", () => {
    const registration = registered([task("debr/a", { everyMs: HOUR }), task("debr/b", { everyMs: HOUR })]);
    const lastStarts = { "debr/a": NOW - 58 * MINUTE, "debr/b": NOW };
    const planned = plan(registration, { lastStarts });
    expect(planned).toMatchObject({ plan: "nothing", until: NOW + 2 * MINUTE, record: { iteration: 0 } });
  });

  test("it is looked for again after five minutes at the latest", () => {
    const far = registered([task("debr/a", { everyMs: DAY })]);
    expect(plan(far, { lastStarts: { "debr/a": NOW } })).toMatchObject({ until: NOW + 5 * MINUTE });
    expect(plan(registered([]))).toMatchObject({ plan: "nothing", until: NOW + 5 * MINUTE });
  });

  test("what is paused does not wake the loop", () => {
    const registration = registered([task("debr/a", { everyMs: HOUR }), task("debr/b")]);
    const controls = asked({ "debr/a": PAUSED, "debr/b": PAUSED });
    expect(plan(registration, { controls })).toMatchObject({ plan: "nothing", until: NOW + 5 * MINUTE });
  });

  test("the iteration before it is over", () => {
    const record = iterating("debr", registered([]), ["debr/a"]);
    expect(plan(registered([]), { record }).record.nextAt).toBe(NOW);
  });
});

describe("a task with a `cron` that has never run", () => {
  const daily = task("debr/a", { cron: { expression: "0 6 * * *", timezone: "UTC" } });

  test("has its first run at the first time after the loop knew it, also when that was missed", () => {
    const first = plan(registered([daily]));
    expect(first).toMatchObject({ plan: "nothing", record: { knownSince: { "debr/a": NOW } } });
    const later = { record: first.record, now: NOW + 5 * HOUR };
    expect(turnsOf(registered([daily]), later)).toEqual([]);
    expect(turnsOf(registered([daily]), { ...later, now: NOW + 9 * HOUR })).toEqual(["debr/a"]);
  });

  test("is remembered until it runs or goes", () => {
    const record = { ...newLoop("debr"), knownSince: { "debr/a": NOW - DAY, "debr/gone": NOW - DAY } };
    expect(plan(registered([daily]), { record }).record.knownSince).toEqual({ "debr/a": NOW - DAY });
    const ran = plan(registered([daily]), { record, lastStarts: { "debr/a": NOW } });
    expect(ran.record.knownSince).toBeUndefined();
  });
});

describe("the metadata loop", () => {
  test("P4: has a task of each organisation in a round", () => {
    const tasks = metadata(["debr/a", "debr/b", "debr/c", "sesr/a", "zzebu/a", "zzebu/b"]);
    expect(turnsOf(registered([...tasks, task("debr/own")]), { record: metadataLoop })).toEqual([
      "debr/a",
      "sesr/a",
      "zzebu/a",
    ]);
  });

  test("P4: an organisation's tasks take turns, the one that ran longest ago first", () => {
    const lastStarts = { "debr/a": NOW - 2, "debr/b": NOW - 3, "debr/c": NOW - 1 };
    const tasks = metadata(["debr/a", "debr/b", "debr/c"]);
    expect(turnsOf(registered(tasks), { record: metadataLoop, lastStarts })).toEqual(["debr/b"]);
    const more = registered([...tasks, ...metadata(["debr/new"])]);
    expect(turnsOf(more, { record: metadataLoop, lastStarts })).toEqual(["debr/new"]);
  });

  test("P4: who was served longest ago comes first, by all tasks of the organisation", () => {
    const tasks = metadata(["debr/a", "debr/b", "sesr/a"]);
    const lastStarts = { "debr/a": NOW - 10, "debr/b": NOW - 1, "sesr/a": NOW - 5 };
    expect(turnsOf(registered(tasks), { record: metadataLoop, lastStarts })).toEqual(["sesr/a", "debr/a"]);
  });

  test("P4: priority does not put an organisation before another", () => {
    const tasks = [...metadata(["debr/a"]), ...metadata(["sesr/a"], { priority: 9 })];
    expect(turnsOf(registered(tasks), { record: metadataLoop })).toEqual(["debr/a", "sesr/a"]);
  });
});

const anyTask = fc.record({
  codops: fc.constantFrom("debr", "sesr"),
  name: fc.constantFrom("a", "b", "c", "d", "e"),
  loop: fc.constantFrom(undefined, METADATA_LOOP),
  priority: fc.integer({ min: -2, max: 2 }),
  everyMs: fc.option(fc.constantFrom(MINUTE, HOUR), { nil: undefined }),
  startedAgo: fc.option(fc.integer({ min: 0, max: 2 * HOUR }), { nil: undefined }),
  paused: fc.boolean(),
});

test("P2: in an iteration each due task of the loop that is not paused has exactly one turn, and no other", () => {
  const tasksOnce = fc.uniqueArray(anyTask, { selector: ({ codops, name }) => `${codops}/${name}`, maxLength: 10 });
  fc.assert(
    fc.property(tasksOnce, (drawn) => {
      const tasks: LoopTask[] = drawn.map(({ codops, name, loop, priority, everyMs }) =>
        task(`${codops}/${name}`, { priority, everyMs }, loop),
      );
      const keys = tasks.map(taskKey);
      const lastStarts = Object.fromEntries(
        drawn.flatMap(({ startedAgo }, index) => (startedAgo === undefined ? [] : [[keys[index], NOW - startedAgo]])),
      );
      const controls = asked(
        Object.fromEntries(drawn.flatMap(({ paused }, index) => (paused ? [[keys[index], PAUSED]] : []))),
      );
      const expected = drawn.filter(
        ({ paused, everyMs, startedAgo }) =>
          !paused && (everyMs === undefined || startedAgo === undefined || startedAgo >= everyMs),
      );
      const own = expected.filter(({ codops, loop }) => codops === "debr" && loop === undefined);
      const turns = turnsOf(registered(tasks), { lastStarts, controls });
      expect([...turns].sort()).toEqual(own.map(({ name }) => `debr/${name}`).sort());
      const priorities = turns.map((key) => drawn[keys.indexOf(key)]?.priority ?? 0);
      expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
      const shared = turnsOf(registered(tasks), { record: metadataLoop, lastStarts, controls });
      const served = expected.filter(({ loop }) => loop === METADATA_LOOP).map(({ codops }) => codops);
      expect(shared.map((key) => key.split("/")[0]).sort()).toEqual([...new Set(served)].sort());
    }),
    { numRuns: 500 },
  );
});
