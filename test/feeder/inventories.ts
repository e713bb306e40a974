/** S3 inventories, in the shapes in which S3 writes them. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { ObjectUrl } from "../../src/payload/object-store.ts";

export interface Listed {
  readonly key: string;
  readonly size?: number;
  /** ISO 8601. */
  readonly modified?: string;
  readonly latest?: boolean;
  readonly deleted?: boolean;
}

export const BUCKET = "naip-visualization";
/** Where the inventory called `daily` of that bucket lies. */
export const FOLDER = "s3://inventories/aws/naip-visualization/daily";
const MODIFIED = "2030-01-15T10:00:00.000Z";

export const CSV_COLUMNS =
  "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass";

/** Every value is quoted, and keys are escaped as in a form. */
export function csv(listed: readonly Listed[]): Buffer {
  const lines = listed.map(({ key, size = 10, modified = MODIFIED, latest = true, deleted = false }) => {
    const escaped = encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
    const values = [
      BUCKET,
      escaped,
      "AZERTY",
      latest,
      deleted,
      deleted ? "" : size,
      modified,
      "d41d8cd98f00b204",
      "STANDARD",
    ];
    return values.map((value) => `"${value}"`).join(",");
  });
  return gzipSync(`${lines.join("\n")}\n`);
}

const PARQUET_SCHEMA =
  "message s3.inventory {  required binary bucket (STRING);  required binary key (STRING);  optional binary version_id (STRING);  optional boolean is_latest;  optional boolean is_delete_marker;  optional int64 size;  optional int64 last_modified_date (TIMESTAMP(MILLIS,true));}";

export function parquet(listed: readonly Listed[], rowGroupSize = 100_000): Buffer {
  const written = parquetWriteBuffer({
    rowGroupSize,
    columnData: [
      { name: "bucket", data: listed.map(() => BUCKET), type: "STRING", nullable: false },
      { name: "key", data: listed.map(({ key }) => key), type: "STRING", nullable: false },
      { name: "version_id", data: listed.map(() => "AZERTY"), type: "STRING" },
      { name: "is_latest", data: listed.map(({ latest = true }) => latest), type: "BOOLEAN" },
      { name: "is_delete_marker", data: listed.map(({ deleted = false }) => deleted), type: "BOOLEAN" },
      { name: "size", data: listed.map(({ size = 10 }) => BigInt(size)), type: "INT64" },
      {
        name: "last_modified_date",
        data: listed.map(({ modified = MODIFIED }) => new Date(modified)),
        type: "TIMESTAMP",
      },
    ],
  });
  return Buffer.from(written);
}

/** An inventory of this time, as objects. */
export function inventory(
  format: "CSV" | "Parquet" | "ORC",
  files: readonly Buffer[],
  { time = "2030-01-16T01-00Z", folder = FOLDER }: { readonly time?: string; readonly folder?: string } = {},
): Record<ObjectUrl, Uint8Array | string> {
  const ending = { CSV: "csv.gz", Parquet: "parquet", ORC: "orc" }[format];
  const root = folder.slice("s3://inventories/".length);
  const named = files.map((body, number) => ({ key: `${root}/data/${time}-${number}.${ending}`, body }));
  const manifest = {
    sourceBucket: BUCKET,
    destinationBucket: "arn:aws:s3:::inventories",
    version: "2016-11-30",
    creationTimestamp: "1894756800000",
    fileFormat: format,
    fileSchema: { CSV: CSV_COLUMNS, Parquet: PARQUET_SCHEMA, ORC: "struct<bucket:string,key:string,size:bigint>" }[
      format
    ],
    files: named.map(({ key, body }) => ({
      key,
      size: body.length,
      MD5checksum: createHash("md5").update(body).digest("hex"),
    })),
  };
  return {
    ...Object.fromEntries(named.map(({ key, body }) => [`s3://inventories/${key}`, body])),
    [`s3://inventories/${root}/${time}/manifest.json`]: JSON.stringify(manifest),
    [`s3://inventories/${root}/hive/dt=${time}/symlink.txt`]: "",
  };
}
