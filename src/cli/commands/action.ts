/** `cirrus action`: what operators did through the API and its page: who, when, why, and how far it is. */
import type { Action, ActionState } from "../../actions/action.ts";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { parseLimit } from "../options.ts";
import { addPlaceOptions, type PlaceOptions, withBackend } from "../place/backend.ts";
import { type Io, paint, type Style } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printOne, printRows } from "../terminal/output.ts";
import { timeText } from "../terminal/relative-time.ts";

export const register: Register = (command, io) => {
  command.description("See what operators did through the API and its page: who, when, why, and how far it is.");

  addFormats(addPlaceOptions(command.command("list")), ["table", "json", "jsonl", "yaml", "name"])
    .description("List actions, the latest first.")
    .option("--limit <n>", "how many", parseLimit, 50)
    .addHelpText("after", "\nExample:\n  cirrus action list --stage prod")
    .action(async (options: PlaceOptions & OutputOptions & { readonly limit: number }) => {
      await withBackend(io, options, async ({ actions, place }) => {
        const { rows } = await actions.list({ limit: options.limit });
        printRows(io, formatOf(options), rows.map(shown), {
          columns: [
            { title: "id" },
            { title: "state" },
            { title: "at" },
            { title: "by" },
            { title: "what", grows: true },
            { title: "done", align: "right" },
            { title: "left", align: "right" },
            { title: "failed", align: "right" },
          ],
          cells: (one) => [
            one.id,
            actionMark(io, one.state),
            timeText(io.stdout, one.at, systemClock.now()),
            one.by,
            one.what,
            one.total === undefined ? String(one.done) : `${one.done}/${one.total}`,
            String(one.skipped),
            String(one.failed),
          ],
          name: ({ id }) => id,
          none: `Nothing was done through the API ${place}.`,
        });
      });
    });

  addFormats(addPlaceOptions(command.command("show")), ["yaml", "json"])
    .description("Show one action, with why payloads and messages were left as they are, or failed.")
    .argument("<id>")
    .action(async (id: string, options: PlaceOptions & OutputOptions) => {
      await withBackend(io, options, async ({ actions, place, flags }) => {
        const action = await actions.get(id);
        if (action !== undefined) return printOne(io, formatOf(options), shown(action));
        throw new CirrusError(`There is no action ${id} ${place}.`, {
          hint: `List them: npx cirrus action list${flags}`,
          exitCode: EXIT.notFound,
        });
      });
    });
};

/** Without what only whoever goes on with it has to know. */
function shown({ cursor: _progress, version: _version, ...action }: Action): Omit<Action, "cursor" | "version"> {
  return action;
}

const MARKS: Readonly<Record<ActionState, readonly [symbol: string, Style]>> = {
  RUNNING: ["▶", "cyan"],
  DONE: ["✓", "green"],
  STOPPED: ["■", "yellow"],
  FAILED: ["✗", "red"],
};

function actionMark(io: Io, state: ActionState): string {
  const [symbol, style] = MARKS[state];
  return paint(io, io.stdout, style, `${symbol} ${state}`);
}
