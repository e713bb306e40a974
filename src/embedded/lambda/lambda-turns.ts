/**
 * Who is served next when a place is free. A new worker takes some 80 ms of processor time, a warm one answers in less
 * than one: so invocations go in the order they came, but one that would end another function's worker waits a moment.
 */
import type { Clock } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { Line, Lines } from "./lambda-lines.ts";
import type { Workers } from "./lambda-workers.ts";

export interface TurnsOptions {
  readonly lines: Lines;
  readonly workers: Workers;
  readonly clock: Clock;
  /** Invocations that run at a time. */
  readonly maxBusy: number;
  /** Aborted: nobody is served any more. */
  readonly signal: AbortSignal;
}

const PATIENCE_MS = 250;

export function makeTurns({ lines, workers, clock, maxBusy, signal }: TurnsOptions): { serve(): void } {
  let napping = false;

  function serve(): void {
    while (!signal.aborted && workers.count("busy") < maxBusy) {
      if (serveNext()) continue;
      if (lines.length() > 0) lookAgain();
      return;
    }
  }

  /** False where nobody can use the place yet. */
  function serveNext(): boolean {
    const now = clock.now();
    const waiting = lines.inOrder();
    const workerless = waiting.filter(({ version }) => !workers.has(version));
    return (
      // Others with warm workers must not keep a function from its first for ever.
      workerless.some((line) => now - line.first.since >= PATIENCE_MS && serveFirst(line, true)) ||
      waiting.some((line) => serveFirst(line, false)) ||
      // From here on, no idle worker is wanted by anybody.
      workerless.some((line) => serveFirst(line, true)) ||
      waiting.some((line) => heldFor(line, now) >= PATIENCE_MS && serveFirst(line, true))
    );
  }

  function serveFirst(line: Line, mayEndOther: boolean): boolean {
    const { first } = line;
    const before = workers.started();
    try {
      const worker = workers.take(first.fn, mayEndOther);
      if (worker === undefined) return false;
      if (workers.started() > before) line.heldSince = undefined;
      lines.leave(first);
      first.take(worker);
    } catch (cause) {
      const { name, directory: where } = first.fn;
      lines.leave(first);
      first.refuse(new TransientError(`Cannot start a process for ${name}: ${cause}`, { cause, where }));
    }
    return true;
  }

  function lookAgain(): void {
    if (napping) return;
    napping = true;
    clock.sleep(PATIENCE_MS, signal).then(
      () => {
        napping = false;
        serve();
      },
      () => {},
    );
  }

  return { serve };
}

/** A line whose workers are all busy while there is a place for one more has too few of them. */
function heldFor(line: Line, now: number): number {
  line.heldSince ??= now;
  return now - line.heldSince;
}
