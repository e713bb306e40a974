/** Runs a feeder in this process, with an intake of the command's own. */
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describeError, EXIT, type ExitCode } from "../../errors.ts";
import type { FeedResult } from "../../feeder/feed.ts";
import { FEEDER_PORTS, type FeederContext, type FeederPorts } from "../../feeder/ports.ts";
import { type Io, paint } from "../terminal/io.ts";
import type { LoadedFeeder } from "./load-feeder.ts";
import type { FeederEvent } from "./read-event.ts";

export async function runFeeder(
  { handler }: LoadedFeeder,
  { value }: FeederEvent,
  ports: FeederPorts,
): Promise<FeedResult> {
  const context: FeederContext = { [FEEDER_PORTS]: ports };
  // What defineFeeder makes gives a result of this form, also that of another copy of this package.
  return (await handler(value, context)) as FeedResult;
}

/** The project may have its own copy of this package: its errors are known by what they hold. */
export function reportFeederError(
  thrown: unknown,
  { name, component }: LoadedFeeder,
  { from }: FeederEvent,
  io: Pick<Io, "stderr" | "env">,
): ExitCode {
  const { error, cause } = describeError(thrown);
  io.stderr.write(`${paint(io, io.stderr, "red", "error:")} The feeder ${name} failed with ${error}: ${cause}\n`);
  if (error === "InvalidInput") {
    io.stderr.write(`  It was called with ${from}. See what it takes: npx cirrus feeder run ${name} --help\n`);
  }
  // A defect in the feeder's own code is found by where it happened.
  const isOurs = thrown instanceof Error && "exitCode" in thrown;
  if (!isOurs && thrown instanceof Error) io.stderr.write(ownFrames(thrown, component.codeDirectory));
  return EXIT.failed;
}

/** What called the feeder says nothing about it. */
function ownFrames({ stack = "" }: Error, directory: string): string {
  const path = realpathSync(directory);
  const folders = [`${path}/`, `${pathToFileURL(path).pathname}/`];
  const frames = stack.split("\n").slice(1);
  const last = frames.findLastIndex((frame) => folders.some((folder) => frame.includes(folder)));
  return frames
    .slice(0, Math.min(last + 1, MOST_FRAMES))
    .map((frame) => `${frame}\n`)
    .join("");
}

const MOST_FRAMES = 5;
