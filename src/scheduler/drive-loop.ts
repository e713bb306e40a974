/** Drives one loop from here: turn after turn, for as long as something is registered for it. */
import type { Clock } from "../clock.ts";
import { recordTurn } from "../functions/record-turn/record-turn.ts";
import {
  type EndedTurn,
  type Held,
  type NextTurn,
  nextTurn,
  type TurnOptions,
} from "../functions/take-turn/next-turn.ts";
import { type TakenTurn, takeTurn } from "../functions/take-turn/take-turn.ts";
import type { Execute } from "../loop/execute.ts";
import type { LoopStore } from "../loop/loop-store.ts";
import { taskKey } from "../loop/loop-task.ts";
import type { Registration } from "../loop/registration.ts";
import { tasksOf } from "../loop/turns/loop-tasks.ts";
import { type Lease, makeLease } from "./lease.ts";
import { type LoopEvent, problemEvent } from "./loop-events.ts";
import { type Patience, patiently } from "./patience.ts";
import { runTurn } from "./run-turn.ts";
import { isAsked, isCommitted, type Look, type Watch } from "./watch.ts";

export interface DriverPorts {
  readonly store: LoopStore;
  readonly newest: () => Promise<Registration | undefined>;
  readonly execute: Execute;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onEvent: (event: LoopEvent) => void;
}

export interface DriverOptions {
  readonly loop: string;
  readonly holder: string;
  readonly leaseMs: number;
  readonly minimumIterationMs: number;
  /** Stops in good order. */
  readonly signal: AbortSignal;
  /** Ends when the iteration does, and where there is none to begin. */
  readonly once: boolean;
  /** What was registered when it was started. */
  readonly registration: Registration;
}

interface Driver {
  readonly ports: DriverPorts;
  readonly options: DriverOptions;
  readonly lease: Lease;
  readonly patience: Patience;
  /** What was known when it was decided to wait: only what comes after is news. */
  seen: Partial<Look>;
  fence?: number;
  /** The last iteration that was told, and who was told to be busy with the loop. */
  told: { iteration?: number; busy?: string };
}

/** Whoever waits for a loop that another process drives asks again after that time at the latest. */
const BUSY_MS = 15_000;
/** And not before that one: a process that lives is asked for nothing else. */
const LEAST_BUSY_MS = 500;

/** When all stop, writing is given up after so many tries: what is not written then is found to be lost later. */
const LAST_TRIES = 5;

export async function driveLoop(ports: DriverPorts, options: DriverOptions): Promise<void> {
  const driver = makeDriver(ports, options);
  const { signal } = options;
  try {
    let turn = await take(driver, "fresh");
    while (!(signal.aborted && turn.action !== "run")) {
      const next = turn.action === "run" ? await run(driver, turn) : await wait(driver, turn);
      if (next === undefined) return;
      turn = next;
    }
  } catch (thrown) {
    // Patience ends with the signal alone, and has told the problem.
    if (!signal.aborted) throw thrown;
  } finally {
    await leave(driver);
  }
}

function makeDriver(ports: DriverPorts, options: DriverOptions): Driver {
  const { loop, leaseMs, signal, registration } = options;
  const onProblem = (thrown: unknown) => ports.onEvent(problemEvent(thrown, loop));
  const driver: Driver = {
    ports: {
      ...ports,
      store: {
        ...ports.store,
        async controls() {
          const controls = await ports.store.controls();
          driver.seen = { ...driver.seen, controls };
          return controls;
        },
      },
      async newest() {
        const newest = await ports.newest();
        driver.seen = { ...driver.seen, registration: newest };
        return newest;
      },
    },
    options,
    lease: makeLease({ ...ports, onProblem }, loop, leaseMs),
    patience: { clock: ports.clock, onProblem, signal },
    seen: { registration },
    told: {},
  };
  return driver;
}

async function take(driver: Driver, wake?: TurnOptions["wake"]): Promise<TakenTurn> {
  const { ports, options, patience, told } = driver;
  const turn = await patiently(() => takeTurn(ports, { ...options, wake }), patience);
  if (turn.action === "busy") {
    if (told.busy !== turn.holder) ports.onEvent({ type: "busy", loop: options.loop, holder: turn.holder });
    told.busy = turn.holder;
    return turn;
  }
  delete told.busy;
  hold(driver, turn);
  return turn;
}

function hold(driver: Driver, { fence }: Held): void {
  driver.fence = fence;
  driver.lease.hold(fence);
}

type TurnToRun = Extract<NextTurn, { action: "run" }>;

/** Undefined where all stop. */
async function run(driver: Driver, turn: TurnToRun): Promise<TakenTurn | undefined> {
  const { ports, options, lease, told } = driver;
  const { execution, record } = turn;
  const { loop, signal } = options;
  if (told.iteration !== record.iteration) ports.onEvent({ type: "iteration", loop, record });
  told.iteration = record.iteration;
  ports.onEvent({ type: "began", loop, execution });
  const ended = { execution, end: await runTurn(ports, execution, [signal, lease.lost()]) };
  if (!signal.aborted) {
    const next = await goOn(driver, turn, ended);
    if (next !== "stopped") return next ?? (await take(driver));
  }
  await recordLast(driver, turn, ended);
  return undefined;
}

