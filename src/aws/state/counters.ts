/**
 * Counts payloads by workflow, collections and state, and what came into each state over time, from the changes that the table's stream tells, each exactly once.
 *
 * A shard of the stream is read in order, but a batch may come again, be cut elsewhere, or begin anew further back.
 * Each transaction moves the shard's checkpoint from c, on condition that it is c, to s, and adds up exactly the
 * changes after c and up to s. So, whatever was sent: the counters hold the sum of all changes up to the checkpoints.
 * It holds at first (no checkpoint, no change). A repeat of what is counted lies at or before c and is left out. No
 * change is passed over, because a reader goes back or on, but never ahead of what it was told is done. Of two who
 * count the same batch at once one finds the checkpoint moved, reads it, and goes on from there.
 */
import { GetItemCommand, type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { TransientError } from "../../errors.ts";
import type { Count } from "../../state/state-store.ts";
import { addActivity, additionKey, additionsOf, type Entered } from "./activity-counters.ts";
import { toAttribute, toItem } from "./attribute-values.ts";
import { COUNTS, counterSort, TALLY } from "./keys.ts";
import type { Table } from "./table.ts";

/** One change of a payload: from nothing or a state, to a state or nothing. */
export interface StateChange {
  /** Grows along a shard: digits, longer than a number of JavaScript can hold. */
  readonly sequence: string;
  readonly payload: Pick<Count, "workflow" | "collections">;
  readonly from?: Count["state"] | undefined;
  readonly to?: Count["state"] | undefined;
  /** Where it came into a state, be it the one that it was in. */
  readonly entered?: Omit<Entered, "workflow"> | undefined;
}

export interface Counters {
  /** Changes of one shard, in its order. */
  count(shard: string, changes: readonly StateChange[]): Promise<void>;
}

/** A transaction has at most 100 items, one of which is the checkpoint. */
const MOST_COUNTERS = 99;

/** The stream keeps a day: no shard comes back after a week. */
const CHECKPOINT_SECONDS = 7 * 24 * 3600;

const TRIES = 8;
const FIRST_WAIT_MS = 50;

export function makeDynamoCounters(table: Table): Counters {
  return {
    async count(shard, changes) {
      let checkpoint = await readCheckpoint(shard, table);
      let rest = changesAfter(checkpoint, changes);
      let tries = 0;
      while (rest.length > 0) {
        const part = firstPart(rest);
        const outcome = await commit(shard, checkpoint, part, table);
        if (outcome === "counted") {
          checkpoint = part.last;
          tries = 0;
        } else {
          tries += 1;
          if (tries === TRIES) throw new TransientError(`The changes of ${shard} cannot be counted now: ${outcome}.`);
          await table.clock.sleep(table.random() * FIRST_WAIT_MS * 2 ** tries);
          checkpoint = await readCheckpoint(shard, table);
        }
        rest = changesAfter(checkpoint, rest);
      }
    },
  };
}

async function readCheckpoint(shard: string, { client, table }: Table): Promise<string | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: toItem({ pk: TALLY, sk: shard }), ConsistentRead: true }),
  );
  return Item?.sequence?.S;
}

function changesAfter(checkpoint: string | undefined, changes: readonly StateChange[]): readonly StateChange[] {
  if (checkpoint === undefined) return changes;
  const done = BigInt(checkpoint);
  return changes.filter(({ sequence }) => BigInt(sequence) > done);
}

interface Part {
  readonly counts: readonly Count[];
  readonly additions: ReturnType<typeof additionsOf>;
  /** The sequence number of the last change that is in it. */
  readonly last: string;
}

/** As many changes from the beginning as have room in a transaction. */
function firstPart(changes: readonly StateChange[]): Part {
  const counts = new Map<string, Count>();
  const additions: Part["additions"][number][] = [];
  const items = new Set<string>();
  let last = "";
  for (const { sequence, payload, from, to, entered } of changes) {
    const moves = [from && { state: from, by: -1 }, to && { state: to, by: 1 }].flatMap((move) => move || []);
    const keys = moves.map(({ state }) => counterSort(payload.workflow, state, payload.collections));
    const added = entered ? additionsOf({ ...entered, workflow: payload.workflow }) : [];
    const touched = new Set([...items, ...keys.map((key) => `${COUNTS}/${key}`), ...added.map(additionKey)]);
    if (touched.size > MOST_COUNTERS) break;
    for (const item of touched) items.add(item);
    additions.push(...added);
    for (const [i, { state, by }] of moves.entries()) {
      const key = keys[i] ?? "";
      const { workflow, collections } = payload;
      counts.set(key, { workflow, collections, state, count: (counts.get(key)?.count ?? 0) + by });
    }
    last = sequence;
  }
  return { counts: [...counts.values()].filter(({ count }) => count !== 0), additions, last };
}

async function commit(
  shard: string,
  known: string | undefined,
  { counts, additions, last }: Part,
  { client, table, clock }: Table,
): Promise<string> {
  const expires = Math.floor(clock.now() / 1000) + CHECKPOINT_SECONDS;
  const checkpoint: TransactWriteItem = {
    Put: {
      TableName: table,
      Item: toItem({ pk: TALLY, sk: shard, sequence: last, expires }),
      ...(known === undefined
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : {
            ConditionExpression: "#sequence = :known",
            ExpressionAttributeNames: { "#sequence": "sequence" },
            ExpressionAttributeValues: { ":known": toAttribute(known) },
          }),
    },
  };
  try {
    await client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          checkpoint,
          ...counts.map((count) => increment(table, count)),
          ...addActivity(table, additions),
        ],
      }),
    );
    return "counted";
  } catch (thrown) {
    // Somebody else moved the checkpoint or a counter in the same moment, or there was no capacity.
    if (thrown instanceof Error && thrown.name === "TransactionCanceledException") return thrown.message;
    throw thrown;
  }
}

function increment(table: string, { workflow, collections, state, count }: Count): TransactWriteItem {
  return {
    Update: {
      TableName: table,
      Key: toItem({ pk: COUNTS, sk: counterSort(workflow, state, collections) }),
      UpdateExpression: "ADD #count :count SET workflow = :workflow, collections = :collections, #state = :state",
      ExpressionAttributeNames: { "#count": "count", "#state": "state" },
      ExpressionAttributeValues: toItem({
        ":count": count,
        ":workflow": workflow,
        ":collections": collections,
        ":state": state,
      }),
    },
  };
}
