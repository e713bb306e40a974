/** Sends payloads to where they are processed: `cirrus publish` and `cirrus payload publish` are this. */
import { systemClock } from "../../clock.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { parsePayload } from "../../payload/payload.ts";
import { makeFollower } from "../../runtime/follow.ts";
import type { Register } from "../commands.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import { type Io, paint } from "../terminal/io.ts";
import { showUntilSettled } from "../terminal/progress.ts";
import { readJsonFiles, toPayloads } from "./payload-files.ts";
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
      const documents = await readJsonFiles(paths, io);
      const payloads = options.validate
        ? toPayloads(documents, { replace: options.replace ?? false })
        : documents.map(({ source, value }) => ({ source, payload: value }));
      await withBackend(io, options, async (backend) => {
        await publish(io, backend, payloads, { wait: options.wait ?? false, exit });
      });
    });
};

export interface Publishing {
  readonly wait: boolean;
  readonly exit: Parameters<Register>[2];
}

export async function publish(
  io: Io,
  backend: Backend,
  payloads: readonly { readonly source: string; readonly payload: Json }[],
  { wait, exit }: Publishing,
): Promise<void> {
  const sent = await sendSources(payloads, backend.ports);
  for (const { message } of sent) io.stdout.write(`${message}\n`);
  if (wait) await waitForSent(io, backend, payloads, sent, exit);
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
    stopped: `Stopped waiting; what was sent goes on. See it: cirrus state list${backend.flags}`,
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
  if (isJsonObject(value) && typeof value.id === "string") return value.id;
  const parsed = parsePayload(value);
  return "payload" in parsed ? parsed.payload.id : "";
}
