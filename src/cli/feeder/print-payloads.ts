/** Runs a feeder whose payloads go to standard output, one a line. Nothing is sent. */
import { systemClock } from "../../clock.ts";
import type { Intake } from "../../events/intake.ts";
import type { Positions } from "../../feeder/positions.ts";
import type { Register } from "../commands.ts";
import { type PlaceOptions, withBackend } from "../place/backend.ts";
import type { Io } from "../terminal/io.ts";
import { writeThrough } from "../terminal/write-through.ts";
import { countText, makeFeedProgress } from "./feed-progress.ts";
import type { LoadedFeeder } from "./load-feeder.ts";
import type { FeederEvent } from "./read-event.ts";
import { reportFeederError, runFeeder } from "./run-feeder.ts";

export interface Printing {
  readonly positions?: Positions | undefined;
  readonly exit: Parameters<Register>[2];
}

export async function printPayloads(
  feeder: LoadedFeeder,
  event: FeederEvent,
  io: Io,
  place: PlaceOptions,
  { positions, exit }: Printing,
): Promise<void> {
  const progress = makeFeedProgress(io, feeder.name, systemClock);
  const intake: Intake = {
    async send(messages) {
      await writeThrough(io.stdout, messages.map(({ body }) => `${body}\n`).join(""));
      progress.add(messages.length);
      return messages.map(({ id }) => ({ id, outcome: "sent" }));
    },
  };
  try {
    await withBackend(io, place, ({ ports: { objects, state } }) =>
      runFeeder(feeder, event, {
        intake,
        objects,
        state,
        log: progress.log,
        signal: io.signal,
        ...(positions && { positions }),
      }),
    );
    io.stderr.write(`${feeder.name}: ${countText(progress.end())}\n`);
  } catch (thrown) {
    const count = progress.end();
    if (count > 0) io.stderr.write(`${feeder.name}: ${countText(count)}, and then it ended early\n`);
    if (io.signal.aborted) throw thrown;
    exit(reportFeederError(thrown, feeder, event, io));
  }
}
