/** `cirrus payload`: payloads themselves: send, see, run again; and what can be said of one that is still a file. */
import { CirrusError, EXIT } from "../../errors.ts";
import { storedDocument } from "../../functions/stored-documents.ts";
import { eachRecord } from "../../state/each-record.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { Register } from "../commands.ts";
import { parseLimit } from "../options.ts";
import { readJsonFiles, toPayloads } from "../payload/payload-files.ts";
import { registerPublish } from "../payload/publish-command.ts";
import { addFilterOptions, type FilterOptions, filtersOf, recordRows } from "../payload/records.ts";
import { requireRecord } from "../payload/require-record.ts";
import { registerRerun } from "../payload/rerun-command.ts";
import { registerTemplate } from "../payload/template-command.ts";
import { registerValidate } from "../payload/validate-command.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import { addFormats, formatOf, type OutputOptions, printOne, printRows } from "../terminal/output.ts";

type ListOptions = PlaceOptions & OutputOptions & FilterOptions & { readonly limit: number };

export const register: Register = (command, io, exit) => {
  command.description("Send payloads, see them and run them again, here or in a deployed stage.");
  registerPublish(command.command("publish"), io, exit);

  addPlaceOptions(command.command("get"))
    .description("Print a payload as its latest execution got it, or with --output what became of it.")
    .argument("<payload-id>")
    .option("--input", "what the execution got; this is what it prints unless told otherwise")
    .option("--output", "what the execution made of it")
    .addHelpText("after", "\nExample:\n  cirrus payload get landsat/workflow-publish-only/scene-1 --output")
    .action(async (payloadId: string, options: PlaceOptions & { readonly output?: boolean }) => {
      await withBackend(io, options, async (backend) => {
        const record = await requireRecord(backend, payloadId);
        printOne(io, "json", await payloadOf(backend, record, options.output ?? false));
      });
    });

  addFormats(addFilterOptions(addPlaceOptions(command.command("list"))), ["table", "json", "jsonl", "yaml", "name"])
    .description("List payloads, the latest change first. With -o jsonl it prints the payloads themselves, one a line.")
    .option("--limit <n>", "how many", parseLimit, 50)
    .addHelpText(
      "after",
      "\nExamples:\n  cirrus payload list --state failed --since 24h\n  cirrus payload list --state failed -o jsonl | cirrus payload publish -",
    )
    .action(async (options: ListOptions) => {
      await withBackend(io, options, async (backend) => {
        const records = eachRecord(backend.ports.state, filtersOf(options), options.limit);
        const format = formatOf(options);
        if (format === "jsonl") return exit(await printPayloads(backend, records));
        const none = `There are no such payloads ${backend.place}.`;
        printRows(io, format, await Array.fromAsync(records), { ...recordRows(io), none });
      });
    });

  registerRerun(command.command("rerun"), io, exit);

  registerValidate(command.command("validate"), io, exit);

  command
    .command("id")
    .description("Print the payload ID of each payload.")
    .argument("<payload...>", "JSON or NDJSON files, - for standard input")
    .action(async (paths: string[]) => {
      for (const { payload } of toPayloads(await readJsonFiles(paths, io))) io.stdout.write(`${payload.id}\n`);
    });

  registerTemplate(command.command("template"), io, exit);

  /** One whose object is gone is told of, and the others go on. */
  async function printPayloads(backend: Backend, records: AsyncIterable<PayloadRecord>) {
    let gone = 0;
    let printed = 0;
    for await (const record of records) {
      const payload = await storedDocument(record.inputUrl, backend.ports);
      if (payload === undefined) {
        gone += 1;
        io.stderr.write(`${record.payloadId}: its input is gone (${record.inputUrl})\n`);
        continue;
      }
      printed += 1;
      printOne(io, "jsonl", payload);
    }
    if (gone === 0) return EXIT.ok;
    return printed === 0 ? EXIT.failed : EXIT.partial;
  }
};

async function payloadOf(backend: Backend, record: PayloadRecord, result: boolean) {
  const url = result ? record.outputUrl : record.inputUrl;
  const payload = url === undefined ? undefined : await storedDocument(url, backend.ports);
  if (payload !== undefined) return payload;
  const { payloadId, state } = record;
  throw new CirrusError(
    url === undefined ? `${payloadId} is ${state}: there is no result.` : `The object is gone: ${url}`,
    {
      hint:
        url === undefined
          ? `See why: npx cirrus state get ${payloadId}${backend.flags}`
          : "Objects have a lifetime; publish the payload again from where it came from.",
      exitCode: EXIT.notFound,
    },
  );
}
