/** `cirrus bulk stop`, `resume`, `retry`, `purge` and `delete`: what changes a run that is there. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { BulkRun } from "../../bulk/bulk-run.ts";
import { ENTRY_STATES, type EntryState, hasEnded } from "../../bulk/entry.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { readNames } from "../payload/payload-files.ts";
import type { PlaceOptions } from "../place/backend.ts";
import { type BulkPlace, withBulkPlace } from "../place/bulk-place.ts";
import { confirm } from "../terminal/confirm.ts";
import type { Io } from "../terminal/io.ts";
import { count, countEntries } from "./run-view.ts";
import { addRunArgument, requireRun } from "./runs.ts";

interface StopOptions extends PlaceOptions {
  readonly reason: string;
  readonly purgeQueue?: boolean;
  readonly yes?: boolean;
}

export const registerStop: Register = (command, io) => {
  addRunArgument(command)
    .description("Let workers take no more entries of a run. What runs ends by itself, what waits goes on waiting.")
    .option("--reason <text>", "kept with the run", "stopped by hand")
    .option("--purge-queue", "cancel what waits as well")
    .option("-y, --yes", "do not ask before cancelling")
    .action((name: string, options: StopOptions) =>
      withBulkPlace(io, options, async (place) => {
        const run = await requireRun(place, name);
        const stopped = await place.runs.setState(name, ["OPEN"], "STOPPED", options.reason);
        if (!stopped && run.state !== "STOPPED") throw notIn(run, "stopped");
        await place.stage?.supervise(name);
        io.stderr.write(
          stopped
            ? `Stopped ${name} ${place.place}. Let it go on: npx cirrus bulk resume ${name}${place.flags}\n`
            : `${name} is stopped already.\n`,
        );
        if (options.purgeQueue) await purge(io, place, run, options);
      }),
    );
};

export const registerResume: Register = (command, io) => {
  addRunArgument(command)
    .description("Let workers take entries of a stopped run again.")
    .action((name: string, options: PlaceOptions) =>
      withBulkPlace(io, options, async (place) => {
        const run = await requireRun(place, name);
        const opened = await place.runs.setState(name, ["STOPPED"], "OPEN");
        if (!opened && run.state !== "OPEN") throw notIn(run, "resumed");
        const said = await place.stage?.supervise(name);
        const next = place.stage === undefined ? `Work on it: npx cirrus bulk work ${name}` : (said?.reason ?? "");
        io.stderr.write(`${opened ? `${name} goes on` : `${name} is open already`}. ${next}\n`);
      }),
    );
};

interface RetryOptions extends PlaceOptions {
  readonly state?: readonly EntryState[];
  readonly dryRun?: boolean;
}

export const registerRetry: Register = (command, io) => {
  addRunArgument(command)
    .argument("[entry...]", "IDs of entries, - reads them from standard input; all that failed where none is named")
    .description("Let entries that have ended be tried again, with all their retries. The run is open again.")
    .addOption(endStates())
    .option("-n, --dry-run", "say how many, and change nothing")
    .addHelpText("after", "\nExample:\n  cirrus bulk retry my-run && cirrus bulk work my-run")
    .action((name: string, words: string[], options: RetryOptions) =>
      withBulkPlace(io, options, async (place) => {
        const run = await requireRun(place, name);
        if (run.state === "LOADING") throw notIn(run, "retried");
        const ids = words.length > 0 ? await readNames(words, io) : undefined;
        const states = options.state ?? ["FAILED"];
        if (options.dryRun) {
          const chosen = await countChosen(place, name, states, ids);
          return void io.stderr.write(`${countEntries(chosen)} would be tried again.\n`);
        }
        const requeued = await place.runs.requeue(name, states, ids);
        io.stderr.write(`${count(requeued)} ${requeued === 1 ? "entry waits" : "entries wait"} to be tried again.\n`);
        if (requeued === 0) return;
        await place.stage?.supervise(name);
        if (place.stage === undefined) io.stderr.write(`Work on it: npx cirrus bulk work ${name}\n`);
      }),
    );
};

function endStates(): Option {
  return new Option("--state <states...>", "failed (unless told otherwise), cancelled or done").argParser(
    (text, before: readonly EntryState[] = []) => {
      const state = ENTRY_STATES.find((one) => one === text.toUpperCase());
      if (state !== undefined && hasEnded(state)) return [...before, state];
      throw new InvalidArgumentError("There are: failed, cancelled, done.");
    },
  );
}

async function countChosen(
  { runs }: BulkPlace,
  run: string,
  states: readonly EntryState[],
  ids: readonly string[] | undefined,
): Promise<number> {
  if (ids === undefined) {
    const counts = await runs.counts(run);
    return states.reduce((sum, state) => sum + counts[state], 0);
  }
  const entries = await Promise.all(ids.map((id) => runs.entry(run, id)));
  return entries.filter((entry) => entry !== undefined && states.includes(entry.state)).length;
}

interface PurgeOptions extends PlaceOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly reason?: string;
}

function addDestructive(command: Command): Command {
  return command
    .option("-y, --yes", "do not ask")
    .option("-n, --dry-run", "say what would be lost, and change nothing");
}

export const registerPurge: Register = (command, io) => {
  addDestructive(addRunArgument(command))
    .description("Cancel every entry that waits. What runs ends by itself; the history is kept.")
    .option("--reason <text>", "kept with the entries", "purged by hand")
    .action((name: string, options: PurgeOptions) =>
      withBulkPlace(io, options, async (place) => purge(io, place, await requireRun(place, name), options)),
    );
};

async function purge(io: Io, place: BulkPlace, { name }: BulkRun, options: PurgeOptions): Promise<void> {
  const { QUEUED } = await place.runs.counts(name);
  if (options.dryRun) return void io.stderr.write(`${countEntries(QUEUED)} would be cancelled.\n`);
  if (QUEUED > 0 && !options.yes) {
    const go = await confirm(io, `Cancel ${countEntries(QUEUED)} of ${name} that wait ${place.place}?`, "--yes");
    if (!go) return void io.stderr.write("Nothing was cancelled.\n");
  }
  const purged = await place.runs.purge(name, options.reason ?? "purged by hand");
  io.stderr.write(
    `Cancelled ${countEntries(purged)}. Have them back: npx cirrus bulk retry ${name} --state cancelled${place.flags}\n`,
  );
}

export const registerDelete: Register = (command, io) => {
  addDestructive(addRunArgument(command))
    .description("Remove a run with its entries, its history and its logs.")
    .action((name: string, options: PurgeOptions) =>
      withBulkPlace(io, options, async (place) => {
        const run = await requireRun(place, name);
        const counts = await place.runs.counts(name);
        const what = `${name} (${countEntries(run.entries)}, ${count(counts.DONE)} done, ${count(counts.attempts)} attempts)`;
        if (options.dryRun) return void io.stderr.write(`${what} would be removed ${place.place}.\n`);
        if (!options.yes) {
          const go = await confirm(io, `Remove ${what} ${place.place} for good?`, "--yes");
          if (!go) return void io.stderr.write("Nothing was removed.\n");
        }
        await place.runs.remove(name);
        await place.stage?.supervise(name);
        io.stderr.write(`Removed ${name}.\n`);
      }),
    );
};

function notIn({ name, state }: BulkRun, done: string): CirrusError {
  const hints: Partial<Record<BulkRun["state"], string>> = {
    FINISHED: `Try what failed again: npx cirrus bulk retry ${name}`,
    LOADING: "Its entries are still being stored; the command that loads it goes on where it was.",
  };
  return new CirrusError(`The run ${name} is ${state} and cannot be ${done}.`, {
    hint: hints[state],
    exitCode: EXIT.conflict,
  });
}
