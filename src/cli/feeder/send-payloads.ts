/** Runs a feeder whose payloads are sent to be processed. A run that was cut off goes on where it was. */
import { systemClock } from "../../clock.ts";
import type { Intake } from "../../events/intake.ts";
import { makeObjectPositions, type Positions } from "../../feeder/positions.ts";
import type { Register } from "../commands.ts";
import { waitForSent } from "../payload/publish-command.ts";
import { type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import { type Io, paint } from "../terminal/io.ts";
import { writeThrough } from "../terminal/write-through.ts";
import { countText, makeFeedProgress } from "./feed-progress.ts";
import type { LoadedFeeder } from "./load-feeder.ts";
import type { FeederEvent } from "./read-event.ts";
import { reportFeederError, runFeeder } from "./run-feeder.ts";

export interface Sending {
  /** Instead of those that the place keeps. */
  readonly positions?: Positions | undefined;
  readonly wait: boolean;
  readonly exit: Parameters<Register>[2];
}

interface SentPayload {
  readonly source: string;
  readonly message: string;
  readonly payload: { readonly id: string };
}

export async function sendPayloads(
  feeder: LoadedFeeder,
  event: FeederEvent,
  io: Io,
  place: PlaceOptions,
  { positions, wait, exit }: Sending,
): Promise<void> {
  await withBackend(io, place, async (backend) => {
    const { objects, state, payloads } = backend.ports;
    const progress = makeFeedProgress(io, feeder.name, systemClock);
    const sent: SentPayload[] = [];
    const intake = recordSent(backend.ports.intake, async (batch) => {
      if (wait) sent.push(...batch.map((one) => ({ source: feeder.name, ...one })));
      await writeThrough(io.stdout, batch.map(({ message }) => `${message}\n`).join(""));
      progress.add(batch.length);
    });
    try {
      await runFeeder(feeder, event, {
        intake,
        objects,
        state,
        oversized: { objects, urls: payloads.urls },
        positions: positions ?? makeObjectPositions({ objects, urls: payloads.urls }),
        log: progress.log,
        signal: io.signal,
      });
    } catch (thrown) {
      const count = progress.end();
      if (count > 0) io.stderr.write(`Sent ${countText(count)} ${backend.place} before it ended early.\n`);
      if (io.signal.aborted) throw thrown;
      return exit(reportFeederError(thrown, feeder, event, io));
    }
    const count = progress.end();
    if (count === 0) return void io.stderr.write(`The feeder ${feeder.name} found nothing.\n`);
    if (wait) await waitForSent(io, backend, sent, sent, exit);
    else io.stderr.write(paint(io, io.stderr, "dim", whatNext(count, backend)));
  });
}

/** Tells of every message that was taken, by the ID that it is asked about later. */
function recordSent(intake: Intake, record: (sent: readonly Omit<SentPayload, "source">[]) => Promise<void>): Intake {
  return {
    async send(messages) {
      const outcomes = await intake.send(messages);
      const sent = outcomes.flatMap((outcome, index) => {
        if (outcome.outcome !== "sent") return [];
        const id = idOf(messages[index]?.body ?? "");
        return [{ message: outcome.messageId ?? outcome.id, payload: { id } }];
      });
      await record(sent);
      return outcomes;
    },
  };
}

/** Empty for one that was stored and is sent by its URL. */
function idOf(body: string): string {
  const { id } = JSON.parse(body) as { readonly id?: string }; // the SDK has checked the payload
  return id ?? "";
}

function whatNext(count: number, { runner, flags, place }: Backend): string {
  return `Sent ${countText(count)} ${place}; above is the ID of each message. ${runner} runs them,
\`npx cirrus state list${flags}\` shows what became of them.
`;
}
