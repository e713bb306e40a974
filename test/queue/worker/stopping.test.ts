/** What a worker does when it has to end early, when its store does not answer and when it loses an entry. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { simulateNotices } from "../../../src/queue/worker/notices.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeHandClock } from "../../scheduler/execute/hand-clock.ts";
import { work } from "./work.ts";

describe.each(["process", "reuse", "in-process"] as const)("in the mode %s", (mode) => {
  test("a stop lets running tasks finish in their time of grace, and nothing new begins", async () => {
    const stop = new AbortController();
    const { endOf, summary, queue } = await work(
      { told: { do: "await-shutdown" }, later: { do: "add", a: 1, b: 1 } },
      {
        ...{ mode, slots: 1, signal: stop.signal, limits: { graceSeconds: 20 } },
        onEvent: ({ type }) => type === "started" && stop.abort(),
      },
    );
    expect(endOf("told")).toMatchObject({ outcome: "done", result: "told" });
    expect([queue.stateOf("later"), queue.attemptsOf("later")]).toEqual(["QUEUED", 0]);
    expect(summary.reason).toBe("stopped");
  });

  test("what does not finish in that time is ended as stopped and waits as if it had not been tried", async () => {
    const stop = new AbortController();
    const { endOf, queue } = await work(
      { one: { do: "hang" } },
      {
        ...{ mode, signal: stop.signal, limits: { graceSeconds: 0.2 } },
        onEvent: ({ type }) => type === "started" && stop.abort(),
      },
    );
    expect(endOf("one")).toMatchObject({ outcome: "stopped" });
    expect(queue.stateOf("one")).toBe("QUEUED");
  });

  test("a second signal ends everything at once", async () => {
    const stop = new AbortController();
    const { endOf } = await work(
      { one: { do: "hang" } },
      {
        ...{ mode, signal: stop.signal, kill: stop.signal, limits: { graceSeconds: 1000 } },
        onEvent: ({ type }) => type === "started" && stop.abort(),
      },
    );
    expect(endOf("one")).toMatchObject({ outcome: "stopped" });
  });

  test("an entry that somebody else has by now is given up", async () => {
    const { queue, summary, events } = await work(
      { one: { do: "hang" } },
      { mode, leaseMs: 150, onEvent: (event, queue) => event.type === "started" && queue.takeAway("one") },
    );
    expect(queue.ends).toEqual([]);
    expect(summary.lost).toBe(1);
    expect(events.findLast(({ type }) => type === "ended")).not.toHaveProperty("next");
  });

  test("an end is stored as soon as the store answers again", async () => {
    const { endOf, events, summary } = await work(
      { one: { do: "add", a: 1, b: 1 } },
      { mode, prepare: (queue) => queue.fail("finish", 3) },
    );
    expect(endOf("one")).toMatchObject({ outcome: "done" });
    expect(events.filter(({ type }) => type === "problem")).toHaveLength(3);
    expect(summary).toMatchObject({ lost: 0, attempts: { done: 1 } });
  });

  test("entries are asked for again where the store does not answer", async () => {
    const { endOf } = await work(
      { one: { do: "add", a: 1, b: 1 } },
      { mode, prepare: (queue) => queue.fail("receive", 2) },
    );
    expect(endOf("one")).toMatchObject({ outcome: "done" });
  });

  test("after the notice of a machine's end nothing is begun, and what ran is tried elsewhere", async () => {
    const clock = makeHandClock();
    let started = 0;
    const { endOf, queue, summary } = await work(
      { hangs: { do: "hang" }, told: { do: "poll-termination" }, later: { do: "add", a: 1, b: 1 } },
      {
        ...(mode === "in-process" ? { mode: "process" as const } : { mode }),
        clock,
        notices: simulateNotices(clock, 5, 11),
        limits: { graceSeconds: 0.5 },
        onEvent(event) {
          if (event.type === "started" && ++started === 2) void clock.advance(5000);
          // Ten seconds and the time of grace before the machine's end.
          if (event.type === "ended" && event.lease.entry.id === "told") void clock.advance(500);
        },
      },
    );
    expect(endOf("told")).toMatchObject({ outcome: "done", result: { shutdown: false } });
    expect(endOf("hangs")).toMatchObject({ outcome: "spot", error: { name: "SpotTermination" } });
    expect([queue.stateOf("later"), queue.attemptsOf("later")]).toEqual(["QUEUED", 0]);
    expect(summary.reason).toBe("spot notice");
    expect(queue.workers.at(-1)).toMatchObject({ reason: "spot notice", noticeAt: expect.any(String) });
  });
});

test("entries that were taken ahead and not begun are given back, and are no attempts", async () => {
  const stop = new AbortController();
  const quick = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`t${i}`, { do: "add", a: i, b: 1 }]));
  const { queue, summary } = await work(quick, {
    ...{ mode: "reuse", slots: 1, signal: stop.signal },
    onEvent: ({ type }, queue) => type === "ended" && queue.ends.length > 300 && stop.abort(),
  });
  expect(summary.released).toBeGreaterThan(0);
  const waiting = Object.keys(quick).filter((id) => queue.stateOf(id) === "QUEUED");
  expect(waiting.every((id) => queue.attemptsOf(id) === 0)).toBe(true);
  expect(queue.ends.length + waiting.length).toBe(2000);
});

test.each(["STOPPED", "missing"] as const)(
  "a run that is %s gives nothing out, and the worker leaves",
  async (state) => {
    const { summary } = await work(
      { one: { do: "add", a: 1, b: 1 } },
      // `missing` is what a store says of a run that it does not have.
      { idle: "wait-for-retries", prepare: (queue) => queue.setState(state as "STOPPED") },
    );
    expect(summary).toMatchObject({
      attempts: {},
      reason: state === "STOPPED" ? "the run was stopped" : "there is no run test",
    });
  },
);

test("the worker is known from its begin to its end", async () => {
  const { queue } = await work({ one: { do: "add", a: 1, b: 1 } });
  expect(queue.workers[0]).toMatchObject({ worker: "worker-1", slots: 2, host: "here", process: { pid: process.pid } });
  expect(queue.workers.at(-1)).toMatchObject({ endedAt: expect.any(String), reason: "every entry has ended" });
});

describe.each(["process", "reuse"] as const)("what a task leaves behind (%s)", (mode) => {
  test.each([false, true])("is gone with its attempt (left its group: %s)", async (detached) => {
    const file = join(temporaryFolder(), "pid");
    const tasks = { leaves: { do: "child", file, detached }, looks: { do: "await-gone", file } };
    const { endOf } = await work(tasks, { mode, slots: 1 });
    expect([endOf("leaves").outcome, endOf("looks").result]).toEqual(["done", true]);
  });
});

test("a program that cannot be started stops the worker, and its entry is no attempt", async () => {
  const program = { kind: "command", command: ["/bin/true"], directory: "/no/such/folder" } as const;
  const given: string[] = [];
  const failure = work({ one: {} }, { program, prepare: (queue) => watchReleases(queue, given) });
  await expect(failure).rejects.toThrow(/^Cannot start .* in \/no\/such\/folder/);
  expect(given).toEqual(["one"]);
});

function watchReleases(queue: { release(leases: readonly { entry: { id: string } }[]): Promise<void> }, to: string[]) {
  const { release } = queue;
  queue.release = (leases) => {
    to.push(...leases.map(({ entry }) => entry.id));
    return release(leases);
  };
}
