/** The ActionStore on DynamoDB, over the table that the stack declares. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { inject } from "vitest";
import { makeDynamoActionStore } from "../../../src/aws/actions.ts";
import { systemClock } from "../../../src/clock.ts";
import { describeActionStore } from "../../contracts/action-store.ts";
import { createStateTable } from "./state-table.ts";

const client = new DynamoDBClient({
  endpoint: inject("endpoint"),
  region: "us-west-2",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

describeActionStore("DynamoDB", async () => {
  const table = `actions-${crypto.randomUUID()}`;
  await createStateTable(client, table);
  const actions = makeDynamoActionStore({ client, table, clock: systemClock, random: Math.random });
  return { actions, close: () => undefined };
});
