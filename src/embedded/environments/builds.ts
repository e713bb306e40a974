/**
 * Builds each installation once, however many executions and processes need it. A build that failed is not tried in every
 * iteration: the wait doubles each time, and other requirements are tried at once.
 */
import { join } from "node:path";
import { type Clock, isoTime } from "../../clock.ts";
import { describeError } from "../../errors.ts";
import { makeSlots } from "../processes/slots.ts";
import { withBuildLock } from "./build-lock.ts";
import type { Installation, Installations } from "./installations.ts";

export interface BuildRequest {
  readonly codops: string;
  readonly key: string;
  readonly requirements: readonly string[];
  log(lines: readonly string[]): void;
  /** Ends the waiting, not the building: the next who asks may find it built. */
  readonly signal: AbortSignal;
}

export interface BuildJob {
  /** Empty, and where it stays. */
  readonly path: string;
  readonly requirements: readonly string[];
  /** What the organisation used last. */
  readonly before?: Installation | undefined;
  log(lines: readonly string[]): void;
  readonly signal: AbortSignal;
}

export type Built =
  | { readonly outcome: "built" }
  /** `offline`: what is to be installed could not be reached. */
  | { readonly outcome: "failed"; readonly reason: string; readonly offline: boolean };

export type Build = (job: BuildJob) => Promise<Built>;

export type BuildOutcome =
  | { readonly outcome: "ready"; readonly installation: Installation }
  | Extract<Built, { readonly outcome: "failed" }>;

export interface BuildsOptions {
  readonly installations: Installations;
  readonly clock: Clock;
  /** For locks. */
  readonly folder: string;
  readonly build: Build;
  /** Ends all that is being built. */
  readonly closed: AbortSignal;
}

interface Running {
  readonly end: Promise<BuildOutcome>;
  readonly lines: string[];
  readonly listeners: Set<(lines: readonly string[]) => void>;
}

interface Failure {
  readonly built: Extract<Built, { readonly outcome: "failed" }>;
  readonly count: number;
  readonly nextAt: number;
}

/** When a hundred organisations come at once, this machine has other things to do, too. */
const AT_ONCE = 3;
const BUILD_MS = 30 * 60_000;
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
const REMEMBERED_LINES = 1000;

export function makeBuilds({ installations, clock, folder, build, closed }: BuildsOptions) {
  const running = new Map<string, Running>();
  const failures = new Map<string, Failure>();
  const slots = makeSlots(AT_ONCE);

  async function buildUnderLock(request: BuildRequest, log: BuildRequest["log"], signal: AbortSignal) {
    const { codops, key, requirements } = request;
    const file = join(folder, `${codops.replaceAll(/\W/g, "_")}.lock`);
    return withBuildLock(file, { clock, signal }, async (): Promise<BuildOutcome> => {
      const found = installations.find(codops, key);
      if (found !== undefined) return { outcome: "ready", installation: found };
      const path = await installations.begin(codops, key);
      const built = await build({ path, requirements, before: installations.lastGood(codops), log, signal });
      if (built.outcome === "built") {
        return { outcome: "ready", installation: await installations.finish({ codops, key, requirements, path }) };
      }
      await installations.discard(path);
      return built;
    });
  }

  async function buildInTime(request: BuildRequest, log: BuildRequest["log"]): Promise<BuildOutcome> {
    const over = new AbortController();
    const late = new AbortController();
    clock.sleep(BUILD_MS, AbortSignal.any([over.signal, closed])).then(
      () => late.abort(),
      () => {},
    );
    try {
      const outcome = await buildUnderLock(request, log, AbortSignal.any([late.signal, closed]));
      if (outcome.outcome === "ready" || !late.signal.aborted) return outcome;
      return { ...outcome, reason: "It was not built within 30 minutes" };
    } catch (thrown) {
      // A full disk, a program that is not there.
      return { outcome: "failed", reason: describeError(thrown).cause, offline: false };
    } finally {
      over.abort();
    }
  }

  function start(name: string, request: BuildRequest): Running {
    const lines: string[] = [];
    const listeners = new Set<(lines: readonly string[]) => void>();
    const log = (more: readonly string[]) => {
      lines.push(...more);
      lines.splice(0, lines.length - REMEMBERED_LINES);
      for (const listener of listeners) listener(more);
    };
    const end = slots
      .use(() => buildInTime(request, log))
      .then((outcome) => {
        running.delete(name);
        if (outcome.outcome === "ready") failures.delete(name);
        else if (!closed.aborted) failures.set(name, nextFailure(outcome, failures.get(name), clock.now()));
        return outcome;
      });
    const one = { end, lines, listeners };
    running.set(name, one);
    return one;
  }

  return async function prepare(request: BuildRequest): Promise<BuildOutcome> {
    const name = `${request.codops} ${request.key}`;
    const installation = installations.find(request.codops, request.key);
    if (installation !== undefined) return { outcome: "ready", installation };
    const failure = failures.get(name);
    if (failure !== undefined && clock.now() < failure.nextAt) {
      const reason = `${failure.built.reason} (it is tried again after ${isoTime(failure.nextAt)})`;
      return { ...failure.built, reason };
    }
    const build = running.get(name);
    if (build !== undefined) request.log(build.lines);
    const { listeners, end } = build ?? start(name, request);
    listeners.add(request.log);
    try {
      return await Promise.race([end, whenAborted(request.signal)]);
    } finally {
      listeners.delete(request.log);
    }
  };
}

function nextFailure(built: Failure["built"], before: Failure | undefined, now: number): Failure {
  const count = (before?.count ?? 0) + 1;
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - 1));
  return { built, count, nextAt: now + wait };
}

/** It is left when the other promise of its race has come: the signal is the request's own and goes with it. */
function whenAborted(signal: AbortSignal): Promise<BuildOutcome> {
  const { promise, resolve } = Promise.withResolvers<BuildOutcome>();
  const reason = "It is still being built; the task's next turn may find it ready";
  const give = () => resolve({ outcome: "failed", reason, offline: false });
  if (signal.aborted) give();
  else signal.addEventListener("abort", give, { once: true });
  return promise;
}
