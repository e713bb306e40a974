/** The transitions of a payload: the latest in its record, earlier ones, if any were moved away, in items of their own. */
import { GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import type { Page, Transition } from "../../state/state-store.ts";
import { type Item, toAttribute } from "./attribute-values.ts";
import { mayHaveRecord, recordKey, transitionSort } from "./keys.ts";
import { firstVersion, toTransition, transitionsOf } from "./steps.ts";
import type { Table } from "./table.ts";

const KIND = "transitions";

export async function readHistory(
  payloadId: string,
  query: { readonly limit?: number; readonly cursor?: string },
  table: Table,
): Promise<Page<Transition>> {
  const limit = pageSize(query.limit);
  const [after = 0] = query.cursor === undefined ? [] : decodeCursor(KIND, query.cursor, [0]);
  const item = await readRecord(payloadId, table);
  if (item === undefined) return { items: [] };
  // The record comes first: what is moved away after this read is in both, and never in neither.
  const from = firstVersion(item);
  const earlier =
    after + 1 < from ? await readEarlier(payloadId, { after, before: from, limit: limit + 1 }, table) : [];
  const found = [...earlier, ...transitionsOf(item).filter(({ version }) => version > after)];
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (found.length <= limit || last === undefined) return { items };
  return { items, next: encodeCursor(KIND, [last.version]) };
}

async function readRecord(payloadId: string, { client, table }: Table): Promise<Item | undefined> {
  if (!mayHaveRecord(payloadId)) return undefined;
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: recordKey(payloadId), ConsistentRead: true }),
  );
  return Item;
}

interface Versions {
  readonly after: number;
  readonly before: number;
  readonly limit: number;
}

async function readEarlier(
  payloadId: string,
  { after, before, limit }: Versions,
  { client, table }: Table,
): Promise<readonly Transition[]> {
  const found: Item[] = [];
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: {
          ":pk": toAttribute(payloadId),
          ":from": toAttribute(transitionSort(after + 1)),
          ":to": toAttribute(transitionSort(before - 1)),
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
        Limit: limit,
      }),
    );
    found.push(...Items);
    start = LastEvaluatedKey;
  } while (start !== undefined && found.length < limit);
  return found.map(toTransition);
}
