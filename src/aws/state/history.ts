/** The transitions of a payload: the latest in its record, earlier ones, if any were moved away, in items of their own. */
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { decodeCursor, encodeCursor, pageSize } from "../../pages.ts";
import type { Page, Transition } from "../../state/state-store.ts";
import type { Item } from "./attribute-values.ts";
import { mayHaveRecord, recordKey, transitionSort } from "./keys.ts";
import { queryPartition } from "./query-partition.ts";
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
    after + 1 < from ? await readEarlier(payloadId, { after, before: from, enough: limit + 1 }, table) : [];
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
  readonly enough: number;
}

async function readEarlier(
  payloadId: string,
  { after, before, enough }: Versions,
  table: Table,
): Promise<readonly Transition[]> {
  const range = { from: transitionSort(after + 1), to: transitionSort(before - 1), enough };
  return (await queryPartition(payloadId, range, table)).map(toTransition);
}
