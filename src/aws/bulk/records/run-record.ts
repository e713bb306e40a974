/** The record of a run in the table, and what is read and changed of it. */
import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { type BulkRun, type NewBulkRun, RUN_STATES, type RunState } from "../../../bulk/bulk-run.ts";
import { isoTime } from "../../../clock.ts";
import { CirrusError, EXIT } from "../../../errors.ts";
import { type Item, toItem } from "../../state/attribute-values.ts";
import { getItem } from "../../state/read-items.ts";
import { type Change, updateOf } from "../../state/update-item.ts";
import type { Place } from "../place.ts";
import { type RunKey, runKey, shardCount } from "./keys.ts";

export interface RunRecord {
  readonly run: BulkRun;
  readonly key: RunKey;
  /** Entries that are stored, with their messages. */
  readonly loaded: number;
  readonly queues?: Queues | undefined;
  /** Its removal has begun. */
  readonly removing: boolean;
}

export interface Queues {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

export async function readRun(name: string, place: Place): Promise<RunRecord | undefined> {
  const item = await getItem(runKey(name), await place.table());
  return item && toRunRecord(item);
}

export async function needRun(name: string, place: Place): Promise<RunRecord> {
  const record = await readRun(name, place);
  if (record !== undefined) return record;
  throw new CirrusError(`There is no bulk run ${name}.`, {
    hint: "See which there are: npx cirrus bulk list",
    exitCode: EXIT.notFound,
  });
}

export function newRunItem(run: NewBulkRun, edition: string, now: string): Item {
  const { name, digest, entries, source } = run;
  const first = { state: "LOADING", created: now, updated: now, loaded: 0, shards: shardCount(entries) };
  const told = { name, digest, entries, source: JSON.stringify(source), ...configuration(run) };
  return { ...runKey(name), ...toItem({ ...told, edition, ...first }) };
}

export type Configuration = Partial<Pick<NewBulkRun, "limits" | "policy" | "pool" | "task">>;

/** As texts: nothing in the table is asked for by what is in them. */
export function configuration(change: Configuration): Readonly<Record<string, string>> {
  const { limits, policy, pool, task } = change;
  const given = Object.entries({ limits, policy, pool, task }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, JSON.stringify(value)]));
}

/** False where the condition does not hold. */
export async function changeRun(name: string, change: Change, place: Place): Promise<boolean> {
  const { client, table, clock } = await place.table();
  const set = { updated: isoTime(clock.now()), ...change.set };
  try {
    await client.send(new UpdateItemCommand(updateOf(table, runKey(name), { ...change, set })));
    return true;
  } catch (thrown) {
    if (thrown instanceof ConditionalCheckFailedException) return false;
    throw thrown;
  }
}

export async function setRunState(
  name: string,
  from: readonly RunState[],
  to: RunState,
  reason: string | undefined,
  place: Place,
): Promise<boolean> {
  if (from.length === 0) return false;
  const finishedAt = to === "FINISHED" ? isoTime(place.clock.now()) : undefined;
  return changeRun(name, { set: { state: to, reason, finishedAt }, where: { state: from } }, place);
}

export function toRunRecord(item: Item): RunRecord {
  const text = (name: string) => item[name]?.S ?? "";
  const optional = (name: string) => (item[name]?.S === undefined ? {} : { [name]: item[name]?.S });
  const parsed = (name: string) => JSON.parse(text(name));
  const run: BulkRun = {
    name: text("name"),
    task: parsed("task"),
    limits: parsed("limits"),
    policy: parsed("policy"),
    digest: text("digest"),
    entries: Number(item.entries?.N),
    source: parsed("source"),
    ...(item.pool && { pool: parsed("pool") }),
    state: toState(text("state")),
    created: text("created"),
    updated: text("updated"),
    ...optional("reason"),
    ...optional("finishedAt"),
  };
  const queueUrl = item.queueUrl?.S;
  return {
    run,
    key: { name: run.name, edition: text("edition"), shards: Number(item.shards?.N) },
    loaded: Number(item.loaded?.N),
    queues: queueUrl === undefined ? undefined : { queueUrl, deadLetterQueueUrl: text("deadLetterQueueUrl") },
    removing: item.removing?.BOOL ?? false,
  };
}

function toState(text: string): RunState {
  const state = RUN_STATES.find((one) => one === text);
  if (state === undefined) throw new Error(`The table of bulk runs holds a run in the state "${text}".`);
  return state;
}
