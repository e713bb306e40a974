/** The StateStore on DynamoDB, over the table that the stack declares, and its counts as the tally keeps them. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { inject } from "vitest";
import { makeDynamoCounters } from "../../../src/aws/state/counters.ts";
import { makeDynamoStateStore } from "../../../src/aws/state/state-store.ts";
import type { Clock } from "../../../src/clock.ts";
import { tally } from "../../../src/functions/tally/tally.ts";
import type { StateStore } from "../../../src/state/state-store.ts";
import { describeStateStore } from "../../contracts/state-store.ts";
import { createStateTable } from "./state-table.ts";

const settings = {
  endpoint: inject("endpoint"),
  region: "us-west-2",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};
const client = new DynamoDBClient(settings);
const streams = new DynamoDBStreamsClient(settings);

describeStateStore("DynamoDB", async (clock) => {
  const table = `state-${crypto.randomUUID()}`;
  const stream = await createStateTable(client, table);
  const store = makeDynamoStateStore({ client, table, clock });
  return { store: withTally(store, makeTally(table, stream, clock)), close: () => undefined };
});

/** Whoever reads what the counts tell waits until the tally has caught up. */
function withTally(store: StateStore, catchUp: () => Promise<void>): StateStore {
  return {
    ...store,
    async list(query) {
      await catchUp();
      return store.list(query);
    },
    async counts(filter) {
      await catchUp();
      return store.counts(filter);
    },
    async count(filter, most) {
      await catchUp();
      return store.count(filter, most);
    },
    async activity(query) {
      await catchUp();
      return store.activity(query);
    },
  };
}

/** Reads the table's stream from its beginning every time, so that all but what is new comes again. */
function makeTally(table: string, stream: string, clock: Clock): () => Promise<void> {
  const counters = makeDynamoCounters({ client, table, clock, random: Math.random });
  return async () => {
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: stream }));
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      const { ShardIterator } = await streams.send(
        new GetShardIteratorCommand({ StreamArn: stream, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
      );
      let iterator = ShardIterator;
      while (iterator !== undefined) {
        const { Records = [], NextShardIterator } = await streams.send(
          new GetRecordsCommand({ ShardIterator: iterator }),
        );
        // An iterator of an open shard never ends: a page without records is where it is now.
        if (Records.length === 0) break;
        await tally({ Records, shardId: ShardId }, { counters });
        iterator = NextShardIterator;
      }
    }
  };
}
