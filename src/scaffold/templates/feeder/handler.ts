/** Which payloads the feeder `__name__` finds, and sends on their way. */
import { asJson, defineFeeder, feederParameters, payloadOf } from "cirrus-pipeline/feeder";
import * as z from "zod";

const item = z.looseObject({ id: z.string(), collection: z.string() });

export const handler = defineFeeder({
  name: "__name__",
  description: "__description__",
  // What the feeder is called with: the event of a schedule, a queue, a person; and what every feeder takes.
  parameters: z.object({
    items: z.array(item).describe("Each becomes a payload of its own."),
    ...feederParameters,
  }),
  async *run({ parameters, log }) {
    for (const found of parameters.items) {
      log.info("found", { item: found.id });
      const feature = { type: "Feature", geometry: null, properties: {}, links: [], assets: {}, ...found };
      // The payload's ID is made of the items and the workflow: what is found twice is processed once.
      yield payloadOf([asJson(feature)], parameters);
    }
  },
});
