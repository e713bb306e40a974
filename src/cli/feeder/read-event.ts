/** What a feeder is called with: a file, options on the command line, or both, of which the options win. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { readJsonFiles } from "../payload/payload-files.ts";
import type { Io } from "../terminal/io.ts";
import type { LoadedFeeder } from "./load-feeder.ts";

export interface FeederEvent {
  readonly value: Json;
  /** Where it is written, for errors: `feeders/watcher/event.json`. */
  readonly from: string;
}

/**
 * Without anything given it is the event.json beside the feeder, an example that can be run as it is, or else what its
 * schedule calls it with.
 */
export async function readEvent(
  { component: { name, directory }, scheduled }: Pick<LoadedFeeder, "component" | "scheduled">,
  given: string | undefined,
  options: JsonObject,
  io: Pick<Io, "stdin" | "cwd">,
): Promise<FeederEvent> {
  const typed = Object.keys(options).length > 0;
  const own = join(directory, "event.json");
  const path = given ?? (!typed && existsSync(own) ? own : undefined);
  if (path === undefined) {
    if (typed) return { value: options, from: "the options of this command" };
    return scheduled === undefined
      ? { value: options, from: "no parameters" }
      : { value: scheduled, from: "what its schedule gives it" };
  }
  const [document, ...more] = await readJsonFiles([path], io);
  if (document === undefined || more.length > 0) {
    const count = more.length + (document ? 1 : 0);
    throw new CirrusError(`${path} holds ${count} events; the feeder ${name} takes one.`, { exitCode: EXIT.usage });
  }
  const file = path === "-" ? "standard input" : path === own ? relative(io.cwd, own) : path;
  const from = typed ? `${file} and the options of this command` : file;
  return { value: isJsonObject(document.value) ? { ...document.value, ...options } : document.value, from };
}
