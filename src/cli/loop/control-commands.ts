/** `cirrus loop pause`, `resume`, `run-now` and `cancel`: what people ask of loops that run now, or run later. */
import type { Command } from "commander";
import { CirrusError, EXIT } from "../../errors.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { Register } from "../commands.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import { type LoopPlace, withLoopPlace } from "../place/loop-place.ts";
import { findTarget, findTask, type LoopTarget } from "./find-target.ts";
import {
  findTaskOrExecution,
  knownAt,
  registeredTask,
  requireRegistered,
  requireRunning,
  runningIn,
  sayWhoDrives,
} from "./loops-at.ts";
import { addNote, type NoteOptions, requestOf } from "./request-options.ts";

function addTarget(command: Command): Command {
  return command.argument("<loop|task>", "an organisation's loop, metadata, or a task: <organisation>/<name>");
}

export const registerPause: Register = (command, io) => {
  addNote(addTarget(addPlaceOptions(command)))
    .description("Let a loop, or one task of it, have no more turns. What runs ends by itself.")
    .addHelpText("after", '\nExample:\n  cirrus loop pause zzebu/train_model --note "waits for new data"')
    .action((word: string, options: NoteOptions) =>
      withLoopPlace(io, options, async (place) => {
        const target = findTarget(word, await knownAt(place), place.place);
        await place.store.pause(target, requestOf(options));
        const running = await runningIn(place, target);
        const still = running === undefined ? "" : ` ${running} runs now and ends by itself.`;
        io.stderr.write(`Paused ${described(target)} ${place.place}.${still}\n`);
        io.stderr.write(`Let it go on: npx cirrus loop resume ${wordOf(target)}${place.flags}\n`);
      }),
    );
};

export const registerResume: Register = (command, io) => {
  addTarget(addPlaceOptions(command))
    .description("Give a paused loop or task its turns again.")
    .addHelpText("after", "\nExample:\n  cirrus loop resume zzebu/train_model")
    .action((word: string, options: PlaceOptions) =>
      withLoopPlace(io, options, async (place) => {
        const target = findTarget(word, await knownAt(place), place.place);
        if (!(await place.store.resume(target))) return void io.stderr.write(`${wordOf(target)} is not paused.\n`);
        const when = target.kind === "loop" ? "" : " It has its turn again from the next iteration on.";
        io.stderr.write(`Resumed ${described(target)} ${place.place}.${when}\n`);
        const loop = target.kind === "loop" ? target.loop : (await registeredTask(place, target.task))?.loop;
        if (loop !== undefined) await sayWhoDrives(io, place, loop);
      }),
    );
};

function described(target: LoopTarget): string {
  return target.kind === "loop" ? `the loop ${target.loop}` : target.task;
}

function wordOf(target: LoopTarget): string {
  return target.kind === "loop" ? target.loop : target.task;
}

export const registerRunNow: Register = (command, io) => {
  addNote(addPlaceOptions(command))
    .description("Make a task the next one in its loop, even if it is paused or not due.")
    .argument("<task>", "<organisation>/<name>, or the name alone")
    .addHelpText("after", "\nExample:\n  cirrus loop run-now zzebu/train_model")
    .action((word: string, options: NoteOptions) =>
      withLoopPlace(io, options, async (place) => {
        const key = findTask(word, await knownAt(place), place.place);
        const { loop } = await requireRegistered(place, key);
        await place.store.runNow(key, requestOf(options));
        const running = await runningIn(place, { kind: "loop", loop });
        const after = running === undefined ? "" : `, when ${running === key ? "it" : running} has ended`;
        io.stderr.write(`${key} runs next in the loop ${loop} ${place.place}${after}.\n`);
        io.stderr.write(`Follow it: npx cirrus loop logs ${key} --follow${place.flags}\n`);
        await sayWhoDrives(io, place, loop);
      }),
    );
};

export const registerCancel: Register = (command, io) => {
  addNote(addPlaceOptions(command))
    .description("End an execution that runs. Its outcome is CANCELLED, and its loop goes on with the next task.")
    .argument("<task|execution>", "a task that runs, or the ID of its execution")
    .addHelpText("after", "\nExample:\n  cirrus loop cancel zzebu/train_model")
    .action((word: string, options: NoteOptions) =>
      withLoopPlace(io, options, async (place) => {
        const execution = await executionToCancel(place, word);
        const key = taskKey(execution.task);
        if (!(await place.store.cancel(execution.id, requestOf(options)))) {
          throw new CirrusError(`The execution ${execution.id} of ${key} has ended already.`, {
            hint: `How it ended: npx cirrus loop show ${key}${place.flags}`,
            exitCode: EXIT.conflict,
          });
        }
        io.stderr.write(`${key} is asked to end; where it does not within ten seconds it is killed.\n`);
        io.stderr.write(`What it wrote: npx cirrus loop logs ${key} --execution ${execution.id}${place.flags}\n`);
      }),
    );
};

async function executionToCancel(place: LoopPlace, word: string): Promise<LoopExecution> {
  const found = await findTaskOrExecution(place, word);
  return found.kind === "execution" ? found.execution : requireRunning(place, found.task);
}
