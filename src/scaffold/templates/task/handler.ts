/** What the task `__name__` does to the items of a payload. */
import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";

export const handler = defineTask({
  name: "__name__",
  description: "__description__",
  // What a process definition may say under `tasks.__name__`; anything else makes the payload invalid.
  parameters: z.strictObject({
    note: z.string().min(1).default("seen").describe("Becomes the property `note` of each item."),
  }),
  async run({ items, parameters, log }) {
    for (const item of items) {
      item.properties.note = parameters.note;
      log.info("noted", { item: item.id });
    }
  },
});
