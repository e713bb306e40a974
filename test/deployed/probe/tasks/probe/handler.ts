/** Marks items, after it has waited or failed as its parameters say: what the deployed scenarios need of a task. */
import { setTimeout as pause } from "node:timers/promises";
import { defineTask, type ObjectStore, type ObjectUrl } from "cirrus-pipeline/task";
import * as z from "zod";

const objectUrl = z.custom<ObjectUrl>((value) => typeof value === "string" && value.startsWith("s3://"));

class ProbeFailure extends Error {
  override readonly name = "ProbeFailure";
}

export const handler = defineTask({
  name: "probe",
  description: "Marks items, after it has waited or failed as its parameters say",
  parameters: z.object({
    /** Counts its runs in this object, and fails as often as is said. */
    fails: z.object({ times: z.number(), counter: objectUrl }).optional(),
    /** Goes on once this object is there. */
    waitsFor: objectUrl.optional(),
  }),
  async run({ items, parameters: { fails, waitsFor }, objects, signal, log }) {
    if (fails !== undefined) {
      const runs = Number((await textAt(objects, fails.counter)) ?? 0) + 1;
      await objects.put(fails.counter, String(runs));
      log.info(`probing, run ${runs}`);
      if (runs <= fails.times) throw new ProbeFailure(`run ${runs} was told to fail`);
    }
    while (waitsFor !== undefined && (await textAt(objects, waitsFor)) === undefined) {
      await pause(200, undefined, { signal });
    }
    for (const item of items) item.properties["probe:ran"] = true;
    log.info("probed");
  },
});

async function textAt(objects: ObjectStore, url: ObjectUrl): Promise<string | undefined> {
  const got = await objects.get(url);
  return got.outcome === "found" ? Buffer.from(got.body).toString() : undefined;
}
