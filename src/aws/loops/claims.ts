/** Who drives a loop: one holder at a time, each with a higher fence than the one before. */
import { gunzipSync, gzipSync } from "node:zlib";
import { PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { utf8Length } from "../../json.ts";
import { type LoopRecord, newLoop } from "../../loop/loop-record.ts";
import type { ClaimOutcome, ClaimRequest, HeldLoop } from "../../loop/loop-store.ts";
import { type Item, type Plain, toItem } from "../state/attribute-values.ts";
import { queryPartition } from "../state/query-partition.ts";
import { getItem, getItems } from "../state/read-items.ts";
import { type Change, updateOf } from "../state/update-item.ts";
import { EVERYTHING, LOOPS, loopKey, loopListing } from "./keys.ts";
import type { Place } from "./place.ts";
import { untilSettled } from "./until-settled.ts";

export interface LoopRow {
  readonly fence: number;
  readonly record: LoopRecord;
  readonly holder?: string | undefined;
  /** Milliseconds since 1970: end of the lease. */
  readonly until: number;
}

export async function claim(request: ClaimRequest, place: Place): Promise<ClaimOutcome> {
  const table = await place.table();
  return untilSettled(`The loop ${request.loop}`, table, async () => {
    const row = await readLoop(request.loop, place);
    if (row === undefined) return insertLoop(request, place);
    const { fence, holder, record } = row;
    const now = place.clock.now();
    const isOwn = holder === request.holder;
    if (holder !== undefined && !isOwn && row.until > now) return { outcome: "busy", holder, until: row.until };
    const until = isOwn ? Math.max(row.until, now + request.leaseMs) : now + request.leaseMs;
    const next = { holder: request.holder, until, fence: isOwn ? fence : fence + 1 };
    // Where the lease was made longer since it was read, nobody takes the loop away.
    const where = { fence, ...(holder !== undefined && { holder, until: row.until }) };
    await table.client.send(new UpdateItemCommand(updateOf(table.table, loopKey(request.loop), { set: next, where })));
    return { outcome: "held", fence: next.fence, record };
  });
}

async function insertLoop({ loop, holder, leaseMs }: ClaimRequest, place: Place): Promise<ClaimOutcome> {
  const { client, table } = await place.table();
  const record = newLoop(loop);
  await client.send(new PutItemCommand({ TableName: table, Item: loopListing(loop) }));
  const row = { fence: 1, holder, until: place.clock.now() + leaseMs, ...recordAttributes(record) };
  const Item = { ...loopKey(loop), ...toItem(row) };
  await client.send(new PutItemCommand({ TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" }));
  return { outcome: "held", fence: 1, record };
}

/** False where the fence is not that of a holder. */
export async function extend(loop: string, fence: number, leaseMs: number, place: Place): Promise<boolean> {
  return changeHeld(loop, fence, (row) => ({ until: Math.max(row.until, place.clock.now() + leaseMs) }), place);
}

export async function release(loop: string, fence: number, place: Place): Promise<void> {
  await changeHeld(loop, fence, () => ({ holder: undefined, until: 0 }), place);
}

async function changeHeld(
  loop: string,
  fence: number,
  change: (row: LoopRow) => Change["set"],
  place: Place,
): Promise<boolean> {
  const table = await place.table();
  return untilSettled(`The loop ${loop}`, table, async () => {
    const row = await readLoop(loop, place);
    if (row?.holder === undefined || row.fence !== fence) return false;
    const input = updateOf(table.table, loopKey(loop), { set: change(row), where: isHeld(row) });
    await table.client.send(new UpdateItemCommand(input));
    return true;
  });
}

/** What must still be true of a loop when its holder writes. */
export function isHeld({ fence, holder = "" }: LoopRow) {
  return { fence, holder };
}

export async function readLoops(place: Place): Promise<readonly HeldLoop[]> {
  const table = await place.table();
  const listed = await queryPartition(LOOPS, EVERYTHING, table);
  const items = await getItems(
    listed.map(({ sk }) => loopKey(sk?.S ?? "")),
    table,
  );
  const now = place.clock.now();
  return items
    .map(toLoopRow)
    .map(({ record, fence, holder, until }) => ({ ...record, fence, holder: until > now ? holder : undefined }))
    .toSorted((a, b) => (a.loop < b.loop ? -1 : 1));
}

export async function readLoop(loop: string, place: Place): Promise<LoopRow | undefined> {
  const item = await getItem(loopKey(loop), await place.table());
  return item && toLoopRow(item);
}

function toLoopRow({ fence, holder, until, record, packed }: Item): LoopRow {
  const text = packed?.B === undefined ? (record?.S ?? "") : gunzipSync(packed.B).toString("utf8");
  return {
    fence: Number(fence?.N),
    holder: holder?.S,
    until: Number(until?.N ?? 0),
    record: JSON.parse(text) as LoopRecord, // what `recordAttributes` wrote
  };
}

/** An item has 400 kB at most. Turns are much alike: packed, there is room for some ten thousand of them. */
const MOST_UNPACKED_BYTES = 16_384;

export function recordAttributes(
  record: LoopRecord,
): Readonly<Record<"revision" | "record" | "packed", Plain | undefined>> {
  const text = JSON.stringify(record);
  const { revision } = record;
  return utf8Length(text) <= MOST_UNPACKED_BYTES
    ? { revision, record: text, packed: undefined }
    : { revision, record: undefined, packed: gzipSync(text) };
}
