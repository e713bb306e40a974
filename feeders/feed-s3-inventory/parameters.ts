/** What feed-s3-inventory is called with. The names are those of Cirrus 0.x. */
import { feederParameters, objectParameters } from "cirrus-pipeline/feeder";
import * as z from "zod";

const objectUrl = z.templateLiteral(["s3://", z.string().min(1), "/", z.string().min(1)], "expected s3://bucket/key");
const day = z.string().regex(/^\d{4}-\d\d-\d\d/, "expected a day such as 2030-01-31");

export const parameters = z.object({
  inventory_url: objectUrl
    .optional()
    .describe(
      "The inventory: its folder in the bucket that it is written to, or one manifest.json in it. Of a folder the newest is taken.",
    ),
  inventory_files: z
    .array(objectUrl)
    .min(1)
    .optional()
    .describe("Instead of `inventory_url`: URLs of single inventory files, .csv.gz, .csv or .parquet."),
  keys: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      "With `inventory_files`: the columns of CSV files in their order, as a manifest's `fileSchema` has them.",
    ),
  ...objectParameters,
  start_date: day.optional().describe("Objects of this day or a later one, in UTC."),
  end_date: day.optional().describe("Objects of this day or an earlier one, in UTC."),
  datetime_key: z
    .string()
    .default("LastModifiedDate")
    .describe("Without `datetime_regex`: the inventory's column that `start_date` and `end_date` are compared with."),
  batch_size: z.int().min(1).default(10).describe("Inventory files that count as a batch for `max_batches`."),
  max_batches: z
    .int()
    .optional()
    .describe("Batches of inventory files that are read, at most; 0 or less stands for all."),
  ...feederParameters,
});

export type Parameters = z.infer<typeof parameters>;
