import { describe, expect, it } from "vitest";
import {
  deedsOf,
  holderText,
  loopNow,
  nextTurn,
  pauseText,
  placeText,
  successText,
  turnsText,
} from "../../../dashboard/src/views/loops/turn-texts.ts";

const now = Date.parse("2030-01-31T12:00:00.000Z");

describe("a task's next turn", () => {
  it("is told as the API tells it where no clock says when", () => {
    expect(nextTurn({ next: "2nd in its loop" }, now)).toEqual({ text: "2nd in its loop" });
  });

  it("is a time where one is to come, and due once it has come", () => {
    const turn = { next: "by its schedule", nextAt: "2030-01-31T12:30:00.000Z" };
    expect(nextTurn(turn, now)).toEqual({ text: "by its schedule", at: turn.nextAt });
    expect(nextTurn(turn, now + 3_600_000)).toEqual({ text: "due now, by its schedule" });
  });
});

describe("what can be asked of a task", () => {
  const task = { standing: "registered", state: "PENDING" } as const;
  const pause = { id: "1", at: "", by: "ada" };

  it("fits how it stands", () => {
    expect(deedsOf(task)).toEqual(["run-now", "pause", "pin"]);
    expect(deedsOf({ ...task, state: "RUNNING" })).toEqual(["cancel", "pause", "pin"]);
    expect(deedsOf({ ...task, standing: "gone" })).toEqual([]);
    expect(deedsOf({ ...task, standing: "broken" })).toEqual(["pause", "pin"]);
  });

  it("is to resume what is paused, not what its loop keeps waiting", () => {
    expect(deedsOf({ ...task, paused: { ...pause, what: "task" } })).toContain("resume");
    expect(deedsOf({ ...task, paused: { ...pause, what: "loop" } })).not.toContain("resume");
  });

  it("takes away a pin that an operator set, never one that stands in a file", () => {
    expect(deedsOf({ ...task, pin: { commit: "1a2b", by: "operator" } })).toContain("unpin");
    expect(deedsOf({ ...task, pin: { commit: "1a2b", by: "file" } })).not.toContain("unpin");
    expect(deedsOf({ ...task, pin: { commit: "1a2b", by: "file" } })).not.toContain("pin");
  });
});

describe("what a loop does now", () => {
  const loop = { loop: "zzebu", iteration: 4, turns: { had: 0, all: 3 } };
  const nextAt = "2030-01-31T12:30:00.000Z";

  it("is what it runs, or why it runs nothing", () => {
    expect(loopNow({ ...loop, running: "1", nextAt }, now)).toBe("RUNNING");
    expect(loopNow({ ...loop, paused: { id: "1", at: "", by: "ada" }, nextAt }, now)).toBe("paused");
    expect(loopNow({ ...loop, holder: "here" }, now)).toBe("between turns");
  });

  it("is to wait for its next iteration, which is due once its time has come", () => {
    expect(loopNow({ ...loop, nextAt }, now)).toBe("waits");
    expect(loopNow({ ...loop, nextAt }, now + 3_600_000)).toBe("due");
    expect(loopNow(loop, now)).toBe("due");
  });
});

it("names a process of a machine, and leaves other names as they are", () => {
  expect(holderText("7112:4819625-aadacbcb:vm:aab34741")).toBe("process 7112 on vm");
  expect(holderText("arn:aws:states:us-west-2:1234:execution:loops:zzebu")).toContain("arn:aws:states");
});

it("tells who paused it and why", () => {
  expect(pauseText({ by: "ada", note: "waits for data" })).toBe("paused by ada: waits for data");
  expect(pauseText({ by: "ada" })).toBe("paused by ada");
});

it("tells how far an iteration is", () => {
  expect(turnsText({ turns: { had: 12, all: 30 } })).toBe("12 of 30 turns had");
  expect(turnsText({ turns: { had: 3, all: 3 } })).toBe("all 3 turns had");
  expect(turnsText({ turns: { had: 1, all: 1 } })).toBe("its one turn had");
  expect(turnsText({ turns: { had: 0, all: 1 } })).toBe("0 of 1 turn had");
  expect(turnsText({ turns: { had: 0, all: 0 } })).toBe("no turns");
});

it("tells how often it succeeded, never all of it where one did not", () => {
  const counts = { SUCCEEDED: 999, FAILED: 1, TIMED_OUT: 0, CANCELLED: 0, LOST: 0 };
  expect(successText(counts)).toBe("999 of 1,000 succeeded (99\u00a0%)");
  expect(successText({ ...counts, FAILED: 0 })).toBe("999 of 999 succeeded (100\u00a0%)");
  expect(successText({ ...counts, SUCCEEDED: 0, FAILED: 0 })).toBe("");
});

it("tells where something stands as editors open it", () => {
  expect(placeText({ file: "peach.yaml", line: 12 })).toBe("peach.yaml:12");
  expect(placeText({ file: "peach.yaml" })).toBe("peach.yaml");
  expect(placeText({})).toBe("");
});
