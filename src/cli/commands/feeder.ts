/** `cirrus feeder`: one feeder in this process, and what it finds sent on its way. */
import type { Register } from "../commands.ts";
import { checkpointPositions } from "../feeder/checkpoint.ts";
import { registerFeed } from "../feeder/feed-command.ts";
import { printPayloads } from "../feeder/print-payloads.ts";
import { readEvent } from "../feeder/read-event.ts";
import { sendPayloads } from "../feeder/send-payloads.ts";
import type { PlaceOptions } from "../place/backend.ts";

interface FeederOptions extends PlaceOptions {
  readonly checkpoint?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

export const register: Register = (command, io, exit) => {
  command.description("Work with single feeders.");
  registerFeed<FeederOptions>(command.command("run"), io, {
    called: "cirrus feeder run",
    description:
      "Run one feeder here, and send the payloads that it finds. The ID of each message goes to standard output.",
    example: ["cirrus feeder run stac-api event.json --dry-run"],
    addOptions(own) {
      own
        .option("-n, --dry-run", "print the payloads, one a line, and send nothing")
        .option("--wait", "wait until everything that was sent has ended, and show what became of it")
        .option("--checkpoint <file>", "keep in this file how far it is, instead of beside the payloads");
    },
    async run(feeder, given, typed, { checkpoint, dryRun = false, wait = false, ...place }) {
      const event = await readEvent(feeder, given, typed, io);
      const positions = checkpoint === undefined ? undefined : checkpointPositions(checkpoint, io.cwd);
      if (dryRun) await printPayloads(feeder, event, io, place, { positions, exit });
      else await sendPayloads(feeder, event, io, place, { positions, wait, exit });
    },
  });
};
