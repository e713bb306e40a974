/** Reads records by their payload IDs, as they are at this moment. */
import { BatchGetItemCommand } from "@aws-sdk/client-dynamodb";
import type { Item } from "./attribute-values.ts";
import { mayHaveRecord, recordKey } from "./keys.ts";
import { inParallel, slices, type Table, untilDone } from "./table.ts";

const MOST_KEYS = 100;

/** Items of the records that are there, by payload ID. */
export async function getItems(payloadIds: readonly string[], table: Table): Promise<ReadonlyMap<string, Item>> {
  const items = new Map<string, Item>();
  // DynamoDB takes no key twice, and refuses the whole call for one that is too long: no record has that.
  const ids = [...new Set(payloadIds)].filter(mayHaveRecord);
  await inParallel(slices(ids, MOST_KEYS), (slice) => getSlice(slice.map(recordKey), table, items));
  return items;
}

async function getSlice(keys: readonly Item[], table: Table, items: Map<string, Item>): Promise<void> {
  await untilDone(keys, table, async (rest) => {
    const { Responses, UnprocessedKeys } = await table.client.send(
      new BatchGetItemCommand({ RequestItems: { [table.table]: { Keys: [...rest], ConsistentRead: true } } }),
    );
    for (const item of Responses?.[table.table] ?? []) if (item.pk?.S !== undefined) items.set(item.pk.S, item);
    return { rest: UnprocessedKeys?.[table.table]?.Keys ?? [] };
  });
}
