/** What becomes of a loop's record with each beginning and end, and how long it waits between iterations. */
import { describe, expect, test } from "vitest";
import { STOPPED } from "../../../src/loop/execute.ts";
import type { ExecutionEnd, LoopExecution, Outcome } from "../../../src/loop/loop-execution.ts";
import type { LoopRecord } from "../../../src/loop/loop-record.ts";
import { METADATA_LOOP } from "../../../src/loop/loop-task.ts";
import { beginTurn, endIteration, endTurn } from "../../../src/loop/turns/change-turn.ts";
import { executionOf, iterating, MINUTE, NOW, registered, SECOND, task } from "./turn-world.ts";

const record = iterating("debr", registered([]), ["debr/a", "debr/b", "debr/c"]);

const execution = (key: string, change: Partial<LoopExecution> = {}, retry = { attempts: 0, delaySeconds: 0 }) =>
  executionOf(task(key, { retry }), { id: `of ${key}`, ...change });

const end = (outcome: Outcome, error?: string): ExecutionEnd => ({
  outcome,
  endedAt: new Date(NOW).toISOString(),
  durationMs: 1,
  error: error === undefined ? undefined : { name: error, message: "for a reason" },
});

const shown = ({ turns }: LoopRecord) => turns.map((turn) => `${turn.task} ${turn.state}`);

/** The record after an execution of `debr/b` has begun and ended. */
function ended(by: ExecutionEnd, begun = execution("debr/b")): LoopRecord {
  return endTurn(beginTurn(record, begun, 7), { execution: begun, end: by }, NOW);
}

describe("a turn that begins", () => {
  test("P33: is RUNNING, and is the only one", () => {
    const begun = beginTurn(record, execution("debr/a"), 7);
    expect(begun).toMatchObject({ running: "of debr/a", runningFence: 7 });
    expect(shown(begun)).toEqual(["debr/a RUNNING", "debr/b PENDING", "debr/c PENDING"]);
  });

  test("comes before those that are pending, also out of its order", () => {
    expect(shown(beginTurn(record, execution("debr/c"), 7))).toEqual([
      "debr/c RUNNING",
      "debr/a PENDING",
      "debr/b PENDING",
    ]);
  });

  test("is one turn where the task has had one, and a new one where it had none", () => {
    const had = endTurn(
      beginTurn(record, execution("debr/a"), 7),
      { execution: execution("debr/a"), end: end("FAILED") },
      NOW,
    );
    expect(shown(beginTurn(had, execution("debr/a"), 7))).toEqual([
      "debr/a RUNNING",
      "debr/b PENDING",
      "debr/c PENDING",
    ]);
    expect(shown(beginTurn(had, execution("debr/d"), 7))).toEqual([
      "debr/a FINISHED",
      "debr/d RUNNING",
      "debr/b PENDING",
      "debr/c PENDING",
    ]);
  });

  test("leaves the retry of another task, and is its own", () => {
    const retry = { task: "debr/b", attempt: 2, at: NOW };
    expect(beginTurn({ ...record, retry }, execution("debr/a"), 7).retry).toEqual(retry);
    expect(beginTurn({ ...record, retry }, execution("debr/b"), 7).retry).toBeUndefined();
  });
});

