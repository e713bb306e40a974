/** `cirrus state`: what is known of payloads. */

import { describeAwaited } from "../../functions/fan-in/describe.ts";
import { eachRecord } from "../../state/each-record.ts";
import type { Register } from "../commands.ts";
import { parseLimit } from "../options.ts";
import { addFilterOptions, type FilterOptions, filtersOf, recordRows } from "../payload/records.ts";
import { requireRecord } from "../payload/require-record.ts";
import { addPlaceOptions, type PlaceOptions, withBackend } from "../place/backend.ts";
import { addFormats, formatOf, type OutputOptions, printOne, printRows } from "../terminal/output.ts";
import { stateMark } from "../terminal/state-mark.ts";

type ListOptions = PlaceOptions & OutputOptions & FilterOptions & { readonly limit: number };

export const register: Register = (command, io) => {
  command.description("See the state of payloads, here or in a deployed stage.");

  addFormats(addFilterOptions(addPlaceOptions(command.command("list"))), ["table", "json", "jsonl", "yaml", "name"])
    .description("List payloads, the latest change first.")
    .option("--limit <n>", "how many", parseLimit, 50)
    .addHelpText("after", "\nExample:\n  cirrus state list --state failed --since 24h")
    .action(async (options: ListOptions) => {
      await withBackend(io, options, async ({ ports, place, flags }) => {
        const records = await Array.fromAsync(eachRecord(ports.state, filtersOf(options), options.limit));
        const none = `There are no such payloads ${place}. Send one: npx cirrus payload publish payload.json${flags}`;
        printRows(io, formatOf(options), records, { ...recordRows(io), none });
      });
    });

  addFormats(addPlaceOptions(command.command("get")), ["json", "yaml"])
    .description("Show one payload: its record, what it awaits, and every transition with actor and reason.")
    .argument("<payload-id>")
    .action(async (payloadId: string, options: PlaceOptions & OutputOptions) => {
      await withBackend(io, options, async (backend) => {
        const record = await requireRecord(backend, payloadId);
        const { items: history } = await backend.ports.state.history(payloadId, { limit: 1000 });
        const hasWaited = history.some(({ to }) => to === "WAITING");
        const awaited = hasWaited ? await describeAwaited(record, backend.ports, backend.flags) : undefined;
        printOne(io, formatOf(options), { ...record, ...(awaited && { awaited }), history });
      });
    });

  addFormats(addPlaceOptions(command.command("counts")), ["table", "json", "jsonl", "yaml"])
    .description("Count payloads by workflow, collections and state.")
    .option("--workflow <name>", "of this workflow")
    .option("--collections <names>", "of these collections, as the payload ID has them")
    .action(async (options: PlaceOptions & OutputOptions & { workflow?: string; collections?: string }) => {
      await withBackend(io, options, async ({ ports, place }) => {
        const { workflow, collections } = options;
        const filter = {
          ...(workflow === undefined ? {} : { workflow }),
          ...(collections === undefined ? {} : { collections }),
        };
        printRows(io, formatOf(options), await ports.state.counts(filter), {
          columns: [
            { title: "workflow" },
            { title: "collections" },
            { title: "state" },
            { title: "count", align: "right" },
          ],
          cells: (one) => [one.workflow, one.collections, stateMark(io, io.stdout, one.state), String(one.count)],
          name: (one) => one.workflow,
          none: `There are no payloads ${place}.`,
        });
      });
    });
};
