/** What a holder writes: the loop's record, an execution that begins and one that ends, in one transaction. */
import { PutItemCommand, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { asJson, canonicalJson } from "../../json.ts";
import type { LoopRecord } from "../../loop/loop-record.ts";
import type { LoopChange } from "../../loop/loop-store.ts";
import { taskKey } from "../../loop/loop-task.ts";
import { toAttribute } from "../state/attribute-values.ts";
import { transact } from "../state/transact.ts";
import { updateOf } from "../state/update-item.ts";
import { isHeld, type LoopRow, readLoop, recordAttributes } from "./claims.ts";
import {
  type ExecutionRow,
  entryItem,
  findRow,
  keepBegin,
  keepEnd,
  keepResult,
  locatorItem,
  readRow,
  rowItem,
  type StoredExecution,
} from "./execution-items.ts";
import { loopKey, organisationListing, requestKey } from "./keys.ts";
import type { Place } from "./place.ts";
import { readRequestId } from "./requests.ts";
import { afterBegin, afterEnd, readTaskRow, type TaskRow, type TaskState, taskItem } from "./task-items.ts";
import { untilSettled } from "./until-settled.ts";
import { versionedPut } from "./versioned-put.ts";

/** False, and nothing done, where the fence is not that of the loop's holder, or another call has changed the loop since. */
export async function writeChange(change: LoopChange, place: Place): Promise<boolean> {
  const { loop, revision } = change.record;
  const table = await place.table();
  return untilSettled(`The loop ${loop}`, table, async () => {
    const [row, known] = await Promise.all([readLoop(loop, place), readKnown(change, place)]);
    if (row?.holder === undefined || row.fence !== change.fence) return false;
    if (revision !== row.record.revision + 1) return isRepeated(change, row.record, known);
    const writes = await writesOf(change, row, known, place);
    return (await transact(writes, place.newId(), table)) === undefined ? true : undefined;
  });
}

/** What is stored of the executions that a change is about. */
interface Known {
  readonly ending?: ExecutionRow | undefined;
  readonly beginning?: ExecutionRow | undefined;
}

async function readKnown({ begin, end }: LoopChange, place: Place): Promise<Known> {
  const [ending, beginning] = await Promise.all([
    end && findRow(end.execution, place),
    begin && readRow(taskKey(begin.task), begin.id, place),
  ]);
  return { ending, beginning };
}

/** An answer was lost, and the change comes again, perhaps after later ones: their record is not written over. */
function isRepeated({ begin, end, record }: LoopChange, before: LoopRecord, { beginning, ending }: Known): boolean {
  if (begin === undefined && end === undefined) return sameJson(record, before);
  const hasBegun = begin === undefined || beginning !== undefined;
  return hasBegun && (end === undefined || ending?.stored.execution.end !== undefined);
}

function sameJson(one: object, other: object): boolean {
  return canonicalJson(asJson(one)) === canonicalJson(asJson(other));
}

async function writesOf(
  change: LoopChange,
  loop: LoopRow,
  { ending, beginning }: Known,
  place: Place,
): Promise<readonly TransactWriteItem[]> {
  const { table: TableName } = await place.table();
  const isEnding = ending !== undefined && ending.stored.execution.end === undefined;
  const ended = isEnding && change.end ? await endOf(ending, change.end.end, TableName, place) : undefined;
  const begun =
    change.begin !== undefined && beginning === undefined ? await keepBegin(change.begin, place) : undefined;
  const where = { ...isHeld(loop), revision: loop.record.revision };
  const record = { set: recordAttributes(change.record), where };
  return [
    { Update: updateOf(TableName, loopKey(change.record.loop), record) },
    ...(ended?.writes ?? []),
    ...(begun ? beginOf(begun, TableName) : []),
    ...(await taskWrites(ended?.stored, begun, TableName, place)),
    ...(await answerWrites(change.answered, TableName, place)),
  ];
}

function beginOf(stored: StoredExecution, TableName: string): readonly TransactWriteItem[] {
  return [
    versionedPut(TableName, rowItem({ stored, version: 1, cancelled: false }), 0),
    { Put: { TableName, Item: locatorItem(stored) } },
    { Put: { TableName, Item: entryItem(stored) } },
  ];
}

/** As long as its files. */
const KEPT_SECONDS = 90 * 24 * 3600;

async function endOf(
  { stored, version, cancelled }: ExecutionRow,
  end: NonNullable<LoopChange["end"]>["end"],
  TableName: string,
  place: Place,
) {
  const expires = Math.floor(place.clock.now() / 1000) + KEPT_SECONDS;
  const { id } = stored.execution;
  const ended = await keepEnd(stored, end, place);
  const result = await keepResult(id, end, place);
  const writes: readonly TransactWriteItem[] = [
    versionedPut(TableName, rowItem({ stored: ended, version: version + 1, cancelled: false }, expires), version),
    { Put: { TableName, Item: locatorItem(ended, result, expires) } },
    { Put: { TableName, Item: entryItem(ended, expires) } },
    ...(cancelled ? [{ Delete: { TableName, Key: requestKey("cancel", id) } }] : []),
  ];
  return { stored: ended, writes };
}

/** One item a task, whether one of its executions ends, begins, or both. */
async function taskWrites(
  ended: StoredExecution | undefined,
  begun: StoredExecution | undefined,
  TableName: string,
  place: Place,
): Promise<readonly TransactWriteItem[]> {
  const tasks = new Set([ended, begun].flatMap((one) => (one === undefined ? [] : [taskKey(one.execution.task)])));
  const of = (task: string, stored: StoredExecution | undefined) =>
    stored !== undefined && taskKey(stored.execution.task) === task ? stored : undefined;
  return Promise.all(
    [...tasks].map(async (task) => {
      const row = await readTaskRow(task, place);
      const state = stateAfter(row, of(task, ended), of(task, begun));
      if (row.state === undefined) await listOrganisation(state.last.execution.task.codops, place);
      return versionedPut(TableName, taskItem(task, { version: row.version + 1, state }), row.version);
    }),
  );
}

function stateAfter(
  { state }: TaskRow,
  ended: StoredExecution | undefined,
  begun: StoredExecution | undefined,
): TaskState {
  const afterOne = ended && state ? afterEnd(state, ended) : state;
  const next = begun ? afterBegin(afterOne, begun) : afterOne;
  if (next === undefined) throw new Error(`the execution ${ended?.execution.id} ended, and its task never began any`);
  return next;
}

/** An organisation that is listed and has no task yet does no harm. */
async function listOrganisation(codops: string, place: Place): Promise<void> {
  const { client, table } = await place.table();
  await client.send(new PutItemCommand({ TableName: table, Item: organisationListing(codops) }));
}

/** A request that came after the one that was answered stays. */
async function answerWrites(
  answered: LoopChange["answered"],
  TableName: string,
  place: Place,
): Promise<readonly TransactWriteItem[]> {
  if (answered === undefined) return [];
  const Key = requestKey("run-now", answered.task);
  if ((await readRequestId(Key, place)) !== answered.request) return [];
  const input = {
    TableName,
    Key,
    ConditionExpression: "#id = :id",
    ExpressionAttributeNames: { "#id": "id" },
    ExpressionAttributeValues: { ":id": toAttribute(answered.request) },
  };
  return [{ Delete: input }];
}
