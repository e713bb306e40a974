/** What a loop does next: turns in their order, retries, requests, pauses, and when an iteration begins and ends. */
import { describe, expect, test } from "vitest";
import { newLoop } from "../../../src/loop/loop-record.ts";
import { type Decision, decideTurn, type TurnInput } from "../../../src/loop/turns/decide-turn.ts";
import {
  asked,
  iterating,
  MINUTE,
  NO_CONTROLS,
  NOW,
  PAUSED,
  registered,
  requestOf,
  runNow,
  SECOND,
  task,
} from "./turn-world.ts";

const registration = registered([task("debr/a"), task("debr/b"), task("debr/c"), task("sesr/z")]);
const fresh = iterating("debr", registration, ["debr/a", "debr/b", "debr/c"]);

function decide(change: Partial<TurnInput> = {}): Decision {
  return decideTurn({ record: fresh, registration, controls: NO_CONTROLS, now: NOW, ...change });
}

/** `debr/a, attempt 1, turn`, or what else there is to do. */
function told(decision: Decision): string {
  if (decision.decision !== "run") return decision.decision;
  return `${decision.task.codops}/${decision.task.name}, attempt ${decision.attempt}, ${decision.trigger}`;
}

const finished = (keys: readonly string[]) => ({
  ...fresh,
  turns: fresh.turns.map((turn) => (keys.includes(turn.task) ? { ...turn, state: "FINISHED" as const } : turn)),
});

describe("while an iteration goes on", () => {
  test("P2: the first turn that is pending is next", () => {
    expect(told(decide())).toBe("debr/a, attempt 1, turn");
    expect(told(decide({ record: finished(["debr/a", "debr/b"]) }))).toBe("debr/c, attempt 1, turn");
  });

  test("P2: it ends when every turn was had", () => {
    expect(told(decide({ record: finished(["debr/a", "debr/b", "debr/c"]) }))).toBe("end-iteration");
    expect(told(decide({ record: { ...fresh, turns: [] } }))).toBe("end-iteration");
  });

  test("P6: it keeps its registration, whatever was committed", () => {
    expect(told(decide({ early: true }))).toBe("debr/a, attempt 1, turn");
    expect(told(decide({ stale: true }))).toBe("begin-iteration");
  });

  test("P6: a new one begins where its registration is gone", () => {
    expect(told(decide({ registration: undefined }))).toBe("begin-iteration");
    expect(told(decide({ record: newLoop("debr"), registration: undefined }))).toBe("begin-iteration");
  });

  test("a task that is paused keeps its turn until the iteration ends", () => {
    const controls = asked({ "debr/a": PAUSED });
    expect(told(decide({ controls }))).toBe("debr/b, attempt 1, turn");
    const record = finished(["debr/b", "debr/c"]);
    expect(told(decide({ record, controls }))).toBe("end-iteration");
    expect(told(decide({ record }))).toBe("debr/a, attempt 1, turn");
  });

  test("a loop that is paused waits, and says by whose request", () => {
    const pause = requestOf({ note: "the API is down" });
    const controls = { ...asked({ "debr/a": runNow("one") }), loops: { debr: { pause } } };
    const expected = { decision: "wait", reason: "paused", pause, until: NOW + 5 * MINUTE };
    expect(decide({ controls })).toEqual(expected);
    expect(decide({ controls, stale: true })).toEqual(expected);
    expect(told(decide({ controls: { ...controls, loops: { sesr: { pause } } } }))).toBe("debr/a, attempt 1, run-now");
  });
});

describe("a failed task that is tried again", () => {
  const record = {
    ...finished(["debr/a"]),
    retry: { task: "debr/b", attempt: 3, at: NOW + 30 * SECOND },
  };

  test("lets its loop wait until its time", () => {
    expect(decide({ record })).toEqual({ decision: "wait", reason: "retry", until: NOW + 30 * SECOND });
    expect(told(decide({ record, now: NOW + 30 * SECOND }))).toBe("debr/b, attempt 3, retry");
  });

  test("comes after what somebody asks to run now", () => {
    expect(told(decide({ record, controls: asked({ "debr/c": runNow("one") }) }))).toBe("debr/c, attempt 1, run-now");
  });

  test("lets the others have their turns where it is paused", () => {
    const controls = asked({ "debr/b": PAUSED });
    expect(told(decide({ record, controls }))).toBe("debr/c, attempt 1, turn");
    expect(told(decide({ record: { ...record, turns: [] }, controls }))).toBe("end-iteration");
  });
});

describe("a request to run now", () => {
  test("comes before the turns that are pending, and says which request it answers", () => {
    expect(decide({ controls: asked({ "debr/c": runNow("one") }) })).toMatchObject({
      decision: "run",
      task: { name: "c" },
      trigger: "run-now",
      request: "one",
    });
  });

  test("runs a task that is paused, or has had its turn", () => {
    expect(told(decide({ controls: asked({ "debr/c": { ...PAUSED, ...runNow("one") } }) }))).toContain("debr/c");
    const record = finished(["debr/a", "debr/b", "debr/c"]);
    expect(told(decide({ record, controls: asked({ "debr/a": runNow("one") }) }))).toBe("debr/a, attempt 1, run-now");
  });

  test("is answered in the order of requests", () => {
    const controls = asked({
      "debr/b": runNow("later", "2030-01-01T00:00:02.000Z"),
      "debr/c": runNow("earlier", "2030-01-01T00:00:01.000Z"),
    });
    expect(told(decide({ controls }))).toBe("debr/c, attempt 1, run-now");
  });

  test("is nothing for a loop that the task is not in, or for a task that nobody registers", () => {
    const controls = asked({ "sesr/z": runNow("one"), "debr/gone": runNow("two") });
    expect(told(decide({ controls }))).toBe("debr/a, attempt 1, turn");
  });
});

describe("between two iterations", () => {
  const record = { ...finished(["debr/a", "debr/b", "debr/c"]), nextAt: NOW + 10 * SECOND };

  test("P7: the loop waits for its time", () => {
    expect(decide({ record })).toEqual({ decision: "wait", reason: "iteration", until: NOW + 10 * SECOND });
    expect(told(decide({ record, now: NOW + 10 * SECOND }))).toBe("begin-iteration");
  });

  test("P7: it does not wait for what a clock said that was set back since", () => {
    const minimumMs = 10 * MINUTE;
    const waitsUntil = (nextAt: number) => told(decide({ record: { ...record, nextAt }, minimumMs }));
    expect(waitsUntil(NOW + minimumMs)).toBe("wait");
    expect(waitsUntil(NOW + minimumMs + 1)).toBe("begin-iteration");
    const retry = { task: "debr/b", attempt: 2, at: NOW + 60 * MINUTE };
    expect(told(decide({ record: { ...fresh, retry } }))).toBe("debr/b, attempt 2, retry");
  });

  test("P7: something that happens ends the pause", () => {
    expect(told(decide({ record, early: true }))).toBe("begin-iteration");
    expect(told(decide({ record, controls: asked({ "debr/a": runNow("one") }) }))).toBe("begin-iteration");
  });
});
