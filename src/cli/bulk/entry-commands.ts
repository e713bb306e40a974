/** `cirrus bulk entries` and `logs`: what became of single entries, and what they wrote. */
import { InvalidArgumentError, Option } from "commander";
import type { AttemptRecord } from "../../bulk/attempt.ts";
import { ENTRY_STATES, type EntryRecord, type EntryState } from "../../bulk/entry.ts";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { attemptsOf, entriesOf } from "../../queue/report/read-rows.ts";
import type { Register } from "../commands.ts";
import { parseLimit } from "../options.ts";
import type { PlaceOptions } from "../place/backend.ts";
import { type BulkPlace, withBulkPlace } from "../place/bulk-place.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printRows } from "../terminal/output.ts";
import { addRunArgument, bulkMark, requireRun } from "./runs.ts";

interface EntriesOptions extends PlaceOptions, OutputOptions {
  readonly state?: EntryState;
  readonly idPrefix?: string;
  readonly limit: number;
}

export const registerEntries: Register = (command, io) => {
  addFormats(addRunArgument(command), ["table", "json", "jsonl", "yaml", "name"])
    .description("List entries of a run with their states, and why they are in them.")
    .addOption(stateOption())
    .option("--id-prefix <text>", "whose ID starts with this")
    .option("--limit <n>", "at most so many", parseLimit, 100)
    .action((name: string, options: EntriesOptions) =>
      withBulkPlace(io, options, async (place) => {
        await requireRun(place, name);
        const query = { run: name, state: options.state, prefix: options.idPrefix };
        const rows = await Array.fromAsync(entriesOf(place.runs, query, options.limit));
        printRows<EntryRecord>(io, formatOf(options), rows, {
          columns: [
            { title: "state" },
            { title: "attempts", align: "right" },
            { title: "updated" },
            { title: "entry" },
            { title: "reason", grows: true },
          ],
          cells: ({ state, attempts, updated, entry, reason = "" }) => [
            bulkMark(io, io.stdout, state),
            String(attempts),
            updated,
            entry.id,
            reason,
          ],
          name: ({ entry }) => entry.id,
          none: "There are no such entries.",
        });
      }),
    );
};

export function stateOption(): Option {
  return new Option("--state <state>", "in this state")
    .choices(ENTRY_STATES.map((state) => state.toLowerCase()))
    .argParser((text) => {
      const state = ENTRY_STATES.find((one) => one === text.toUpperCase());
      if (state !== undefined) return state;
      throw new InvalidArgumentError(`There are: ${ENTRY_STATES.map((one) => one.toLowerCase()).join(", ")}.`);
    });
}

interface LogsOptions extends PlaceOptions {
  readonly attempt?: number;
}

export const registerLogs: Register = (command, io) => {
  addRunArgument(command)
    .argument("<entry>", "ID of an entry")
    .description("Print what the attempts of an entry wrote, each under a line that says how it ended.")
    .option("--attempt <n>", "this attempt alone", parseLimit)
    .action((name: string, entryId: string, options: LogsOptions) =>
      withBulkPlace(io, options, async (place) => {
        await requireRun(place, name);
        await requireEntry(place, name, entryId);
        const all = await Array.fromAsync(attemptsOf(place.runs, { run: name, entryId }));
        const attempts = all.filter(({ attempt }) => options.attempt === undefined || attempt === options.attempt);
        if (attempts.length === 0) {
          io.stderr.write(all.length === 0 ? `${entryId} has not been tried yet.\n` : "There is no such attempt.\n");
        }
        for (const attempt of attempts) await printLog(io, place, attempt);
      }),
    );
};

async function requireEntry({ runs, flags }: BulkPlace, run: string, id: string): Promise<EntryRecord> {
  const entry = await runs.entry(run, id);
  if (entry !== undefined) return entry;
  throw new CirrusError(`The run ${run} has no entry ${id}.`, {
    hint: `List them: npx cirrus bulk entries ${run}${flags}`,
    exitCode: EXIT.notFound,
  });
}

async function printLog(io: Io, { logs }: BulkPlace, record: AttemptRecord): Promise<void> {
  const { attempt, host, startedAt, endedAt, outcome, error, exitCode, log } = record;
  const lasted =
    endedAt === undefined ? systemClock.now() - Date.parse(startedAt) : Date.parse(endedAt) - Date.parse(startedAt);
  const how = outcome === undefined ? "runs" : outcome;
  const code = exitCode === undefined || exitCode === 0 ? "" : `, exit code ${exitCode}`;
  io.stderr.write(
    `${paint(io, io.stderr, "bold", `attempt ${attempt}`)} on ${host} at ${startedAt}: ${how} after ${formatDuration(lasted)}${code}\n`,
  );
  const text = log === undefined ? undefined : await logs.read(log);
  if (text !== undefined) io.stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
  if (error === undefined) return;
  const trace = (error.trace ?? `${error.name}: ${error.message}`).trimEnd();
  // What a program has written itself need not be told again.
  if (!text?.includes(trace)) io.stderr.write(`${trace}\n`);
}
