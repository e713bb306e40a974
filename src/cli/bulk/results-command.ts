/** `cirrus bulk results`: what the tasks of a run returned, which is what the run was for. */
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import type { Json } from "../../json.ts";
import { attemptsOf } from "../../queue/report/read-rows.ts";
import type { Register } from "../commands.ts";
import type { PlaceOptions } from "../place/backend.ts";
import { withBulkPlace } from "../place/bulk-place.ts";
import { addFormats, formatOf, type OutputOptions, printRows } from "../terminal/output.ts";
import { addRunArgument, requireRun } from "./runs.ts";

interface Result {
  readonly task_id: string;
  /** Null where a task was done and returned nothing. */
  readonly result: Json;
}

export const registerResults: Register = (command, io) => {
  addFormats(addRunArgument(command), ["table", "json", "jsonl", "yaml"])
    .description("What tasks that are done returned: with -o jsonl a line for each, as they are read.")
    .addHelpText("after", "\nExample:\n  cirrus bulk results my-run -o jsonl > results.jsonl")
    .action((name: string, options: PlaceOptions & OutputOptions) =>
      withBulkPlace(io, options, async (place) => {
        await requireRun(place, name);
        const results = resultsOf(place.runs, name);
        if (formatOf(options) === "jsonl") {
          for await (const result of results) io.stdout.write(`${JSON.stringify(result)}\n`);
          return;
        }
        printRows(io, formatOf(options), await Array.fromAsync(results), {
          columns: [{ title: "entry" }, { title: "result", grows: true }],
          cells: ({ task_id, result }) => [task_id, JSON.stringify(result)],
          name: ({ task_id }) => task_id,
          none: `No task of ${name} is done yet.`,
        });
      }),
    );
};

/** One for each entry: the last, where one that was done was run again. */
async function* resultsOf(runs: BulkRuns, run: string): AsyncGenerator<Result> {
  let last: Result | undefined;
  for await (const { entryId, outcome, result = null } of attemptsOf(runs, { run })) {
    if (outcome !== "done") continue;
    if (last !== undefined && last.task_id !== entryId) yield last;
    last = { task_id: entryId, result };
  }
  if (last !== undefined) yield last;
}
