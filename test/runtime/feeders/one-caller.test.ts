/** Two that keep one project running at once, as two processes do: each due time calls a feeder once. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isoTime } from "../../../src/clock.ts";
import { tryProcessLock } from "../../../src/embedded/processes/process-lock.ts";
import type { RunningFeeders } from "../../../src/runtime/feeders/feeder-callers.ts";
import { oneCaller } from "../../../src/runtime/feeders/one-caller.ts";
import { runSchedules } from "../../../src/runtime/feeders/schedules/run-schedules.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";

/** Some that share a time, a lock and a feeder that is due every hour and takes `ms`. */
function makeProject({ ms = 0 }: { readonly ms?: number } = {}) {
  const file = join(temporaryFolder(), "feeders.lock");
  const clock = makeVirtualClock("2030-01-15T10:00:00Z");
  const called: string[] = [];
  const awaited: (() => void)[] = [];
  const lines: string[] = [];
  const say = (message: string) => void lines.push(message);
  const keep = (name: string): RunningFeeders =>
    oneCaller({
      tryLock: () => tryProcessLock(file),
      clock,
      log: { warn: say, error: say },
      begin: () =>
        runSchedules({
          schedules: () => [{ feeder: "hourly", expression: "cron(0 * * * ? *)" }],
          async call(_feeder, _event, signal) {
            called.push(`${isoTime(clock.now()).slice(5, 16)} ${name}`);
            awaited[called.length]?.();
            await clock.sleep(ms, signal);
            return 0;
          },
          tell: () => {},
          clock,
          log: { warn: say, error: say },
          newId: () => "id",
          region: "us-west-2",
        }),
    });
  /** Resolves with the call that is the so manieth. */
  const calls = (count: number) =>
    new Promise<void>((resolve) => {
      awaited[count] = resolve;
    });
  return { file, keep, called, calls, lines };
}

test("one of two calls feeders, and the other one takes over when it stops", async () => {
  const { keep, called, calls, lines } = makeProject();
  const first = keep("first");
  const second = keep("second");
  await calls(2);
  await first.stop();
  await calls(4);
  await second.stop();
  expect(called.slice(0, 4)).toEqual([
    "01-15T11:00 first",
    "01-15T12:00 first",
    "01-15T13:00 second",
    "01-15T14:00 second",
  ]);
  expect(lines).toEqual([expect.stringMatching(/^another process calls this project's feeders/)]);
});

test("a feeder that still runs is not called by the other one either", async () => {
  const { keep, called, calls } = makeProject({ ms: 80 * 60_000 });
  const both = [keep("first"), keep("second")];
  await calls(2);
  for (const one of both.toReversed()) await one.stop();
  expect(called.slice(0, 2)).toEqual(["01-15T11:00 first", "01-15T13:00 first"]);
});

test("one that only waited stops at once, and leaves the other one its lock", async () => {
  const { keep, called, calls, lines } = makeProject();
  const first = keep("first");
  await keep("second").stop();
  await calls(1);
  await first.stop();
  expect(called[0]).toBe("01-15T11:00 first");
  expect(lines).toHaveLength(1);
});

test.each([1, 2])(
  "a lock that cannot be looked at for a while, from look %i on, is told of and tried again",
  async (from) => {
    const lines: string[] = [];
    let looks = 0;
    let began = 0;
    const waiting = oneCaller({
      tryLock() {
        looks++;
        if (looks >= from && looks < from + 3) throw new Error("unable to open database file");
        return looks < 8 ? undefined : { release() {} };
      },
      begin: () => {
        began = looks;
        return { refresh() {}, stop: async () => {} };
      },
      clock: makeVirtualClock(),
      log: {
        warn: () => {},
        error: (message, fields) => void lines.push(`${message}: ${fields?.reason}`),
      },
    });
    await expect.poll(() => began).toBe(8);
    expect(lines).toEqual(["feeders are not called until their lock can be had: unable to open database file"]);
    await waiting.stop();
  },
);

const HOLDER = `
import { tryProcessLock } from ${JSON.stringify(join(import.meta.dirname, "../../../src/embedded/processes/process-lock.ts"))};
tryProcessLock(process.argv[1]);
setInterval(() => {}, 1000);
console.log("held");
`;

test("after a process that was killed another one takes over", async () => {
  const { file, keep, called, calls } = makeProject();
  const holder: ChildProcess = spawn(process.execPath, ["--input-type=module", "--eval", HOLDER, file]);
  onTestFinished(() => void holder.kill("SIGKILL"));
  await once(holder.stdout ?? holder, "data");
  const other = keep("other");
  expect(called).toEqual([]);
  holder.kill("SIGKILL");
  await calls(1);
  await other.stop();
});
