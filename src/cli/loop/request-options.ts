/** Who asks for something, when and why: what is kept with every request to loops. */
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import type { Command } from "commander";
import { isoTime, systemClock } from "../../clock.ts";
import type { Request } from "../../loop/controls.ts";
import type { PlaceOptions } from "../place/backend.ts";

export interface NoteOptions extends PlaceOptions {
  readonly note?: string;
}

export function addNote(command: Command): Command {
  return command.option("--note <text>", "why, for whoever looks at it");
}

export function requestOf({ note }: NoteOptions): Request {
  return { id: randomUUID(), at: isoTime(systemClock.now()), by: whoAsks(), ...(note === undefined ? {} : { note }) };
}

/** A container may run as a user without a name. */
function whoAsks(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return hostname();
  }
}
