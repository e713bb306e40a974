/** `cirrus dlq`: messages that became nothing, with the reason: rejected at once, or given up after too many tries. */
import { isoTime } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Register } from "../commands.ts";
import { paint } from "../io.ts";
import { parseLimit } from "../options.ts";
import { openProjectToLook, withStores } from "../project.ts";
import { renderTable } from "../table.ts";

interface Unprocessed {
  readonly kind: "rejected" | "dead";
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly raw: string;
}

export const register: Register = (command, io) => {
  command.description(
    "See messages that were rejected (they can never run) or given up after too many tries, and why.",
  );

  command
    .command("list")
    .description("List them, the latest first.")
    .option("--limit <n>", "how many of each", parseLimit, 50)
    .option("-o, --output <format>", "table or json", "table")
    .action(async (options: { limit: number; output: string }) => {
      await withStores(openProjectToLook(io), async (runtime) => {
        const found = await unprocessed(runtime, options.limit);
        if (options.output === "json") return void io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
        if (found.length === 0) return void io.stderr.write("Nothing was rejected or given up.\n");
        const titles = ["kind", "id", "at", "reason"].map((title) => paint(io, io.stdout, "bold", title));
        const columns = titles.map((title, index) => ({ title, grows: index === 3 }));
        const rows = found.map(({ kind, id, at, reason }) => [kind, id, at, reason]);
        io.stdout.write(`${renderTable(columns, rows, io.stdout.isTTY ? io.stdout.columns : undefined)}\n`);
      });
    });

  command
    .command("show")
    .description("Print one message as it came; its reason goes to standard error.")
    .argument("<id>")
    .action(async (id: string) => {
      await withStores(openProjectToLook(io), async (runtime) => {
        const one = (await unprocessed(runtime, 1000)).find((candidate) => candidate.id === id);
        if (!one)
          throw new CirrusError(`There is no message ${id}.`, {
            hint: "List them: cirrus dlq list",
            exitCode: EXIT.notFound,
          });
        io.stderr.write(`${one.kind} at ${one.at}: ${one.reason}\n`);
        io.stdout.write(`${one.raw}\n`);
      });
    });

  command
    .command("redrive")
    .description("Send messages that were given up to process again. A rejected one has to be mended and published.")
    .argument("<id...>")
    .action(async (ids: string[]) => {
      await withStores(openProjectToLook(io), async ({ intake }) => {
        const moved = await intake.deadLetters.redrive(ids);
        if (moved < ids.length) {
          throw new CirrusError(
            `${moved} of ${ids.length} messages were sent again; the others are not among those that were given up.`,
            {
              hint: "List them: cirrus dlq list. One that was rejected has to be mended and published: cirrus dlq show <id>",
              exitCode: moved === 0 ? EXIT.notFound : EXIT.partial,
            },
          );
        }
        io.stderr.write(`${moved} sent again; cirrus dev takes them.\n`);
      });
    });
};

async function unprocessed({ ports, intake }: Runtime, limit: number): Promise<readonly Unprocessed[]> {
  const rejections = (await ports.rejections.list({ limit })).items.map(
    ({ id, at, code, reason, raw }): Unprocessed => ({ kind: "rejected", id, at, reason: `${code}: ${reason}`, raw }),
  );
  const dead = (await intake.deadLetters.list({ limit })).items.map(
    ({ messageId, diedAt, reason, body, receiveCount }): Unprocessed => ({
      kind: "dead",
      id: messageId,
      at: isoTime(diedAt),
      reason: `received ${receiveCount} times; last: ${reason ?? "its receiver died"}`,
      raw: body,
    }),
  );
  return [...rejections, ...dead].toSorted((a, b) => (a.at < b.at ? 1 : -1));
}