/** Undefined where the loop is not ours any more, and the end is of no use to anybody. */
async function goOn(driver: Driver, turn: Held, ended: EndedTurn): Promise<NextTurn | "stopped" | undefined> {
  const { ports, options, patience } = driver;
  try {
    const next = await patiently(() => nextTurn(ports, turn, options, ended), patience);
    tellEnd(driver, ended, next !== undefined);
    if (next !== undefined) hold(driver, next);
    return next;
  } catch (thrown) {
    if (options.signal.aborted) return "stopped";
    throw thrown;
  }
}

async function recordLast(driver: Driver, { fence }: Held, ended: EndedTurn): Promise<void> {
  const { ports, options, patience } = driver;
  const request = { ...options, fence, execution: ended.execution.id, end: ended.end };
  const last = { clock: patience.clock, onProblem: patience.onProblem, tries: LAST_TRIES };
  const outcome = await patiently(() => recordTurn(ports, request), last);
  tellEnd(driver, ended, outcome !== "refused");
}

function tellEnd({ ports, options }: Driver, { execution, end }: EndedTurn, kept: boolean): void {
  const { loop } = options;
  if (kept) {
    ports.onEvent({ type: "ended", loop, execution: { ...execution, end } });
    return;
  }
  ports.onEvent({
    type: "problem",
    loop,
    message: `The execution ${execution.id} of ${taskKey(execution.task)} is recorded as lost: another process has taken the loop while it ran.`,
    hint: "It was ended here. A machine that sleeps, or a disk that is busy for long, lets a loop go.",
  });
}

/** Undefined where this was all. */
async function wait(driver: Driver, turn: Exclude<TakenTurn, TurnToRun>): Promise<TakenTurn | undefined> {
  const { ports, options } = driver;
  const now = ports.clock.now();
  if (turn.action === "busy") {
    if (options.once || !isRegistered(driver)) return undefined;
    await sleep(driver, Math.min(Math.max(turn.until - now, LEAST_BUSY_MS), BUSY_MS));
    return options.signal.aborted ? undefined : await take(driver, "fresh");
  }
  tellWait(driver, turn, now);
  if (turn.reason !== "retry" && (options.once || !isRegistered(driver))) return undefined;
  const wake = turn.until > now && (await sleepUntilNews(driver, turn)) ? "early" : undefined;
  return options.signal.aborted ? undefined : await take(driver, wake);
}

type Waiting = Extract<NextTurn, { action: "wait" }>;

function tellWait({ ports, options }: Driver, { until, reason, pause }: Waiting, now: number): void {
  const { loop } = options;
  if (pause !== undefined) ports.onEvent({ type: "paused", loop, pause });
  else if (until > now) ports.onEvent({ type: "waiting", loop, until, reason });
}

function isRegistered({ seen, options }: Driver): boolean {
  return seen.registration !== undefined && tasksOf(seen.registration, options.loop).length > 0;
}

/** Whether it was news that ended the sleep, and not the time. */
async function sleepUntilNews(driver: Driver, { until, reason }: Waiting): Promise<boolean> {
  const { ports, options } = driver;
  const waking = new AbortController();
  // Neither a pause nor a retry ends for a commit: it is still news when the loop waits for its next iteration.
  const commits = reason === "iteration" || reason === "schedule";
  const deaf = ports.watch.listen((look) => {
    if (isAsked(options.loop, driver.seen, look)) return waking.abort();
    if (!commits) return;
    if (isCommitted(options.loop, driver.seen, look)) return waking.abort();
    driver.seen = { ...driver.seen, registration: look.registration ?? driver.seen.registration };
  });
  await sleep(driver, until - ports.clock.now(), waking);
  deaf();
  return waking.signal.aborted && !options.signal.aborted;
}

/** Until the time is over, all stop, or somebody wakes it. */
async function sleep({ ports, options }: Driver, ms: number, waking = new AbortController()): Promise<void> {
  const stop = () => waking.abort();
  if (options.signal.aborted) stop();
  options.signal.addEventListener("abort", stop, { once: true });
  await ports.clock.sleep(ms, waking.signal).catch(() => {});
  options.signal.removeEventListener("abort", stop);
}

async function leave({ ports, options, lease, fence, patience }: Driver): Promise<void> {
  const { loop } = options;
  lease.end();
  const last = { clock: patience.clock, onProblem: patience.onProblem, tries: LAST_TRIES };
  if (fence !== undefined) await patiently(() => ports.store.release(loop, fence), last).catch(() => {});
  ports.onEvent({ type: "left", loop });
}
