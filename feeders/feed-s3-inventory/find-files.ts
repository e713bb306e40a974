/** Which inventory files a run reads, and where it goes on. */
import { InvalidInput, isObjectUrl, type ObjectStore, type ObjectUrl } from "cirrus-pipeline/feeder";
import * as z from "zod";
import { findManifest, type InventoryFile, namedFile, readManifest } from "./find-manifest.ts";

export interface Chosen {
  readonly inventory_url?: ObjectUrl | undefined;
  readonly inventory_files?: readonly ObjectUrl[] | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly batch_size: number;
  readonly max_batches?: number | undefined;
}

/** A run goes on in the inventory that it began with, as long as that is there, even if there is a newer one by then. */
export const position = z.object({ manifest: z.string().optional(), file: z.string(), row: z.int() });

export interface Files {
  readonly manifest: ObjectUrl | undefined;
  /** Those that are not done. */
  readonly files: readonly InventoryFile[];
}

export async function findFiles(
  chosen: Chosen,
  objects: ObjectStore,
  from: z.infer<typeof position> | undefined,
): Promise<Files> {
  const { inventory_url: url, inventory_files: named, keys = [], batch_size, max_batches = 0 } = chosen;
  if ((url === undefined) === (named === undefined)) {
    throw new InvalidInput("One of inventory_url and inventory_files is needed, and not both.", {
      hint: 'Give "inventory_url": "s3://<destination>/<prefix>/<bucket>/<inventory>".',
    });
  }
  // Its files are removed after some days: where they are, no later run could go on either.
  const isThere = isObjectUrl(from?.file) && (await objects.head(from.file)) !== undefined;
  const begun = isThere ? from.manifest : undefined;
  const manifest = url === undefined ? undefined : await findManifest(url, objects, begun);
  const all =
    manifest === undefined ? (named ?? []).map((file) => namedFile(file, keys)) : await readManifest(manifest, objects);
  const files = max_batches > 0 ? all.slice(0, max_batches * batch_size) : all;
  const first = from === undefined ? 0 : files.findIndex((file) => file.url === from.file);
  return { manifest, files: files.slice(Math.max(0, first)) };
}
