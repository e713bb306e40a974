/** Runs payloads to their end, effects included. */
import { setTimeout } from "node:timers/promises";
import type { Json } from "../../src/json.ts";
import { parsePayload } from "../../src/payload/payload.ts";
import { isOpen } from "../../src/state/states.ts";
import type { ApiWorld } from "./api-world.ts";

/** Publishes payloads (texts of JSON) and waits until each has ended. The world's runtime must drive executions. */
export async function runPayloads({ runtime }: ApiWorld, texts: readonly string[]): Promise<readonly string[]> {
  const ids = texts.map((text) => {
    const parsed = parsePayload(JSON.parse(text) as Json);
    if ("problems" in parsed) throw new Error(`This is no payload: ${text}`);
    return parsed.payload.id;
  });
  await runtime.start();
  await runtime.ports.intake.send(texts.map((body, index) => ({ id: `message-${index}`, body })));
  for (;;) {
    const records = await runtime.ports.state.get(ids);
    if (records.every((record) => record && !isOpen(record.state) && !record.effectsPending)) return ids;
    await setTimeout(20);
  }
}
