/** Takes away everything of a run. Its record goes last, so that a removal that was cut off is done again from the beginning. */
import { BatchWriteItemCommand, DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import type { Item } from "../state/attribute-values.ts";
import { queryRange } from "../state/read-items.ts";
import { inParallel, slices, type Table, untilDone } from "../state/table.ts";
import type { Place } from "./place.ts";
import { deleteQueues } from "./queue/queues.ts";
import { listingKey, runKey, shardsOf } from "./records/keys.ts";
import { changeRun, type RunRecord } from "./records/run-record.ts";

const MOST_DELETES = 25;
const OBJECTS_AT_A_TIME = 500;

export async function removeRun({ run, key, queues }: RunRecord, place: Place): Promise<void> {
  const { name } = run;
  const set = { state: "STOPPED", reason: "it is being removed", removing: true };
  await changeRun(name, { set, where: { edition: key.edition } }, place);
  if (queues) await deleteQueues(queues, place);
  const table = await place.table();
  for (const shard of shardsOf(key)) await removeItems(shard, table);
  await removeObjects(name, place);
  // A run that is in no list can be removed again; one that is only in the list is none.
  for (const Key of [listingKey(name), runKey(name)]) {
    await table.client.send(new DeleteItemCommand({ TableName: table.table, Key }));
  }
}

async function removeItems(shard: string, table: Table): Promise<void> {
  const range = { partitions: [shard], from: " ", to: "~", only: ["pk", "sk"] };
  const keys = await queryRange(range, table);
  await inParallel(slices(keys, MOST_DELETES), (slice) =>
    untilDone(slice, table, async (rest) => {
      const requests = rest.map((Key: Item) => ({ DeleteRequest: { Key } }));
      const { UnprocessedItems } = await table.client.send(
        new BatchWriteItemCommand({ RequestItems: { [table.table]: requests } }),
      );
      const left = UnprocessedItems?.[table.table] ?? [];
      return { rest: left.flatMap(({ DeleteRequest }) => (DeleteRequest?.Key ? [DeleteRequest.Key] : [])) };
    }),
  );
}

async function removeObjects(name: string, { objects, urls }: Place): Promise<void> {
  const found: Parameters<typeof objects.remove>[0][] = [];
  const removeFound = () => inParallel(found.splice(0), (url) => objects.remove(url));
  for await (const { url } of objects.list(urls(name).root)) {
    found.push(url);
    if (found.length === OBJECTS_AT_A_TIME) await removeFound();
  }
  await removeFound();
}
