/**
 * The StateStore on DynamoDB: one table, every write a single item with its own condition, 25 of them in a call.
 * `keys.ts` shows the table; the counts are kept by the function `tally` from the table's stream.
 */
import { randomBytes } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Clock, isoTime } from "../../clock.ts";
import { claimed, effectsDone, finished, parked, reasonOfStart, started, takenOver } from "../../state/next-record.ts";
import type {
  ClaimRequest,
  EffectsDoneRequest,
  FinishRequest,
  ParkRequest,
  StartedRequest,
  StateStore,
  TakeOverRequest,
} from "../../state/state-store.ts";
import { readActivity } from "./activity.ts";
import { countRecords } from "./count-records.ts";
import { readCounts } from "./counts.ts";
import { getItems } from "./get-records.ts";
import { readHistory } from "./history.ts";
import { listRecords, listUnsettledRecords, listWaitingRecords } from "./list-records.ts";
import { toRecord } from "./record-item.ts";
import {
  claimStatement,
  effectsDoneStatement,
  finishStatement,
  parkStatement,
  startedStatement,
  takeOverStatement,
} from "./statements.ts";
import type { Table } from "./table.ts";
import { type WriteKind, type Writer, writeEach } from "./write.ts";

export interface DynamoStateStorePorts {
  readonly client: Pick<DynamoDBClient, "send">;
  /** Name of the table (`CIRRUS_STATE_DB`). */
  readonly table: string;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  /** A text that nobody else makes up. */
  readonly mark?: (() => string) | undefined;
}

const CLAIM: WriteKind<ClaimRequest> = {
  decide: claimed,
  first: claimStatement,
  move: ({ at, actor, reason }) => ({ to: "CLAIMED", at, actor, reason }),
  creates: true,
};

const PARK: WriteKind<ParkRequest> = {
  decide: parked,
  first: parkStatement,
  move: ({ at, actor, reason }) => ({ to: "WAITING", at, actor, reason }),
  creates: true,
};

const TAKE_OVER: WriteKind<TakeOverRequest> = { decide: takenOver, first: takeOverStatement };

const STARTED: WriteKind<StartedRequest> = {
  decide: started,
  first: startedStatement,
  move: (request) => ({ to: "PROCESSING", at: request.at, actor: request.actor, reason: reasonOfStart(request) }),
};

const FINISH: WriteKind<FinishRequest> = {
  decide: finished,
  first: finishStatement,
  move: ({ state, at, actor, reason }) => ({ to: state, at, actor, reason }),
};

const EFFECTS_DONE: WriteKind<EffectsDoneRequest> = {
  decide: effectsDone,
  first: effectsDoneStatement,
};

export function makeDynamoStateStore({
  client,
  table: name,
  clock,
  random = Math.random,
  mark = () => randomBytes(6).toString("base64url"),
}: DynamoStateStorePorts): StateStore {
  const table: Table = { client, table: name, clock, random };
  const writer = (): Writer => ({ ...table, now: isoTime(clock.now()), mark });
  return {
    claim: (requests) => writeEach(requests, CLAIM, writer()),
    park: (requests) => writeEach(requests, PARK, writer()),
    takeOver: (requests) => writeEach(requests, TAKE_OVER, writer()),
    started: (requests) => writeEach(requests, STARTED, writer()),
    finish: (requests) => writeEach(requests, FINISH, writer()),
    effectsDone: async (requests) => {
      await writeEach(requests, EFFECTS_DONE, writer());
    },
    get: async (payloadIds) => {
      const items = await getItems(payloadIds, table);
      return payloadIds.map((payloadId) => {
        const item = items.get(payloadId);
        return item && toRecord(item);
      });
    },
    list: (query) => listRecords(query, table),
    listWaiting: (query) => listWaitingRecords(query, table),
    listUnsettled: (query) => listUnsettledRecords(query, table),
    counts: (filter = {}) => readCounts(filter, table),
    count: (filter, most) => countRecords(filter, most, table),
    activity: (query) => readActivity(query, table),
    history: (payloadId, query = {}) => readHistory(payloadId, query, table),
  };
}
