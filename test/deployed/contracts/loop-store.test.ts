/** Loops over a bucket and the table that the stack declares. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, inject } from "vitest";
import { parse } from "yaml";
import { makeClients } from "../../../src/aws/clients.ts";
import { makeAwsLoops } from "../../../src/aws/loops/loops.ts";
import { systemClock } from "../../../src/clock.ts";
import { describeExecutionFiles } from "../../contracts/execution-files.ts";
import { describeLoopStore } from "../../contracts/loop-store.ts";
import { toEmulator } from "../clients.ts";

const settings = toEmulator(inject("endpoint"));
const suffix = crypto.randomUUID().slice(0, 8);
const table = `loops-${suffix}`;
const payloadBucket = `loop-payloads-${suffix}`;

beforeAll(async () => {
  await createTable();
  await new S3Client({ ...settings, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: payloadBucket }));
});

function make() {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-loops-"));
  const loops = makeAwsLoops(
    makeClients(settings),
    { table, payloadBucket, payloadPrefix: "cirrus", folder },
    systemClock,
  );
  return { ...loops, pass: (ms: number) => pause(ms), tries: 1, close: () => undefined };
}

describeLoopStore("AWS", make);
describeExecutionFiles("AWS", make);

/** The emulator knows these of what the stack says of its table. */
async function createTable(): Promise<void> {
  const file = join(import.meta.dirname, "../../../cloudformation/loop-data.yml");
  const { Resources } = parse(readFileSync(file, "utf8"), { logLevel: "silent" });
  const { AttributeDefinitions, KeySchema, BillingMode } = Resources.LoopTable.Properties;
  await new DynamoDBClient(settings).send(
    new CreateTableCommand({ TableName: table, AttributeDefinitions, KeySchema, BillingMode }),
  );
}
