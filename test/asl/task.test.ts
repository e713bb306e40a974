import { describe, expect, it } from "vitest";
import { makeVirtualClock } from "../virtual-clock.ts";
import { type Answer, only, run, START, start, task } from "./harness.ts";

const lasting =
  (seconds: number): Answer =>
  async ({ signal }, clock) => {
    await clock.sleep(seconds * 1000, signal);
    return "done";
  };

describe("a task's time", () => {
  it("ends with States.Timeout after TimeoutSeconds, and the task's signal is aborted", async () => {
    const { result, calls, clock, history } = start(only(task("t", { TimeoutSeconds: 5 })), {
      tasks: { t: lasting(6) },
    });
    expect(await result).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(calls[0]?.timeoutSeconds).toBe(5);
    expect(clock.now() - Date.parse(START)).toBe(5000);
    expect(history.map(({ type }) => type)).toContain("TaskTimedOut");
  });

  it("does not end before", async () => {
    expect(await run(only(task("t", { TimeoutSeconds: 5 })), { tasks: { t: lasting(4) } })).toEqual({
      status: "SUCCEEDED",
      output: "done",
    });
  });

  it("counts for each attempt on its own", async () => {
    const lengths = [6, 6, 3];
    const t: Answer = (call, clock) => lasting(lengths.shift() ?? 0)(call, clock);
    const Retry = [{ ErrorEquals: ["States.Timeout"] }];
    const { result, clock } = start(only(task("t", { TimeoutSeconds: 5, Retry })), { tasks: { t } });
    expect(await result).toEqual({ status: "SUCCEEDED", output: "done" });
    expect(clock.now() - Date.parse(START)).toBe((5 + 1 + 5 + 2 + 3) * 1000);
  });

  it("can be read from the input, and must be a whole number there", async () => {
    const definition = only(task("t", { TimeoutSecondsPath: "$.limit" }));
    const tasks = { t: lasting(3) };
    expect(await run(definition, { input: { limit: 2 }, tasks })).toMatchObject({ error: "States.Timeout" });
    expect(await run(definition, { input: { limit: 4 }, tasks })).toMatchObject({ status: "SUCCEEDED" });
    expect(await run(definition, { input: { limit: "4" }, tasks })).toMatchObject({ error: "States.Runtime" });
  });

  it("ends with States.HeartbeatTimeout after HeartbeatSeconds, as nothing can send a heartbeat", async () => {
    const definition = only(task("t", { TimeoutSeconds: 9, HeartbeatSeconds: 2 }));
    expect(await run(definition, { tasks: { t: lasting(3) } })).toMatchObject({ error: "States.HeartbeatTimeout" });
  });

  it("is not waited for when the task ignores its signal", async () => {
    const t = () => new Promise<never>(() => undefined);
    expect(await run(only(task("t", { TimeoutSeconds: 1 })), { tasks: { t } })).toMatchObject({
      error: "States.Timeout",
    });
  });
});

describe("the machine's time", () => {
  const definition = { TimeoutSeconds: 10, ...(only(task("t")) as object) };

  it("ends the execution TIMED_OUT, whatever it is doing, and aborts the task", async () => {
    const { result, calls } = start(definition, { tasks: { t: lasting(11) } });
    expect(await result).toMatchObject({ status: "TIMED_OUT", error: "States.Timeout" });
    expect(calls[0]?.signal.aborted).toBe(true);
  });

  it("is no error of a state that could be caught", async () => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "caught" }];
    const t = {
      TimeoutSeconds: 10,
      StartAt: "t",
      States: { t: task("t", { Catch, End: true }), caught: { Type: "Succeed" } },
    };
    expect(await run(t, { tasks: { t: lasting(11) } })).toMatchObject({ status: "TIMED_OUT" });
  });

  it("counts from the start of the execution, also when it is resumed", async () => {
    const clock = makeVirtualClock(Date.parse(START) + 8000);
    const { result } = start(definition, { clock, tasks: { t: lasting(3) } });
    expect(await result).toMatchObject({ status: "TIMED_OUT" });
    expect(clock.now() - Date.parse(START)).toBe(10_000);
  });
});

describe("a fault that is no task's failure", () => {
  it("rejects the run and leaves the journal as it was, so that it can be resumed", async () => {
    const t = () => {
      throw new RangeError("the disk is full");
    };
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "caught" }];
    const definition = { StartAt: "t", States: { t: task("t", { Catch, End: true }), caught: { Type: "Succeed" } } };
    const first = start(definition, { tasks: { t } });
    await expect(first.result).rejects.toThrow("the disk is full");
    const second = start(definition, { history: first.history, clock: first.clock, tasks: { t: () => "fine" } });
    expect(await second.result).toEqual({ status: "SUCCEEDED", output: "fine" });
    expect(second.calls[0]?.token).toBe(first.calls[0]?.token);
  });
});
