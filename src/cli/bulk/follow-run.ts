/** Shows how a run goes for as long as somebody works on it: this process, or others that are only watched. */
import { type BulkRun, type EntryCounts, endedOf } from "../../bulk/bulk-run.ts";
import { systemClock } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import { makeProgress, type Progress } from "../../queue/progress.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import type { Io } from "../terminal/io.ts";
import { makeRunView } from "./run-view.ts";

/** Counting may be work where a run is large: looks take a tenth of the time at most. */
const SHARE = 10;

export interface Shown {
  readonly run: BulkRun;
  readonly progress: Progress;
  /** How many tasks this process runs at a time. */
  readonly slots?: number | undefined;
}

/** Draws until `work` has ended, and gives its result. */
export async function showWhile<T>(io: Io, place: BulkPlace, shown: Shown, work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const drawing = draw(io, place, shown, ended.signal);
  // It is awaited below; until then its failure must not end the process.
  drawing.catch(() => {});
  try {
    return await work;
  } finally {
    ended.abort();
    await drawing;
  }
}

async function draw(io: Io, place: BulkPlace, { run, progress, slots }: Shown, ended: AbortSignal): Promise<void> {
  const view = makeRunView(io, { run: run.name, slots }, systemClock);
  try {
    while (!ended.aborted) {
      const before = systemClock.now();
      await look(place, run, progress);
      const snapshot = progress.snapshot();
      if (snapshot !== undefined && !ended.aborted) view.show(snapshot);
      const took = systemClock.now() - before;
      await systemClock.sleep(Math.max(place.lookEveryMs, took * SHARE), ended).catch(() => {});
    }
  } finally {
    view.end();
  }
}

/** A store that is busy is looked at again the next time. */
async function look({ runs }: BulkPlace, { name }: BulkRun, progress: Progress): Promise<void> {
  try {
    progress.counted(await runs.counts(name));
  } catch (thrown) {
    if (!(thrown instanceof TransientError)) throw thrown;
  }
}

/** Watches a run that others work on until it has ended or is stopped. Rejects with the signal's reason on Ctrl-C. */
export async function followRun(io: Io, place: BulkPlace, run: BulkRun): Promise<EntryCounts> {
  try {
    return await showWhile(
      io,
      place,
      { run, progress: makeProgress(run.entries, systemClock) },
      untilEnded(io, place, run),
    );
  } finally {
    if (io.signal.aborted) {
      io.stderr.write(`The run goes on. Come back to it: npx cirrus bulk status ${run.name} --follow${place.flags}\n`);
    }
  }
}

async function untilEnded(io: Io, { runs, lookEveryMs }: BulkPlace, { name, entries }: BulkRun): Promise<EntryCounts> {
  for (;;) {
    const counts = await runs.counts(name);
    const state = (await runs.get(name))?.state;
    const over = state === undefined || state === "FINISHED" || state === "STOPPED";
    if (over || endedOf(counts) >= entries) return counts;
    await systemClock.sleep(Math.max(1_000, lookEveryMs), io.signal);
  }
}
