/** The emulator itself: what the other tests here stand on. */
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { expect, inject, test } from "vitest";

test("answers the AWS SDK", async () => {
  const client = new DynamoDBClient({
    endpoint: inject("endpoint"),
    region: "us-west-2",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  expect((await client.send(new ListTablesCommand({}))).TableNames).toBeInstanceOf(Array);
});
