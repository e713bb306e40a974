/** Sends payloads to where they are processed: `cirrus publish` and `cirrus payload publish` are this. */
import { systemClock } from "../../clock.ts";
import type { Json } from "../../json.ts";
import { parsePayload } from "../../payload/payload.ts";
import { writtenId } from "../../payload/payload-id.ts";
import { makeFollower } from "../../runtime/follow.ts";
import type { Register } from "../commands.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, resolvePlace, withBackend } from "../place/backend.ts";
import { type Io, paint } from "../terminal/io.ts";
import { showUntilSettled } from "../terminal/progress.ts";
import { writeThrough } from "../terminal/write-through.ts";
import { checkAround, type ParameterCheck } from "./check-parameters.ts";
import { type SourcedJson, type SourcedPayload, toPayloads } from "./payload-files.ts";
import { readParts } from "./payload-parts.ts";
import { exitCodeOf, renderResults, skipNote } from "./results.ts";
import { type Sent, sendSources } from "./send.ts";

interface PublishOptions extends PlaceOptions {
  readonly replace?: boolean;
  readonly validate: boolean;
  readonly wait?: boolean;
}

export const registerPublish: Register = (command, io, exit) => {
  addPlaceOptions(command)
    .description("Send payloads to be processed. The ID of each message goes to standard output.")
    .argument("<payload...>", "JSON or NDJSON files, - for standard input")
    .option("--replace", "run payloads again that have SUCCEEDED or are INVALID")
    .option("--no-validate", "send whatever it is, as any other publisher could")
    .option("--wait", "wait until everything that was sent has ended, and show what became of it")
    .addHelpText("after", "\nExample:\n  cirrus payload publish workflows/publish-only/payload.json --wait")
    .action(async (paths: string[], options: PublishOptions) => {
      const parts = checkedParts(io, paths, options);
      // Before any place is opened: what is wrong at the beginning is wrong without one.
      const first = await parts.next();
      await withBackend(io, options, async (backend) => {
        await publish(io, backend, andTheRest(first, parts), { wait: options.wait ?? false, exit });
      });
    });
};

type Payloads = readonly { readonly source: string; readonly payload: Json }[];

async function* checkedParts(io: Io, paths: readonly string[], options: PublishOptions): AsyncGenerator<Payloads> {
  const { stage, stack } = resolvePlace(io, options);
  const check = checkAround(io, { runsHere: stage === undefined && stack === undefined });
  for await (const documents of readParts(paths, io)) {
    if (options.validate) yield await checkedPayloads(documents, options, check);
    else yield documents.map(({ source, value }) => ({ source, payload: value }));
  }
}

async function* andTheRest(first: IteratorResult<Payloads>, parts: AsyncGenerator<Payloads>): AsyncGenerator<Payloads> {
  if (!first.done) yield first.value;
  yield* parts;
}

/** As far as the project around says what its tasks take; what is deployed may be another. */
async function checkedPayloads(
  documents: readonly SourcedJson[],
  { replace = false }: PublishOptions,
  check: ParameterCheck,
): Promise<readonly SourcedPayload[]> {
  const payloads = toPayloads(documents, { replace });
  const hint = "Sent all the same with --no-validate, such a payload ends FAILED or INVALID.";
  await check(payloads, hint);
  return payloads;
}

interface Publishing {
  readonly wait: boolean;
  readonly exit: Parameters<Register>[2];
}

async function publish(
  io: Io,
  backend: Backend,
  parts: AsyncIterable<Payloads>,
  { wait, exit }: Publishing,
): Promise<void> {
  const all: { readonly sent: Sent; readonly payload: Json }[] = [];
  let count = 0;
  try {
    for await (const payloads of parts) {
      const sent = await sendSources(payloads, backend.ports);
      await writeThrough(io.stdout, sent.map(({ message }) => `${message}\n`).join(""));
      count += sent.length;
      // Of each only what tells it apart: there may be more than fit in memory.
      if (wait) all.push(...sent.map((one, index) => ({ sent: one, payload: { id: idOf(payloads[index]?.payload) } })));
    }
  } catch (thrown) {
    if (count > 0) io.stderr.write(`Published ${count} payloads ${backend.place} before this:\n`);
    throw thrown;
  }
  const sent = all.map((one) => one.sent);
  if (wait) await waitForSent(io, backend, all, sent, exit);
  else io.stderr.write(paint(io, io.stderr, "dim", whatNext(backend)));
}

/** Follows what was sent to its end, shows what became of it, and ends as it did. */
export async function waitForSent(
  io: Io,
  backend: Backend,
  payloads: readonly { readonly payload: Json }[],
  sent: readonly Sent[],
  exit: Publishing["exit"],
): Promise<void> {
  const waiting = `Waiting for what ${backend.runner} makes of it; Ctrl-C stops waiting, not what runs.\n`;
  io.stderr.write(paint(io, io.stderr, "dim", waiting));
  const ids = sent.map(({ message }, index) => [message, idOf(payloads[index]?.payload)] as const);
  const follower = makeFollower({ ...backend.ports, messages: backend.outcomes(new Map(ids)) });
  for (const { source, message } of sent) follower.add(source, message);
  const followed = await showUntilSettled(io, {
    follower,
    stepOf: () => undefined,
    clock: systemClock,
    everyMs: backend.lookEveryMs,
    stopped: `Stopped waiting; what was sent goes on. See it: npx cirrus state list${backend.flags}`,
  });
  io.stderr.write(`${renderResults(io, followed, { clock: systemClock, note: skipNote })}\n`);
  exit(exitCodeOf(followed));
}

function whatNext({ runner, flags, place }: Backend): string {
  return `Published ${place}; above is the ID of each message. ${runner} runs what is published,
\`npx cirrus state list${flags}\` shows what became of it.
`;
}

/** As `process` will call it; empty for what is no payload. */
function idOf(value: Json | undefined): string {
  const written = writtenId(value);
  if (written !== undefined) return written;
  const parsed = parsePayload(value);
  return "payload" in parsed ? parsed.payload.id : "";
}
