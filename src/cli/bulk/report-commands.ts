/** `cirrus bulk report` and `dump`: what became of a run, and its entries as a new task file. */
import { resolve } from "node:path";
import { ENTRY_STATES, type EntryState } from "../../bulk/entry.ts";
import { dumpEntries, entriesIn, taskFileText } from "../../queue/report/dump-entries.ts";
import { writeAttempts } from "../../queue/report/write-attempts.ts";
import type { Register } from "../commands.ts";
import type { PlaceOptions } from "../place/backend.ts";
import { withBulkPlace } from "../place/bulk-place.ts";
import { addFormats, formatOf, type OutputOptions } from "../terminal/output.ts";
import { stateOption } from "./entry-commands.ts";
import { printReport } from "./print-report.ts";
import { count } from "./run-view.ts";
import { addRunArgument, requireRun } from "./runs.ts";

interface ReportOptions extends PlaceOptions, OutputOptions {
  readonly outputFile?: string;
}

export const registerReport: Register = (command, io) => {
  addFormats(addRunArgument(command), ["table", "json", "yaml"])
    .description("What became of a run: times, rate, memory, cost, machines and the most frequent errors.")
    .option("--output-file <file>", "also write every attempt as a line of JSON")
    .action((name: string, options: ReportOptions) =>
      withBulkPlace(io, options, async (place) => {
        const run = await requireRun(place, name);
        await printReport(io, place, run, formatOf(options));
        if (options.outputFile === undefined) return;
        const written = await writeAttempts(place.runs, name, resolve(io.cwd, options.outputFile));
        io.stderr.write(`${count(written)} attempts written to ${options.outputFile}.\n`);
      }),
    );
};

interface DumpOptions extends PlaceOptions {
  readonly state?: EntryState;
  readonly file?: string;
}

export const registerDump: Register = (command, io) => {
  addRunArgument(command)
    .description("Print entries of a run as a task file, to be run again as they are or under another name.")
    .addOption(stateOption())
    .option("--file <file>", "write them to this file: .json or .jsonl, also .gz")
    .addHelpText("after", "\nExample:\n  cirrus bulk dump my-run --state failed > again.json")
    .action((name: string, { state, file, ...options }: DumpOptions) =>
      withBulkPlace(io, options, async ({ runs, ...place }) => {
        await requireRun({ runs, ...place }, name);
        const states = state === undefined ? ENTRY_STATES : [state];
        if (file === undefined) {
          for await (const text of taskFileText(entriesIn(runs, name, states), "json")) io.stdout.write(text);
          return;
        }
        const written = await dumpEntries(runs, name, states, resolve(io.cwd, file));
        io.stderr.write(`${count(written)} entries written to ${file}.\n`);
      }),
    );
};