describe("a turn that ends", () => {
  test.each(["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "LOST"] as const)(
    "P33: is FINISHED when it %s",
    (outcome) => {
      const record = ended(end(outcome));
      expect(record).toMatchObject({ running: undefined, runningFence: undefined, retry: undefined });
      expect(shown(record)).toEqual(["debr/b FINISHED", "debr/a PENDING", "debr/c PENDING"]);
      expect(record.turns[0]?.execution).toBe("of debr/b");
    },
  );

  test("comes again where the loop was stopped, which is nobody's fault", () => {
    expect(shown(ended(end("CANCELLED", STOPPED)))[0]).toBe("debr/b PENDING");
    expect(shown(ended(end("CANCELLED", "Cancelled")))[0]).toBe("debr/b FINISHED");
  });

  test("is had where nobody knows of its execution any more", () => {
    expect(shown(endTurn(beginTurn(record, execution("debr/b"), 7), undefined, NOW))[0]).toBe("debr/b FINISHED");
  });

  test("P7: makes the iteration one that came to something where it succeeded", () => {
    expect(ended(end("SUCCEEDED")).fruitless).toBe(0);
    expect(ended(end("FAILED")).fruitless).toBe(record.fruitless);
  });
});

describe("a retry", () => {
  const retry = { attempts: 2, delaySeconds: 30 };
  const attempt = (number: number, change: Partial<LoopExecution> = {}) =>
    execution("debr/b", { attempt: number, ...change }, retry);

  test("follows a failure after its delay, as often as it is allowed", () => {
    expect(ended(end("FAILED"), attempt(1)).retry).toEqual({ task: "debr/b", attempt: 2, at: NOW + 30 * SECOND });
    expect(shown(ended(end("FAILED"), attempt(1)))[0]).toBe("debr/b PENDING");
    expect(ended(end("FAILED"), attempt(2)).retry).toMatchObject({ attempt: 3 });
    expect(ended(end("FAILED"), attempt(3)).retry).toBeUndefined();
    expect(shown(ended(end("FAILED"), attempt(3)))[0]).toBe("debr/b FINISHED");
  });

  test("that was stopped is the same attempt again", () => {
    const stopped = ended(end("CANCELLED", STOPPED), attempt(2, { trigger: "retry" }));
    expect(stopped.retry).toEqual({ task: "debr/b", attempt: 2, at: NOW });
    expect(shown(stopped)[0]).toBe("debr/b PENDING");
    expect(ended(end("CANCELLED", STOPPED), attempt(1)).retry).toBeUndefined();
  });

  test("lets a loop wait for five minutes at most", () => {
    const slow = execution("debr/b", {}, { attempts: 1, delaySeconds: 86_400 });
    expect(ended(end("FAILED"), slow).retry?.at).toBe(NOW + 5 * MINUTE);
  });

  test("does not follow what would end in the same way, or what somebody looks at", () => {
    for (const outcome of ["SUCCEEDED", "TIMED_OUT", "CANCELLED", "LOST"] as const) {
      expect(ended(end(outcome), attempt(1)).retry).toBeUndefined();
    }
    expect(ended(end("FAILED"), attempt(1, { trigger: "run-now" })).retry).toBeUndefined();
  });

  test("P4: lets nobody wait in the metadata loop, whose next round comes soon", () => {
    expect(ended(end("FAILED"), attempt(1, { loop: METADATA_LOOP })).retry).toBeUndefined();
  });
});

describe("P7: the pause after an iteration", () => {
  const pause = (fruitless: number, minimumMs: number, tookMs = 0) =>
    (endIteration({ ...record, fruitless }, minimumMs, NOW + tookMs).nextAt ?? 0) - NOW;

  test("lasts until the minimum time after its beginning", () => {
    expect(pause(0, 10 * SECOND)).toBe(10 * SECOND);
    expect(pause(0, 10 * SECOND, 4 * SECOND)).toBe(10 * SECOND);
    expect(pause(0, 10 * SECOND, 40 * SECOND)).toBe(40 * SECOND);
  });

  test("doubles with each that came to nothing, up to five minutes", () => {
    expect([1, 2, 3, 4, 5, 6, 2000].map((fruitless) => pause(fruitless, 10 * SECOND) / SECOND)).toEqual([
      20, 40, 80, 160, 300, 300, 300,
    ]);
  });

  test("is there where nothing succeeds, although no minimum is asked for", () => {
    expect(pause(0, 0)).toBe(0);
    expect(pause(1, 0)).toBe(2 * SECOND);
  });

  test("is never shorter than the minimum", () => {
    expect(pause(3, 10 * MINUTE)).toBe(10 * MINUTE);
  });

  test("ends a retry that still waited", () => {
    const waiting = { ...record, retry: { task: "debr/b", attempt: 2, at: NOW } };
    expect(endIteration(waiting, 0, NOW).retry).toBeUndefined();
  });
});
