/**
 * The ActionStore on DynamoDB, in the state table (`state/keys.ts`): an item for each action, and one more for as long as it
 * is RUNNING, so that whoever drives actions does not look through all that ever were. No other reader takes either for
 * its own: the tally counts records of payload IDs, and the indexes have only what names a partition of theirs.
 */
import { randomUUID } from "node:crypto";
import {
  ConditionalCheckFailedException,
  type Put,
  PutItemCommand,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import type { Action } from "../actions/action.ts";
import type { ActionStore } from "../actions/action-store.ts";
import { TransientError } from "../errors.ts";
import { decodeCursor, encodeCursor, pageSize } from "../pages.ts";
import { type Item, toAttribute, toItem } from "./state/attribute-values.ts";
import { queryPartition } from "./state/query-partition.ts";
import { getItem, getItems } from "./state/read-items.ts";
import type { Table } from "./state/table.ts";
import { transact } from "./state/transact.ts";

const ACTIONS = "actions";
const RUNNING = "actions-running";
/** IDs are hexadecimal. */
const BEFORE_ALL = "!";
const AFTER_ALL = "~";

/** Tries of a write that met another one of the same action. */
const TRIES = 6;

export function makeDynamoActionStore(table: Table): ActionStore {
  async function get(id: string): Promise<Action | undefined> {
    const item = await getItem(actionKey(id), table);
    return item && toAction(item);
  }

  /** The action together with what says that it is RUNNING; false where the action's condition did not hold. */
  async function putBoth(action: Action, condition: Condition): Promise<boolean> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const codes = await transact(
        [{ Put: putOf(action, condition, table) }, markOf(action, table)],
        randomUUID(),
        table,
      );
      if (codes === undefined) return true;
      if (codes[0] === "ConditionalCheckFailed") return false;
      await table.clock.sleep(table.random() * 50 * 2 ** tries);
    }
    throw new TransientError(`The action ${action.id} kept being written.`, { hint: "Try again in a moment." });
  }

  return {
    get,
    begin: (action) => putBoth(action, { ConditionExpression: "attribute_not_exists(pk)" }),
    async update(action) {
      const before = action.version - 1;
      // Most writes say how far it is: what says that it is RUNNING stays as it is.
      if (action.state === "RUNNING") {
        const was = await putWhileRunning(action, table);
        if (was === "written") return true;
        if (was?.version !== before || was.state === "RUNNING") return false;
      }
      return putBoth(action, versionIs(before));
    },
    async list({ limit, after }) {
      const size = pageSize(limit);
      const [before] = after === undefined ? [AFTER_ALL] : decodeCursor("actions", after, [""]);
      const range = { from: BEFORE_ALL, to: before, enough: size + 2, descending: true };
      const found = (await queryPartition(ACTIONS, range, table)).map(toAction).filter(({ id }) => id < before);
      const rows = found.slice(0, size);
      const last = rows.at(-1);
      return { rows, ...(found.length > size && last && { next: encodeCursor("actions", [last.id]) }) };
    },
    async running() {
      const marks = await queryPartition(RUNNING, { from: BEFORE_ALL, to: AFTER_ALL, only: ["sk"] }, table);
      const items = await getItems(
        marks.map(({ sk }) => actionKey(sk?.S ?? "")),
        table,
      );
      const actions = items.map(toAction).filter(({ state }) => state === "RUNNING");
      return actions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}

type Condition = Pick<Put, "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues">;

function versionIs(version: number): Condition {
  return {
    ConditionExpression: "#version = :version",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":version": toAttribute(version) },
  };
}

function putOf(action: Action, condition: Condition, { table }: Table): Put & { readonly Item: Item } {
  const { id, state, version } = action;
  const Item = toItem({ pk: ACTIONS, sk: id, state, version, action: JSON.stringify(action) });
  return { TableName: table, Item, ...condition };
}

function markOf({ id, state }: Action, { table: TableName }: Table): TransactWriteItem {
  const Key = toItem({ pk: RUNNING, sk: id });
  return state === "RUNNING" ? { Put: { TableName, Item: Key } } : { Delete: { TableName, Key } };
}

/** What is there in place of what was expected; undefined where nothing is. */
async function putWhileRunning(
  action: Action,
  table: Table,
): Promise<"written" | Pick<Action, "version" | "state"> | undefined> {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = versionIs(action.version - 1);
  const running: Condition = {
    ConditionExpression: `${ConditionExpression} AND #state = :running`,
    ExpressionAttributeNames: { ...ExpressionAttributeNames, "#state": "state" },
    ExpressionAttributeValues: { ...ExpressionAttributeValues, ":running": toAttribute("RUNNING") },
  };
  try {
    await table.client.send(new PutItemCommand(putOf(action, running, table)));
    return "written";
  } catch (thrown) {
    if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
    const item = await getItem(actionKey(action.id), table);
    return item && toAction(item);
  }
}

function actionKey(id: string): Item {
  return toItem({ pk: ACTIONS, sk: id });
}

function toAction(item: Item): Action {
  // Written above and by nothing else.
  return JSON.parse(item.action?.S ?? "") as Action;
}
