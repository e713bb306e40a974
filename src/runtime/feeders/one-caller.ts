/**
 * Several processes may keep one project running. One of them calls its feeders, so that each is called once when it is due
 * and not again while it runs; when that process ends, however it ends, another one takes over.
 */
import type { Clock } from "../../clock.ts";
import { describeError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { RunningFeeders } from "./feeder-callers.ts";

export interface OneCallerPorts {
  /** Undefined while another process holds it. */
  readonly tryLock: () => { release(): void } | undefined;
  /** Called with the lock in hand. */
  readonly begin: () => RunningFeeders;
  readonly clock: Pick<Clock, "sleep">;
  readonly log: Pick<Log, "warn" | "error">;
}

/** A look takes 0.04 ms, and no schedule is due more often than once a minute. */
const LOOK_MS = 1000;

export function oneCaller({ tryLock, begin, clock, log }: OneCallerPorts): RunningFeeders {
  const stopped = new AbortController();
  let said = "";
  let lock = tryOrSay();
  let feeders = lock && begin();
  const takenOver = feeders === undefined ? takeOver() : undefined;

  /** What cannot be opened now, as too many files are, may be opened later. What stays wrong is said once. */
  function tryOrSay(): ReturnType<typeof tryLock> {
    try {
      return tryLock();
    } catch (thrown) {
      const reason = describeError(thrown).cause;
      if (reason !== said) log.error("feeders are not called until their lock can be had", { reason });
      said = reason;
      return undefined;
    }
  }

  async function takeOver(): Promise<void> {
    if (said === "") {
      log.warn("another process calls this project's feeders when they are due; this one does once that has ended");
    }
    try {
      while (lock === undefined) {
        await clock.sleep(LOOK_MS, stopped.signal);
        lock = tryOrSay();
      }
      feeders = begin();
    } catch (thrown) {
      if (!stopped.signal.aborted) log.error("feeders are not called", { reason: describeError(thrown).cause });
    }
  }

  return {
    refresh: () => feeders?.refresh(),
    async stop() {
      stopped.abort();
      await takenOver;
      await feeders?.stop();
      lock?.release();
    },
  };
}
