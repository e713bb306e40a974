/** `cirrus loop pin` and `unpin`: going back to the code of a commit that was good, and forward again. */
import type { Register } from "../commands.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import { withLoopPlace } from "../place/loop-place.ts";
import { findTask } from "./find-target.ts";
import { knownAt, registeredTask, requireCommit, requireRegistered } from "./loops-at.ts";
import { addNote, type NoteOptions, requestOf } from "./request-options.ts";

export const registerPin: Register = (command, io) => {
  addNote(addPlaceOptions(command))
    .description("Run the code of one commit, in place of the branch's newest, until the task is unpinned.")
    .argument("<task>", "<organisation>/<name>, or the name alone")
    .argument("<commit>", "of its repository: the beginning of a hash, or a tag")
    .addHelpText("after", '\nExample:\n  cirrus loop pin zzebu/train_model 3f2a9c1 --note "until it converges"')
    .action((word: string, commit: string, options: NoteOptions) =>
      withLoopPlace(io, options, async (place) => {
        const key = findTask(word, await knownAt(place), place.place);
        const whole = await requireCommit(place, await requireRegistered(place, key), commit);
        await place.store.pin(key, whole, requestOf(options));
        io.stderr.write(`${key} runs the code of ${whole.slice(0, 8)} from its next turn on ${place.place}.\n`);
        io.stderr.write(`Back to the branch: npx cirrus loop unpin ${key}${place.flags}\n`);
      }),
    );
};

export const registerUnpin: Register = (command, io) => {
  addPlaceOptions(command)
    .description("Run the branch's newest commit again.")
    .argument("<task>", "<organisation>/<name>, or the name alone")
    .addHelpText("after", "\nExample:\n  cirrus loop unpin zzebu/train_model")
    .action((word: string, options: PlaceOptions) =>
      withLoopPlace(io, options, async (place) => {
        const key = findTask(word, await knownAt(place), place.place);
        const unpinned = await place.store.unpin(key);
        const task = await registeredTask(place, key);
        const { pin } = task?.settings ?? {};
        if (!unpinned) io.stderr.write(`${key} was not pinned by anybody.\n`);
        // An operator's pin comes before the one in the file.
        if (pin !== undefined && task !== undefined) {
          const { file, line } = task.written;
          io.stderr.write(`${file}:${line} pins it to ${pin}: take \`pin\` out there.\n`);
        } else if (unpinned) {
          io.stderr.write(`${key} runs the branch's newest commit from its next turn on ${place.place}.\n`);
        }
      }),
    );
};
