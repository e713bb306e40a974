/** The emulator itself: what the other tests here stand on. */
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { expect, inject, test } from "vitest";
import { toEmulator } from "./clients.ts";

test("answers the AWS SDK", async () => {
  const client = new DynamoDBClient(toEmulator(inject("endpoint")));
  expect((await client.send(new ListTablesCommand({}))).TableNames).toBeInstanceOf(Array);
});
