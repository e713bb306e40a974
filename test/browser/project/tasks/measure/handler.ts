/** Writes what logs are made of: levels, JSON, colours, markup. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineTask } from "cirrus-pipeline/task";
import { z } from "zod";

export const handler = defineTask({
  name: "measure",
  parameters: z.object({
    times: z.number().default(1),
    list: z.array(z.unknown()).default([]),
    lines: z.number().default(0),
  }),
  async run({ items, parameters: { times, lines } }) {
    console.log(`measuring ${items.length} items`);
    console.log(
      JSON.stringify({ level: "INFO", message: "a line of JSON", scene: items[0]?.id, nested: { deep: [1, 2] } }),
    );
    console.warn("WARN: \u001b[33myellow\u001b[0m and <img src=x onerror=\"document.title='broken in'\">");
    for (let line = 1; line <= lines; line += 1) console.log(`line ${line} of ${lines}`);
    await sleep(20 + 40 * times);
  },
});
