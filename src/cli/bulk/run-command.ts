/** `cirrus bulk run`: loads a task file and runs its entries until all have ended; called again it goes on. */
import type { BulkRun } from "../../bulk/bulk-run.ts";
import type { ExitCode } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { type BulkPlace, withBulkPlace } from "../place/bulk-place.ts";
import type { Io } from "../terminal/io.ts";
import { printDryRun } from "./dry-run.ts";
import { sayNotes } from "./load-command.ts";
import { loadPrepared } from "./load-prepared.ts";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";
import { type PoolRunOptions, runOnPool } from "./run-on-pool.ts";
import { addLoadOptions, type LoadOptions } from "./run-options.ts";
import { startDetached } from "./start-detached.ts";
import { addWorkOptions, workArguments, workHere } from "./work-here.ts";

type RunOptions = LoadOptions & PoolRunOptions;

export const registerRun: Register = (command, io, exit) => {
  addWorkOptions(addLoadOptions(command))
    .description("Run a task over every entry of a task file. Called again it goes on where it was.")
    .argument("<task>", "a task of the project, a module (./worker.ts), or any program (./my_worker.py)")
    .argument("[argument...]", "for a program, after --")
    .option("--only-failed", "try those again that failed in the run of this name")
    .option("--detach", "run it in the background")
    .addHelpText("after", EXAMPLES)
    .action(async (word: string, args: string[], options: RunOptions) => {
      const prepared = prepareRun(io, word, args, options);
      sayNotes(io, prepared);
      await withBulkPlace(io, prepared.place, async (place) => {
        if (options.dryRun) return printDryRun(io, place, prepared, options);
        if (place.stage !== undefined) return exit(await runOnPool(io, place, place.stage, prepared, options));
        const run = await loadPrepared(io, place, prepared, options);
        exit(await goOn(io, place, run, prepared, options));
      });
    });
};

const EXAMPLES = `
Examples:
  cirrus bulk run ./my_worker.py --tasks my_tasks.json --num-simultaneous-tasks 10
  cirrus bulk run my-task --tasks tasks.csv --max-runtime 600 --retry-on-exception
  cirrus bulk run my-task --tasks tasks.csv --pool batch --stage prod --dry-run`;

async function goOn(
  io: Io,
  place: BulkPlace,
  run: BulkRun,
  prepared: PreparedRun,
  options: RunOptions,
): Promise<ExitCode> {
  if (run.state === "STOPPED") await place.runs.setState(run.name, ["STOPPED"], "OPEN");
  if (run.state === "FINISHED")
    io.stderr.write("Try what failed again: --only-failed. Run all of it again: --job-id other\n");
  if (options.detach) return startDetached(io, place, run.name, workArguments(prepared, options));
  return workHere(io, place, run, prepared, options);
}
