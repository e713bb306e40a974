/** `cirrus feed`: what a feeder finds, as payloads on standard output. Nothing is sent. */
import { isJsonObject, type JsonObject } from "../../json.ts";
import type { Register } from "../commands.ts";
import { checkpointPositions } from "../feeder/checkpoint.ts";
import { registerFeed } from "../feeder/feed-command.ts";
import type { LoadedFeeder } from "../feeder/load-feeder.ts";
import { printPayloads } from "../feeder/print-payloads.ts";
import { type FeederEvent, readEvent } from "../feeder/read-event.ts";
import type { PlaceOptions } from "../place/backend.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { type Io, paint } from "../terminal/io.ts";

interface FeedOptions extends PlaceOptions {
  readonly checkpoint?: string;
}

export const register: Register = (command, io, exit) => {
  registerFeed<FeedOptions>(command, io, {
    called: "cirrus feed",
    description: "Print the payloads that a feeder finds, one a line. Nothing is sent: pipe them to where they go.",
    example: [
      "cirrus feed stac-api --url https://earth-search.aws.element84.com/v1",
      "--collection sentinel-2-l2a --datetime 2024-06-01",
      "--workflow mirror | cirrus publish -",
    ],
    addOptions(own) {
      own.option("--checkpoint <file>", "keep there how far it is, and go on from there; removed at the end");
    },
    async run(feeder, given, typed, { checkpoint, ...place }) {
      const event = withWorkflow(await readEvent(feeder, given, typed, io), feeder, io);
      const positions = checkpoint === undefined ? undefined : checkpointPositions(checkpoint, io.cwd);
      await printPayloads(feeder, event, io, place, { positions, exit });
    },
  });
};

/** Items are published where nobody says what else is to be done with them. */
const FALLBACK = "publish-only";

/** What is only printed may be for a workflow that nobody has chosen yet; what is sent may not. */
function withWorkflow(event: FeederEvent, { schema, given }: LoadedFeeder, io: Io): FeederEvent {
  const { value, from } = event;
  const parameters: JsonObject = isJsonObject(schema?.properties) ? schema.properties : {};
  if (!isJsonObject(value) || parameters.workflow === undefined || parameters.process === undefined) return event;
  const { workflow, process } = { ...given, ...value };
  if (workflow !== undefined || process !== undefined) return event;
  const enabled = [...findProjectToLook(io, {}, ["workflows"]).workflows.values()].filter((one) => one.enabled);
  const only = enabled.length === 1 ? enabled[0]?.name : enabled.find(({ name }) => name === FALLBACK)?.name;
  if (only === undefined) return event;
  const note = `The payloads are for the workflow ${only}; for another one add --workflow.\n`;
  io.stderr.write(paint(io, io.stderr, "dim", note));
  return { value: { ...value, workflow: only }, from };
}
