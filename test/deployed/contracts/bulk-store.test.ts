/** Bulk runs over queues, a bucket and the table that the stack declares. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, inject } from "vitest";
import { parse } from "yaml";
import { makeAwsBulk } from "../../../src/aws/bulk/bulk.ts";
import { makeClients } from "../../../src/aws/clients.ts";
import { systemClock } from "../../../src/clock.ts";
import { describeBulkStore } from "../../contracts/bulk-store.ts";
import { toEmulator } from "../clients.ts";

const settings = toEmulator(inject("endpoint"));
const suffix = crypto.randomUUID().slice(0, 8);
const table = `bulk-${suffix}`;
const payloadBucket = `bulk-payloads-${suffix}`;

beforeAll(async () => {
  await createTable();
  await new S3Client({ ...settings, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: payloadBucket }));
});

describeBulkStore("AWS", () => {
  const place = { table, payloadBucket, payloadPrefix: "cirrus", queuePrefix: `demo-${suffix}-bulk-`, waitSeconds: 0 };
  const { runs, queue, logs } = makeAwsBulk(makeClients(settings), place, systemClock);
  return { runs, queue, logs, pass: (ms) => pause(ms), tries: 20, close: () => undefined };
});

/** The emulator knows these of what the stack says of its table. */
async function createTable(): Promise<void> {
  const file = join(import.meta.dirname, "../../../cloudformation/bulk.yml");
  const { Resources } = parse(readFileSync(file, "utf8"), { logLevel: "silent" });
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = Resources.BulkTable.Properties;
  const input = { TableName: table, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode };
  await new DynamoDBClient(settings).send(new CreateTableCommand(input));
}
