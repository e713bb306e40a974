/**
 * Runs loops on this machine: one driver for each loop that is registered, independent of each other. Loops that are new
 * appear while it runs, and those for which nothing is registered any more end.
 */
import type { Clock } from "../clock.ts";
import type { Execute } from "../loop/execute.ts";
import type { LoopStore } from "../loop/loop-store.ts";
import type { Registration } from "../loop/registration.ts";
import { NO_OUTCOMES, type OutcomeCounts } from "../loop/task-record.ts";
import { loopsOf } from "../loop/turns/loop-tasks.ts";
import { MINIMUM_ITERATION_MS } from "../loop/turns/pause.ts";
import { type DriverPorts, driveLoop } from "./drive-loop.ts";
import { type LoopEvent, problemEvent } from "./loop-events.ts";
import { makeNewestRegistration } from "./newest-registration.ts";
import { patiently } from "./patience.ts";
import { makeWatch } from "./watch.ts";

export interface RunLoopsPorts {
  readonly store: LoopStore;
  /** Reads what all repositories register now, and stores it. Called for many loops at a time, never twice at once. */
  readonly register: () => Promise<Registration>;
  readonly execute: Execute;
  readonly clock: Clock;
  /** UUID version 7. */
  readonly newId: () => string;
}

export interface RunLoopsOptions {
  /** Another one with every call: it tells who drives a loop. */
  readonly holder: string;
  /** Stops in good order: what runs is ended, and its turn comes again when the loops go on. */
  readonly signal: AbortSignal;
  readonly minimumIterationMs?: number | undefined;
  /** Every loop ends after one iteration. */
  readonly once?: boolean | undefined;
  /** Other loops are left alone. */
  readonly only?: readonly string[] | undefined;
  readonly leaseMs?: number | undefined;
  /** How often cancels, requests to run now and resumes are looked for. */
  readonly controlsMs?: number | undefined;
  /** How often commits are looked for while loops wait. */
  readonly registrationMs?: number | undefined;
  /** It may not throw. */
  readonly onEvent?: ((event: LoopEvent) => void) | undefined;
}

export interface RunLoopsResult {
  /** Of the executions that ended here. */
  readonly outcomes: OutcomeCounts;
}

const LEASE_MS = 60_000;
const CONTROLS_MS = 1_000;
const REGISTRATION_MS = 2_000;

/** Resolves once all is quiet: with `once` after an iteration of each loop, otherwise when the signal is aborted. */
export async function runLoops(ports: RunLoopsPorts, options: RunLoopsOptions): Promise<RunLoopsResult> {
  const { clock, store } = ports;
  const { signal, once = false } = options;
  const { onEvent, outcomes } = countOutcomes(options.onEvent);
  const onProblem = (thrown: unknown) => onEvent(problemEvent(thrown));
  const newest = makeNewestRegistration(ports, onProblem);
  const quiet = new AbortController();
  const { controlsMs = CONTROLS_MS, registrationMs = REGISTRATION_MS } = options;
  const watch = makeWatch({ store, newest, clock, onProblem }, { controlsMs, registrationMs, signal: quiet.signal });
  const drivers = makeDrivers({ ...ports, newest, watch, onEvent }, options);
  const registered = tellRegistrations(onEvent);

  const first = await patiently(newest, { clock, onProblem, signal }).catch(() => undefined);
  if (first !== undefined) {
    registered(first);
    for (const loop of [...loopsOf(first), ...(await leftRunning(store, onProblem))]) drivers.start(loop, first);
  }
  watch.listen(({ registration }) => {
    if (registration === undefined) return;
    registered(registration);
    if (!once) for (const loop of loopsOf(registration)) drivers.start(loop, registration);
  });
  const watching = watch.run();
  if (!once) await aborted(signal);
  await drivers.ended();
  quiet.abort();
  await watching;
  return { outcomes: outcomes() };
}

/** Loops in which something ran when whoever drove them went away, also those that nobody registers any more. */
async function leftRunning(
  store: Pick<LoopStore, "loops">,
  onProblem: (thrown: unknown) => void,
): Promise<readonly string[]> {
  try {
    return (await store.loops()).filter(({ running }) => running !== undefined).map(({ loop }) => loop);
  } catch (thrown) {
    onProblem(thrown);
    return [];
  }
}

function makeDrivers(ports: DriverPorts, options: RunLoopsOptions) {
  const { holder, signal, only, once = false } = options;
  const { leaseMs = LEASE_MS, minimumIterationMs = MINIMUM_ITERATION_MS } = options;
  const drivers = new Map<string, Promise<void>>();
  return {
    /** Does nothing for one that is driven already. */
    start(loop: string, registration: Registration): void {
      if (drivers.has(loop) || signal.aborted || (only !== undefined && !only.includes(loop))) return;
      const driving = driveLoop(ports, { loop, holder, leaseMs, minimumIterationMs, signal, once, registration })
        // The next look starts it again.
        .catch((thrown) => ports.onEvent(problemEvent(thrown, loop)))
        .finally(() => drivers.delete(loop));
      drivers.set(loop, driving);
    },
    async ended(): Promise<void> {
      await Promise.all(drivers.values());
    },
  };
}

function countOutcomes(listener: RunLoopsOptions["onEvent"]) {
  const counts = { ...NO_OUTCOMES };
  return {
    onEvent(event: LoopEvent): void {
      if (event.type === "ended") counts[event.execution.end.outcome] += 1;
      listener?.(event);
    },
    outcomes: (): OutcomeCounts => ({ ...counts }),
  };
}

/** Each registration once, until there is another. */
function tellRegistrations(onEvent: (event: LoopEvent) => void): (registration: Registration) => void {
  let told: string | undefined;
  return (registration) => {
    if (registration.id !== told) onEvent({ type: "registered", registration });
    told = registration.id;
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
