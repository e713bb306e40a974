/** `cirrus bulk load`: checks and stores the entries of a task file, for workers that are started another time. */
import type { Register } from "../commands.ts";
import { withBulkPlace } from "../place/bulk-place.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, type OutputOptions } from "../terminal/output.ts";
import { printDryRun } from "./dry-run.ts";
import { loadPrepared } from "./load-prepared.ts";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";
import { addLoadOptions, type LoadOptions } from "./run-options.ts";

export const registerLoad: Register = (command, io) => {
  addFormats(addLoadOptions(command), ["table", "json", "yaml"])
    .description("Load a task file without running anything. Work on it with `cirrus bulk work`.")
    .argument("<task>", "a task of the project, a module (./worker.ts), or any program (./my_worker.py)")
    .argument("[argument...]", "for a program, after --")
    .action(async (word: string, args: string[], options: LoadOptions & OutputOptions) => {
      const prepared = prepareRun(io, word, args, options);
      sayNotes(io, prepared);
      await withBulkPlace(io, prepared.place, async (place) => {
        if (options.dryRun) return printDryRun(io, place, prepared, options);
        const run = await loadPrepared(io, place, prepared);
        io.stdout.write(`${run.name}\n`);
        io.stderr.write(`Work on it: cirrus bulk work ${run.name}${place.flags}\n`);
      });
    });
};

export function sayNotes(io: Io, { notes }: PreparedRun): void {
  for (const note of notes) io.stderr.write(`${paint(io, io.stderr, "dim", note)}\n`);
}
