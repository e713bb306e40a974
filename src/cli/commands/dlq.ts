/** `cirrus dlq`: messages that became nothing, with the reason: rejected at once, or given up after too many tries. */
import { Option } from "commander";
import { isoTime } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { QUEUE_NAMES, type QueueName } from "../../events/dead-letters.ts";
import type { Register } from "../commands.ts";
import { parseLimit } from "../options.ts";
import { readNames } from "../payload/payload-files.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import { addFormats, formatOf, type OutputOptions, printRows } from "../terminal/output.ts";

interface Unprocessed {
  readonly kind: "rejected" | "dead";
  /** The queue that gave a dead letter up. */
  readonly queue?: QueueName;
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly raw: string;
}

interface ListOptions extends PlaceOptions, OutputOptions {
  readonly limit: number;
  readonly queue?: QueueName | "rejected";
}

export const register: Register = (command, io) => {
  command.description(
    "See messages that were rejected (they can never run) or given up after too many tries, and why.",
  );

  addFormats(addPlaceOptions(command.command("list")), ["table", "json", "jsonl", "yaml", "name"])
    .description("List them, the latest first.")
    .addOption(new Option("--queue <name>", "only these").choices(["rejected", ...QUEUE_NAMES]))
    .option("--limit <n>", "how many of each", parseLimit, 50)
    .action(async (options: ListOptions) => {
      await withBackend(io, options, async (backend) => {
        printRows(io, formatOf(options), await unprocessed(backend, options.limit, options.queue), {
          columns: [
            { title: "kind" },
            { title: "queue" },
            { title: "id" },
            { title: "at" },
            { title: "reason", grows: true },
          ],
          cells: ({ kind, queue = "", id, at, reason }) => [kind, queue, id, at, reason],
          name: ({ id }) => id,
          none: `Nothing was rejected or given up ${backend.place}.`,
        });
      });
    });

  addPlaceOptions(command.command("show"))
    .description("Print one message as it came; its reason goes to standard error.")
    .argument("<id>")
    .action(async (id: string, options: PlaceOptions) => {
      await withBackend(io, options, async (backend) => {
        const one = await find(backend, id);
        if (!one)
          throw new CirrusError(`There is no message ${id} ${backend.place}.`, {
            hint: `List them: npx cirrus dlq list${backend.flags}`,
            exitCode: EXIT.notFound,
          });
        io.stderr.write(`${one.kind} at ${one.at}: ${one.reason}\n`);
        io.stdout.write(`${one.raw}\n`);
      });
    });

  addPlaceOptions(command.command("redrive"))
    .description("Send messages that were given up once more. A rejected one has to be mended and published.")
    .argument("[id...]", "- reads them from standard input, one a line")
    .addOption(new Option("--all <queue>", "everything that this queue gave up").choices(QUEUE_NAMES))
    .action(async (ids: string[], options: PlaceOptions & { readonly all?: QueueName }) => {
      if (ids.length > 0 === (options.all !== undefined)) {
        throw new CirrusError("Say which messages: name them, or give --all with a queue.", { exitCode: EXIT.usage });
      }
      await withBackend(io, options, async (backend) => {
        const moved =
          options.all === undefined
            ? await redrive(backend, await readNames(ids, io))
            : await redriveAll(backend, options.all);
        io.stderr.write(`${moved} sent again; ${backend.runner} takes them.\n`);
      });
    });
};

async function redrive({ deadLetters, flags }: Backend, ids: readonly string[]): Promise<number> {
  let moved = 0;
  for (const queue of QUEUE_NAMES) moved += moved < ids.length ? await deadLetters[queue].redrive(ids) : 0;
  if (moved === ids.length) return moved;
  throw new CirrusError(
    `${moved} of ${ids.length} messages were sent again; the others are not among those that were given up.`,
    {
      hint: `List them: npx cirrus dlq list${flags}. One that was rejected has to be mended and published: npx cirrus dlq show <id>${flags}`,
      exitCode: moved === 0 ? EXIT.notFound : EXIT.partial,
    },
  );
}

/** In rounds, as a listing has an end and a queue has none. */
async function redriveAll({ deadLetters }: Backend, queue: QueueName): Promise<number> {
  let total = 0;
  for (;;) {
    const { items } = await deadLetters[queue].list({ limit: 1000 });
    const moved = await deadLetters[queue].redrive(items.map(({ messageId }) => messageId));
    total += moved;
    // What is left came back at once, or somebody else has it in hand.
    if (moved === 0) return total;
  }
}

async function find(backend: Backend, id: string): Promise<Unprocessed | undefined> {
  const rejected = await backend.ports.rejections.get(id);
  if (rejected !== undefined) {
    const { at, code, reason, raw } = rejected;
    return { kind: "rejected", id, at, reason: `${code}: ${reason}`, raw };
  }
  return (await unprocessed(backend, 1000)).find((one) => one.id === id);
}

async function unprocessed(
  backend: Backend,
  limit: number,
  only?: ListOptions["queue"],
): Promise<readonly Unprocessed[]> {
  const queues = QUEUE_NAMES.filter((queue) => only === undefined || only === queue);
  const dead = await Promise.all(queues.map((queue) => deadLetters(backend, queue, limit)));
  const rejected = only === undefined || only === "rejected" ? await rejections(backend, limit) : [];
  return [...rejected, ...dead.flat()].toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

async function rejections({ ports }: Backend, limit: number): Promise<readonly Unprocessed[]> {
  const { items } = await ports.rejections.list({ limit });
  return items.map(({ id, at, code, reason, raw }) => ({
    kind: "rejected",
    id,
    at,
    reason: `${code}: ${reason}`,
    raw,
  }));
}

async function deadLetters(backend: Backend, queue: QueueName, limit: number): Promise<readonly Unprocessed[]> {
  const { items } = await backend.deadLetters[queue].list({ limit });
  return items.map(({ messageId, sentAt, diedAt = sentAt, reason, body, receiveCount }) => ({
    kind: "dead",
    queue,
    id: messageId,
    at: isoTime(diedAt),
    reason: `received ${receiveCount} times${reason === undefined ? "" : `; last: ${reason}`}`,
    raw: body,
  }));
}
