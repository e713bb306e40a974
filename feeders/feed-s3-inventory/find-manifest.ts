/** Finds the inventory's manifest and reads from it which files it consists of, and in which format. */
import { InvalidInput, isObjectUrl, type ObjectStore, type ObjectUrl, parseObjectUrl } from "cirrus-pipeline/feeder";
import * as z from "zod";

export type InventoryFormat = "csv" | "parquet";

export interface InventoryFile {
  readonly url: ObjectUrl;
  readonly format: InventoryFormat;
  /** Of CSV, in their order; a Parquet file names its own. */
  readonly columns: readonly string[];
  readonly size?: number | undefined;
  /** Hexadecimal MD5 of the file. */
  readonly md5?: string | undefined;
}

const manifestSchema = z.looseObject({
  fileFormat: z.string(),
  fileSchema: z.string(),
  destinationBucket: z.string().optional(),
  files: z.array(z.looseObject({ key: z.string(), size: z.number().optional(), MD5checksum: z.string().optional() })),
});

/** A manifest has a hundred bytes a file, and S3 writes thousands of files at the most. */
const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;

/** `url`: of a `manifest.json`, or of the folder of an inventory, whose newest one is taken unless one was `begun`. */
export async function findManifest(
  url: ObjectUrl,
  objects: ObjectStore,
  begun: string | undefined,
): Promise<ObjectUrl> {
  if (url.endsWith(".json")) return url;
  return isObjectUrl(begun) && (await objects.head(begun)) !== undefined ? begun : newestManifest(url, objects);
}

export async function readManifest(url: ObjectUrl, objects: ObjectStore): Promise<readonly InventoryFile[]> {
  const manifest = parseManifest(url, await textOf(url, objects));
  const format = formatOf(manifest.fileFormat, url);
  const columns = manifest.fileSchema.split(",").map((column) => column.trim());
  const { bucket } = parseObjectUrl(url);
  return manifest.files.map(({ key, size, MD5checksum: md5 }) => {
    const file: ObjectUrl = `s3://${bucket}/${key}`;
    return { url: file, format, columns: format === "csv" ? columns : [], size, md5 };
  });
}

/** Where no manifest says so, the name of a file tells its format. */
export function namedFile(url: string, columns: readonly string[]): InventoryFile {
  if (!isObjectUrl(url)) throw new InvalidInput(`${url} is no inventory file: it is not of the form s3://bucket/key.`);
  const [, ending = ""] = /\.(csv|parquet|orc)(?:\.gz)?$/i.exec(url) ?? [];
  if (ending !== "") return { url, format: formatOf(ending, url), columns };
  throw new InvalidInput(`${url} has no ending that tells its format.`, {
    hint: "Inventory files end in .csv, .csv.gz or .parquet.",
  });
}

function formatOf(named: string, where: string): InventoryFormat {
  const name = named.toLowerCase();
  if (name === "csv" || name === "parquet") return name;
  throw new InvalidInput(`${where} is an inventory in the format ${named}, which is not read.`, {
    hint: "Let S3 write the inventory as CSV or Parquet: a bucket may have several inventories.",
  });
}

/** Folders of manifests are named by their time, 2030-01-31T01-00Z, and come before `data` and `hive`. */
async function newestManifest(folder: ObjectUrl, objects: ObjectStore): Promise<ObjectUrl> {
  const root: ObjectUrl = folder.endsWith("/") ? folder : `${folder}/`;
  let newest: ObjectUrl | undefined;
  for await (const { url } of objects.list(root)) {
    const rest = url.slice(root.length);
    if (/^\d{4}-\d\d-\d\dT\d\d-\d\dZ\/manifest\.json$/.test(rest)) newest = url;
    if (rest > ":") break;
  }
  if (newest !== undefined) return newest;
  throw new InvalidInput(`There is no inventory below ${root}: no ${root}2030-01-31T01-00Z/manifest.json.`, {
    hint: "Name the folder of one inventory, s3://<destination>/<prefix>/<bucket>/<inventory>, or a manifest.json itself. S3 writes the first one within 48 hours.",
  });
}

async function textOf(url: ObjectUrl, objects: ObjectStore): Promise<string> {
  const got = await objects.get(url, { maxBytes: MOST_MANIFEST_BYTES });
  if (got.outcome === "found") return Buffer.from(got.body).toString("utf8");
  if (got.outcome === "missing") throw new InvalidInput(`There is no manifest at ${url}.`);
  const why = got.outcome === "denied" ? got.message : `it has ${got.size} bytes`;
  throw new InvalidInput(`The manifest ${url} cannot be read: ${why}.`);
}

function parseManifest(url: ObjectUrl, text: string): z.infer<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (thrown) {
    const why = thrown instanceof z.ZodError ? z.prettifyError(thrown).replaceAll(/\s+/g, " ") : String(thrown);
    throw new InvalidInput(`${url} is no manifest of an inventory: ${why}`, { cause: thrown });
  }
}
