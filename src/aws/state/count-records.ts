/** Counts records that a filter chooses: by the counters where they know, else entry by entry of an index. */
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { type BoundedCount, boundedCount, type PayloadFilter } from "../../state/state-store.ts";
import { type Item, toAttribute } from "./attribute-values.ts";
import { type Chosen, chosenEntries } from "./chosen-entries.ts";
import { readCounts } from "./counts.ts";
import { FIRST, LAST } from "./index-entries.ts";
import { inParallel, type Table } from "./table.ts";

/** A look brings a megabyte of entries, some 5,000, in about 50 ms. Whoever waits for a number waits so long, and no longer. */
const MOST_LOOKS = 40;

export async function countRecords(filter: PayloadFilter, most: number, table: Table): Promise<BoundedCount> {
  const { workflow, collections, state, ...others } = filter;
  if (Object.values(others).every((value) => value === undefined || value === "")) {
    const counts = await readCounts({ ...(workflow && { workflow }), ...(collections && { collections }) }, table);
    const wanted = counts.filter((one) => state === undefined || one.state === state);
    return { count: wanted.reduce((sum, { count }) => sum + count, 0), atLeast: false };
  }
  const chosen = await chosenEntries(filter, table);
  // DynamoDB takes no range that ends before it begins.
  if (Buffer.compare(Buffer.from(chosen.from ?? FIRST), Buffer.from(chosen.to ?? LAST)) > 0) return NONE;
  const budget: Budget = { most, found: 0, looks: 0, isCut: false };
  await inParallel(chosen.partitions, (partition) => countPartition(partition, chosen, budget, table));
  const { count, atLeast } = boundedCount(budget.found, most);
  return { count, atLeast: atLeast || budget.isCut };
}

const NONE: BoundedCount = { count: 0, atLeast: false };

/** What all partitions share. */
interface Budget {
  readonly most: number;
  found: number;
  looks: number;
  isCut: boolean;
}

async function countPartition(
  partition: string,
  { index, partitionKey, from = FIRST, to = LAST, filter }: Chosen,
  budget: Budget,
  { client, table }: Table,
): Promise<void> {
  let start: Item | undefined;
  do {
    if (budget.found > budget.most) return;
    if (budget.looks >= MOST_LOOKS) {
      budget.isCut = true;
      return;
    }
    budget.looks += 1;
    const { Count = 0, LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        Select: "COUNT",
        KeyConditionExpression: "#partition = :partition AND sortKey BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#partition": partitionKey, ...filter?.names },
        ExpressionAttributeValues: {
          ":partition": toAttribute(partition),
          ":from": toAttribute(from),
          ":to": toAttribute(to),
          ...filter?.values,
        },
        ...(filter && { FilterExpression: filter.expression }),
        ExclusiveStartKey: start,
      }),
    );
    budget.found += Count;
    start = LastEvaluatedKey;
  } while (start !== undefined);
}
