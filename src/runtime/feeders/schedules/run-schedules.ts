/** Calls feeders when their schedules are due, as EventBridge does on AWS. What was due while nothing ran is not made up for. */
import { describeError } from "../../../errors.ts";
import type { Log } from "../../../log.ts";
import type { CallerPorts, RunningFeeders } from "../feeder-callers.ts";
import type { FeederSchedule } from "./feeder-schedules.ts";
import { readSchedule, type ScheduleTimes } from "./schedule-times.ts";
import { scheduledEvent } from "./scheduled-event.ts";

export interface SchedulePorts extends CallerPorts {
  /** The project's, as it is now. */
  readonly schedules: () => readonly FeederSchedule[];
  readonly log: Pick<Log, "warn" | "error">;
  readonly newId: () => string;
}

/** How far a schedule was kept: what is due just when the project changes is not passed over. */
interface Kept {
  /** When it was due last. */
  readonly due: number;
  /** When that was noticed: what was due until then is not made up for. */
  readonly until: number;
}

/** A clock that is set, or a machine that sleeps, is noticed so soon. */
const LONGEST_SLEEP_MS = 60_000;

/** After `refresh`, schedules that are new count from when this began. */
export function runSchedules(ports: SchedulePorts): RunningFeeders {
  const since = ports.clock.now();
  const calls = makeCalls(ports);
  let waiting = new AbortController();
  const kept = new Map<string, Kept>();

  async function keep(schedule: FeederSchedule, times: ScheduleTimes, signal: AbortSignal): Promise<void> {
    const { clock } = ports;
    const name = JSON.stringify(schedule);
    const began = clock.now();
    let last = kept.get(name) ?? { due: began, until: began };
    kept.set(name, last);
    for (let at = dueNext(times, last, began); at !== undefined; at = dueNext(times, last, clock.now())) {
      await clock.sleep(Math.min(LONGEST_SLEEP_MS, Math.max(0, at - clock.now())), signal);
      const now = clock.now();
      if (now < at) continue;
      last = { due: at, until: now };
      kept.set(name, last);
      calls.begin(schedule, at);
    }
  }

  function start(): void {
    const schedules = ports.schedules();
    const names = new Set(schedules.map((schedule) => JSON.stringify(schedule)));
    // One that comes back later begins anew.
    for (const name of kept.keys()) if (!names.has(name)) kept.delete(name);
    for (const schedule of schedules) {
      const { feeder, expression, timezone } = schedule;
      const times = readSchedule(expression, { since, timezone });
      const zone = timezone === undefined ? "" : ` in ${timezone}`;
      if (times === undefined) ports.log.warn(`${feeder} is never called: ${expression}${zone} is no schedule`);
      // It rejects when nobody waits for it any more.
      else keep(schedule, times, waiting.signal).catch(() => {});
    }
  }

  start();
  return {
    refresh() {
      waiting.abort();
      waiting = new AbortController();
      start();
    },
    async stop() {
      waiting.abort();
      await calls.stop();
    },
  };
}

/** A clock that is set back is followed, but for the time at which it was called last: that would be once more. */
function dueNext(times: ScheduleTimes, { due, until }: Kept, now: number): number | undefined {
  const at = times.next(Math.min(until, now));
  return at !== undefined && at >= due && at <= until ? times.next(until) : at;
}

/** A feeder that is still at it is not called again. */
function makeCalls(ports: SchedulePorts) {
  const running = new Map<string, Promise<void>>();
  const stopped = new AbortController();
  return {
    begin(schedule: FeederSchedule, at: number): void {
      const { feeder, expression } = schedule;
      if (running.has(feeder)) {
        ports.log.warn(`${feeder} is due by ${expression}, and still runs: left out this time`);
        return;
      }
      const call = callFeeder(schedule, at, stopped.signal, ports);
      running.set(
        feeder,
        call.finally(() => running.delete(feeder)),
      );
    },
    async stop(): Promise<void> {
      stopped.abort();
      await Promise.all(running.values());
    },
  };
}

async function callFeeder(schedule: FeederSchedule, at: number, signal: AbortSignal, ports: SchedulePorts) {
  const { feeder } = schedule;
  const event = scheduledEvent(schedule, { at, id: ports.newId(), region: ports.region });
  try {
    ports.tell(feeder, await ports.call(feeder, event, signal));
  } catch (thrown) {
    if (!signal.aborted) ports.log.error(`the feeder ${feeder} failed`, { reason: describeError(thrown).cause });
  }
}
