/** `cirrus loop notebook`: the notebook as it was executed, with what its cells printed, and its result or its error. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CirrusError, describeError, EXIT } from "../../errors.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { Register } from "../commands.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import { type LoopPlace, withLoopPlace } from "../place/loop-place.ts";
import { findTaskOrExecution } from "./loops-at.ts";

interface NotebookOptions extends PlaceOptions {
  readonly outputFile?: string;
}

export const registerNotebook: Register = (command, io) => {
  addPlaceOptions(command)
    .description("Print the notebook as it was executed: what its cells wrote, the call, its result or its error.")
    .argument("<task|execution>", "a task, for its newest execution that has ended; or the ID of an execution")
    .option("--output-file <file>", "write it there, to open it in Jupyter")
    .addHelpText("after", "\nExample:\n  cirrus loop notebook zzebu/train_model --output-file executed.ipynb")
    .action((word: string, options: NotebookOptions) =>
      withLoopPlace(io, options, async (place) => {
        const execution = await findNewest(place, word);
        const text = await place.files.notebook(execution.id);
        if (text === undefined) throw noCopy(place, execution);
        if (options.outputFile === undefined) {
          io.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
          return;
        }
        await write(resolve(io.cwd, options.outputFile), text);
        const { outcome = "RUNNING" } = execution.end ?? {};
        io.stderr.write(
          `Wrote ${options.outputFile}: ${taskKey(execution.task)} as it ran at ${execution.startedAt}, ${outcome}.\n`,
        );
      }),
    );
};

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (thrown) {
    throw new CirrusError(`${file} cannot be written: ${describeError(thrown).cause}`, {
      hint: "Name a file in a folder that is there, and that you may write to.",
      exitCode: EXIT.notFound,
    });
  }
}

async function findNewest(place: LoopPlace, word: string): Promise<LoopExecution> {
  const found = await findTaskOrExecution(place, word);
  if (found.kind === "execution") return found.execution;
  const { task: key } = found;
  const record = await place.store.task(key);
  const newest = record?.lastEnded ?? record?.last;
  if (newest !== undefined) return newest;
  throw new CirrusError(`${key} has not run yet ${place.place}.`, { exitCode: EXIT.notFound });
}

function noCopy({ flags }: LoopPlace, { id, task, end }: LoopExecution): CirrusError {
  const why =
    task.work.kind !== "notebook"
      ? `${taskKey(task)} is no notebook.`
      : end === undefined
        ? "It is kept when the execution has ended."
        : "The execution ended before its notebook was begun.";
  return new CirrusError(`There is no executed notebook of ${id}. ${why}`, {
    hint: `What it wrote: npx cirrus loop logs ${taskKey(task)} --execution ${id}${flags}`,
    exitCode: EXIT.notFound,
  });
}
