/** Runs the task copy-assets over given assets, as a Lambda does and with nothing of it left out. */
import type { Context } from "aws-lambda";
import { silentLog } from "../../src/log.ts";
import type { ObjectStore } from "../../src/payload/object-store.ts";
import { PORTS, type TaskContext } from "../../src/task/ports.ts";
import { handler } from "../../tasks/copy-assets/handler.ts";

export interface CopyRun {
  readonly objects: ObjectStore;
  /** Of the assets, an asset each; they are spread over items of 50 assets. */
  readonly hrefs: readonly string[];
  readonly bucket: string;
}

const ASSETS_AN_ITEM = 50;

export async function copyAssets({ objects, hrefs, bucket }: CopyRun): Promise<void> {
  const features = Array.from({ length: Math.ceil(hrefs.length / ASSETS_AN_ITEM) }, (_, i) => ({
    id: `item-${i}`,
    collection: "bench",
    properties: {},
    assets: Object.fromEntries(
      hrefs.slice(i * ASSETS_AN_ITEM, (i + 1) * ASSETS_AN_ITEM).map((href, n) => [`asset-${n}`, { href }]),
    ),
  }));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a path template
  const upload_options = { path_template: "copies/${id}", s3_urls: true };
  const payload = { type: "FeatureCollection", features, process: [{ workflow: "mirror", upload_options }] };
  const environment = { CIRRUS_DATA_BUCKET: bucket, CIRRUS_ALLOW_LOCAL_ASSETS: "true" };
  const context: TaskContext = {
    [PORTS]: { objects, log: silentLog, environment, inlineLimit: Number.POSITIVE_INFINITY },
  };
  await handler(payload, context as Context); // the rest of Lambda's context is not there in a job either
}
