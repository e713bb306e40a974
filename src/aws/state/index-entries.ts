/** Entries of an index in order: those of one partition, page by page, and those of several, merged. */
import { type AttributeValue, QueryCommand } from "@aws-sdk/client-dynamodb";
import { type Item, toAttribute } from "./attribute-values.ts";
import { inParallel, type Table } from "./table.ts";

export type Order = "newest" | "oldest";

export interface Entry {
  readonly payloadId: string;
  readonly updated: string;
  /** The sort key in DynamoDB's own order of text. */
  readonly bytes: Buffer;
}

export interface Listing {
  readonly index: string;
  readonly partitionKey: string;
  readonly partitions: readonly string[];
  readonly order: Order;
  /** Both ends of the sort key belong to the range. */
  readonly from: string;
  readonly to: string;
  /** An end that does not belong to it: where the page before stopped. */
  readonly after?: string | undefined;
  readonly filter?: Filter | undefined;
  /** Entries that the reader is going to want. */
  readonly wanted: number;
}

export interface Filter {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** Before and after every sort key. */
export const FIRST = "!";
export const LAST = "~";

/** A page of a partition has at least so many, however many partitions share the work. */
const LEAST = 10;

export async function* entriesOf(listing: Listing, table: Table): AsyncGenerator<Entry, void> {
  // DynamoDB takes no range that ends before it begins.
  if (Buffer.compare(Buffer.from(listing.from), Buffer.from(listing.to)) > 0) return;
  const sign = listing.order === "newest" ? -1 : 1;
  const first = await inParallel(listing.partitions, async (value) => head(entriesOfPartition(value, listing, table)));
  let open = first.flat();
  while (open.length > 0) {
    const next = open.reduce((a, b) => (sign * Buffer.compare(b.entry.bytes, a.entry.bytes) < 0 ? b : a));
    yield next.entry;
    const following = await head(next.rest);
    open = open.flatMap((each) => (each === next ? following : [each]));
  }
}

interface Head {
  readonly entry: Entry;
  readonly rest: AsyncGenerator<Entry, void>;
}

async function head(rest: AsyncGenerator<Entry, void>): Promise<readonly Head[]> {
  const { done, value } = await rest.next();
  return done || !value ? [] : [{ entry: value, rest }];
}

async function* entriesOfPartition(value: string, listing: Listing, table: Table): AsyncGenerator<Entry, void> {
  const { index, partitionKey, partitions, order, from, to, after, filter, wanted } = listing;
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.client.send(
      new QueryCommand({
        TableName: table.table,
        IndexName: index,
        KeyConditionExpression: "#partition = :partition AND sortKey BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#partition": partitionKey, ...filter?.names },
        ExpressionAttributeValues: {
          ":partition": toAttribute(value),
          ":from": toAttribute(from),
          ":to": toAttribute(to),
          ...filter?.values,
        },
        ScanIndexForward: order === "oldest",
        ExclusiveStartKey: start,
        // A limit counts what the filter then leaves out: with one, a whole megabyte is looked through at a time.
        ...(filter ? { FilterExpression: filter.expression } : { Limit: share(wanted, partitions.length) }),
      }),
    );
    for (const item of Items) {
      const key = item.sortKey?.S ?? "";
      if (key !== after) yield toEntry(item, key);
    }
    start = LastEvaluatedKey;
  } while (start !== undefined);
}

/** What is read and not taken is read for nothing. The one more is an entry that the page before ended with. */
function share(wanted: number, partitions: number): number {
  return 1 + Math.min(wanted, Math.max(LEAST, Math.ceil((2 * wanted) / partitions)));
}

function toEntry(item: Item, key: string): Entry {
  const payloadId = item.pk?.S ?? "";
  return { payloadId, updated: key.slice(0, -1 - payloadId.length), bytes: Buffer.from(key) };
}
