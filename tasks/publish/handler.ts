/** Writes items as JSON to the data bucket, where their `self` and `canonical` links lead from then on. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { absoluteHrefs, defineTask, type ObjectStore, type ObjectUrl, replaceLink } from "cirrus-pipeline/task";
import * as z from "zod";

const GEOJSON = "application/geo+json";

export const handler = defineTask({
  name: "publish",
  description: "Publishes items as JSON in the data bucket",
  parameters: z.object({ public: z.boolean().default(false) }),
  async run({ items, parameters, assets, objects, workdir, log }) {
    for (const item of items) {
      const filename = `${item.id}.json`;
      const { url, href } = assets.locate(item, filename);
      const now = new Date().toISOString();
      item.properties.created = (await publishedAt(objects, url)) ?? item.properties.created ?? now;
      item.properties.updated = now;
      absoluteHrefs(item);
      for (const rel of ["self", "canonical"]) replaceLink(item, { rel, href, type: GEOJSON });

      const path = join(workdir, "item.json");
      await writeFile(path, JSON.stringify(item));
      await assets.store(item, path, { filename, type: GEOJSON, public: parameters.public });
      log.info("published item", { item: item.id, url });
    }
  },
});

const publishedItem = z.object({ properties: z.object({ created: z.string() }) });

/** When the item was published for the first time; undefined where it never was, or not by this task. */
async function publishedAt(objects: ObjectStore, url: ObjectUrl): Promise<string | undefined> {
  const existing = await objects.get(url);
  if (existing.outcome !== "found") return undefined;
  try {
    return publishedItem.safeParse(JSON.parse(Buffer.from(existing.body).toString())).data?.properties.created;
  } catch {
    return undefined;
  }
}
