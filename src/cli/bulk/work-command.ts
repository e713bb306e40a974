/** `cirrus bulk work`: one more worker for a run that is loaded, or the first one again. */
import type { BulkRun } from "../../bulk/bulk-run.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import type { Register } from "../commands.ts";
import { parseCount } from "../options.ts";
import type { PlaceOptions } from "../place/backend.ts";
import { type BulkPlace, withBulkPlace } from "../place/bulk-place.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { addRunArgument, requireRun } from "./runs.ts";
import { addWorkOptions, type WorkOptions } from "./work-options.ts";

interface Options extends PlaceOptions, WorkOptions {
  readonly numSimultaneousTasks?: number;
}

export const registerWork: Register = (command, io, exit) => {
  addWorkOptions(addRunArgument(command))
    .description("Work on a run that is loaded, beside others or alone, until every entry has ended.")
    .option("--num-simultaneous-tasks <n>", "tasks at a time (one a processor)", parseCount)
    .action((name: string, options: Options) =>
      withBulkPlace(io, options, async (place) => {
        const run = await requireRun(place, name);
        refuseClosed(run, place);
        const { findProgram } = await import("../../queue/program.ts");
        const { workHere } = await import("./work-here.ts");
        const project = findProjectRoot(io.cwd) === undefined ? undefined : findProjectToLook(io, {}, ["tasks"]);
        const program = findProgram(run.task, project, io.cwd);
        const { usualSlots } = await import("../../queue/run-here.ts");
        const slots = options.numSimultaneousTasks ?? usualSlots(run.limits);
        exit(await workHere(io, place, run, { program, slots }, options));
      }),
    );
};

function refuseClosed({ name, state, reason }: BulkRun, { flags }: BulkPlace): void {
  if (state === "STOPPED") {
    throw new CirrusError(`The run ${name} is stopped${reason === undefined ? "" : `: ${reason}`}.`, {
      hint: `Let it go on first: npx cirrus bulk resume ${name}${flags}`,
      exitCode: EXIT.conflict,
    });
  }
  if (state === "LOADING") {
    throw new CirrusError(`The entries of ${name} are not all stored yet.`, {
      hint: "Wait for the command that loads it, or call that again: it goes on where it was.",
      exitCode: EXIT.conflict,
    });
  }
}
