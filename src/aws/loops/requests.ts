/** What operators have asked for: pauses, runs out of turn, pins and cancels, each an item. */
import { DeleteItemCommand, PutItemCommand, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Controls, Request, Target, TaskControls } from "../../loop/controls.ts";
import { type Item, toItem } from "../state/attribute-values.ts";
import { queryPartition } from "../state/query-partition.ts";
import { getItem } from "../state/read-items.ts";
import { transact } from "../state/transact.ts";
import { type ExecutionRow, findRow, rowItem } from "./execution-items.ts";
import { EVERYTHING, REQUESTS, requestKey } from "./keys.ts";
import type { Place } from "./place.ts";
import { unlessRefused } from "./unless-refused.ts";
import { untilSettled } from "./until-settled.ts";
import { versionedPut } from "./versioned-put.ts";

type Pin = Request & { readonly commit: string };

export async function pause(target: Target, request: Request, place: Place): Promise<void> {
  await putRequest(pauseOf(target), request, place);
}

export async function resume(target: Target, place: Place): Promise<boolean> {
  return dropRequest(pauseOf(target), place);
}

function pauseOf(target: Target): Item {
  return target.kind === "loop" ? requestKey("pause-loop", target.loop) : requestKey("pause-task", target.task);
}

/** The first one stays until it is answered. */
export async function runNow(task: string, request: Request, place: Place): Promise<void> {
  await unlessRefused(putRequest(requestKey("run-now", task), request, place, "attribute_not_exists(pk)"));
}

export async function pin(task: string, commit: string, request: Request, place: Place): Promise<void> {
  const pin: Pin = { ...request, commit };
  await putRequest(requestKey("pin", task), pin, place);
}

export async function unpin(task: string, place: Place): Promise<boolean> {
  return dropRequest(requestKey("pin", task), place);
}

/** The execution is marked with it: its end, which may come at the same moment, takes the request away. */
export async function cancel(execution: string, request: Request, place: Place): Promise<boolean> {
  const table = await place.table();
  return untilSettled(`The execution ${execution}`, table, async () => {
    const row = await findRow(execution, place);
    if (row === undefined || row.stored.execution.end !== undefined) return false;
    if (row.cancelled) return true;
    const codes = await transact(cancelWrites(execution, request, row, table.table), place.newId(), table);
    return codes === undefined ? true : undefined;
  });
}

function cancelWrites(
  execution: string,
  request: Request,
  row: ExecutionRow,
  TableName: string,
): readonly TransactWriteItem[] {
  const marked = rowItem({ ...row, version: row.version + 1, cancelled: true });
  return [
    versionedPut(TableName, marked, row.version),
    { Put: { TableName, Item: requestItem(requestKey("cancel", execution), request) } },
  ];
}

function requestItem(key: Item, request: Request): Item {
  return { ...key, ...toItem({ id: request.id, request: JSON.stringify(request) }) };
}

async function putRequest(key: Item, request: Request, place: Place, ConditionExpression?: string): Promise<void> {
  const { client, table } = await place.table();
  await client.send(new PutItemCommand({ TableName: table, Item: requestItem(key, request), ConditionExpression }));
}

async function dropRequest(Key: Item, place: Place): Promise<boolean> {
  const { client, table } = await place.table();
  const input = { TableName: table, Key, ConditionExpression: "attribute_exists(pk)" };
  return unlessRefused(client.send(new DeleteItemCommand(input)));
}

export async function readRequestId(key: Item, place: Place): Promise<string | undefined> {
  return (await getItem(key, await place.table()))?.id?.S;
}

const TASK_MEMBERS = { "pause-task": "pause", "run-now": "runNow", pin: "pin" } as const;

export async function readControls(place: Place): Promise<Controls> {
  const loops: Record<string, { pause: Request }> = {};
  const tasks: Record<string, TaskControls> = {};
  const cancels: Record<string, Request> = {};
  const items = await queryPartition(REQUESTS, EVERYTHING, await place.table());
  for (const { sk, request: json } of items) {
    const [, kind = "", target = ""] = /^([a-z-]+)\/(.*)$/s.exec(sk?.S ?? "") ?? [];
    const request = JSON.parse(json?.S ?? "") as Pin; // what `requestItem` wrote; only pins have a commit
    if (kind === "pause-loop") loops[target] = { pause: request };
    else if (kind === "cancel") cancels[target] = request;
    else tasks[target] = { ...tasks[target], [TASK_MEMBERS[kind as keyof typeof TASK_MEMBERS]]: request }; // the others
  }
  return { loops, tasks, cancels };
}
