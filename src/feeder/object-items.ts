/** What feeders that find objects have in common: which objects are wanted, and what becomes of one. */
import * as z from "zod";
import { InvalidInput } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { ObjectStore, ObjectUrl } from "../payload/object-store.ts";
import type { PayloadParameters } from "./payload-of.ts";
import { readItems } from "./read-items.ts";
import { seedItem } from "./seed-item.ts";

/** Spread into a feeder's own, beside `feederParameters`. */
export const objectParameters = {
  prefix: z.string().optional().describe("Objects whose key begins with this."),
  suffix: z.string().optional().describe("Objects whose key ends with this: the one file that every scene has."),
  read_items: z
    .boolean()
    .default(false)
    .describe("The objects are STAC items, and are read instead of being made the asset of a new item."),
  collection: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Collection of the items; without it the first process definition's `collections`, or the first of its `input_collections`.",
    ),
  item_id: z
    .enum(["folder", "file"])
    .default("folder")
    .describe(
      "What an item is named after: the folder of its object, so that a scene is one item, or the object itself.",
    ),
  base_url: z
    .string()
    .optional()
    .describe(
      "Stands before `<bucket>/<key>` in the assets' hrefs, for objects that are read over HTTPS. Without it they are s3:// URLs.",
    ),
  datetime_regex: z
    .string()
    .optional()
    .describe("Finds the day of an object in its key, by the named groups Y, m and d; it becomes the item's datetime."),
};

export type ObjectParameters = z.infer<z.ZodObject<typeof objectParameters>> & PayloadParameters;

export interface FoundObject {
  readonly bucket: string;
  readonly key: string;
  /** Bytes, where they are known. */
  readonly size?: number | undefined;
}

export interface ObjectItems {
  /** By its key alone. */
  wants(key: string): boolean;
  /** The day in the key, `2030-01-31`, where an expression was given that finds one. */
  dayIn(key: string): string | undefined;
  /** None where the object is gone by now. */
  itemsOf(object: FoundObject): Promise<readonly JsonObject[]>;
}

/** InvalidInput where the parameters do not go together. */
export function makeObjectItems(parameters: ObjectParameters, objects: ObjectStore): ObjectItems {
  const { prefix = "", suffix = "", datetime_regex, read_items, item_id: itemId, base_url: baseUrl } = parameters;
  const dayIn = datetime_regex === undefined ? () => undefined : makeDayIn(datetime_regex);
  let collection: string | undefined;
  return {
    // A key that ends in a slash stands for a folder in consoles; it holds nothing.
    wants: (key) => !key.endsWith("/") && key.startsWith(prefix) && key.endsWith(suffix),
    dayIn,
    async itemsOf({ bucket, key, size }) {
      const url: ObjectUrl = `s3://${bucket}/${key}`;
      // Whoever removed it since does not want it processed.
      if (read_items) return (await readItems(url, objects)) ?? [];
      const day = dayIn(key);
      const datetime = day === undefined ? undefined : `${day}T00:00:00Z`;
      collection ??= collectionOf(parameters);
      return [seedItem({ url, collection, itemId, baseUrl, datetime, size })];
    },
  };
}

function makeDayIn(text: string): (key: string) => string | undefined {
  const expression = compile(text);
  return (key) => {
    const { Y, m, d } = expression.exec(key)?.groups ?? {};
    if (Y === undefined || m === undefined || d === undefined) return undefined;
    const day = `${Y}-${m.padStart(2, "0")}-${d.padStart(2, "0")}`;
    return Number.isNaN(Date.parse(day)) ? undefined : day;
  };
}

function compile(text: string): RegExp {
  let expression: RegExp;
  try {
    // Python writes named groups with a P.
    expression = new RegExp(text.replaceAll("(?P<", "(?<"), "u");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInput(`$.datetime_regex: ${why}.`, { hint: EXAMPLE, cause });
  }
  const missing = ["Y", "m", "d"].filter((group) => !expression.source.includes(`(?<${group}>`));
  if (missing.length === 0) return expression;
  throw new InvalidInput(`$.datetime_regex: it has no group named ${missing.join(", ")}.`, { hint: EXAMPLE });
}

const EXAMPLE = String.raw`For keys such as tiles/2030/1/31/B04.tif: /(?<Y>\d{4})/(?<m>\d+)/(?<d>\d+)/`;

function collectionOf({ collection, process }: ObjectParameters): string {
  if (collection !== undefined) return collection;
  const [first]: readonly unknown[] = Array.isArray(process) ? process.flat() : [process];
  const definition = isRecord(first) ? first : {};
  const [input] = Array.isArray(definition.input_collections) ? definition.input_collections : [];
  const named = definition.collections ?? input;
  if (typeof named === "string" && named !== "") return named;
  throw new InvalidInput("$.collection: found nothing, expected the collection of the items.", {
    hint: 'Give "collection", or set "read_items": true where the objects are STAC items themselves.',
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
