/** `cirrus bulk work`: one more worker for a run that is loaded, or the first one again. */

import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "commander";
import { CirrusError, EXIT } from "../../errors.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import { findProgram } from "../../queue/program.ts";
import type { Register } from "../commands.ts";
import type { PlaceOptions } from "../place/backend.ts";
import { withBulkPlace } from "../place/bulk-place.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { addRunArgument, requireRun } from "./runs.ts";
import { addWorkOptions, type WorkOptions, workHere } from "./work-here.ts";

interface Options extends PlaceOptions, WorkOptions {
  readonly numSimultaneousTasks?: number;
}

export const registerWork: Register = (command, io, exit) => {
  addWorkOptions(addRunArgument(command))
    .description("Work on a run that is loaded, beside others or alone, until every entry has ended.")
    .option("--num-simultaneous-tasks <n>", "tasks at a time (one a processor)", parseSlots)
    .action((name: string, options: Options) =>
      withBulkPlace(io, options, async (place) => {
        const run = await requireRun(place, name);
        if (run.state === "STOPPED") {
          throw new CirrusError(`The run ${name} is stopped${run.reason === undefined ? "" : `: ${run.reason}`}.`, {
            hint: `Let it go on first: cirrus bulk resume ${name}${place.flags}`,
            exitCode: EXIT.conflict,
          });
        }
        const project = findProjectRoot(io.cwd) === undefined ? undefined : findProjectToLook(io, {}, ["tasks"]);
        const program = findProgram(run.task, project, io.cwd);
        const slots = options.numSimultaneousTasks ?? Math.max(1, Math.floor(availableParallelism() / run.limits.cpus));
        exit(await workHere(io, place, run, { program, slots }, options));
      }),
    );
};

function parseSlots(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("Write a whole number from 1.");
}
