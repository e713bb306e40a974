/** Reads the counters that the tally keeps: one item for every workflow, state and collections. */
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Count } from "../../state/state-store.ts";
import { type Item, toAttribute } from "./attribute-values.ts";
import { COUNTS } from "./keys.ts";
import { toState } from "./record-item.ts";
import type { Table } from "./table.ts";

export async function readCounts(
  { workflow, collections }: { readonly workflow?: string; readonly collections?: string },
  table: Table,
): Promise<readonly Count[]> {
  const counts: Count[] = [];
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.client.send(
      new QueryCommand({
        TableName: table.table,
        KeyConditionExpression: workflow === undefined ? "pk = :pk" : "pk = :pk AND begins_with(sk, :workflow)",
        ExpressionAttributeValues: {
          ":pk": toAttribute(COUNTS),
          ...(workflow !== undefined && { ":workflow": toAttribute(`${workflow}/`) }),
        },
        ExclusiveStartKey: start,
      }),
    );
    counts.push(...Items.map(toCount));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return counts
    .filter((one) => one.count > 0 && (collections === undefined || one.collections === collections))
    .toSorted((a, b) => Buffer.compare(order(a), order(b)));
}

function toCount(item: Item): Count {
  return {
    workflow: item.workflow?.S ?? "",
    collections: item.collections?.S ?? "",
    state: toState(item.state?.S),
    count: Number(item.count?.N),
  };
}

/** As every store sorts them: by workflow, collections, state, each in the order of its bytes. */
function order({ workflow, collections, state }: Count): Buffer {
  return Buffer.from([workflow, collections, state].join("\0"));
}
