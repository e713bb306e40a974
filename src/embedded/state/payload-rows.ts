/** Payload records as rows of the table `payloads`, and the one statement that writes them. */
import type { Lineage } from "../../payload/lineage.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { isState, type State } from "../../state/states.ts";
import type { Database, SqlValue } from "../database/database.ts";

export interface PayloadRow {
  payload_id: string;
  collections: string;
  workflow: string;
  itemids: string;
  state: string;
  version: number;
  attempt: number;
  execution: string;
  created: string;
  updated: string;
  claimed_at: string;
  started_at: string | null;
  ended_at: string | null;
  error: string | null;
  cause: string | null;
  outputs: string;
  input_url: string;
  output_url: string | null;
  lineage: string;
  effects_pending: number;
  messages: string;
  organisation: string | null;
  waits_until: string | null;
}

export function readPayload(db: Database, payloadId: string): PayloadRecord | undefined {
  const row = db.get<PayloadRow>("SELECT * FROM payloads WHERE payload_id = ?", payloadId);
  return row && toRecord(row);
}

export function toRecord(row: PayloadRow): PayloadRecord {
  return {
    payloadId: row.payload_id,
    collections: row.collections,
    workflow: row.workflow,
    itemids: row.itemids,
    organisation: row.organisation ?? undefined,
    state: toState(row.state),
    version: row.version,
    attempt: row.attempt,
    execution: row.execution,
    created: row.created,
    updated: row.updated,
    claimedAt: row.claimed_at,
    waitsUntil: row.waits_until ?? undefined,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    lastError: row.error === null ? undefined : { error: row.error, cause: row.cause ?? "" },
    outputs: strings(row.outputs),
    inputUrl: row.input_url,
    outputUrl: row.output_url ?? undefined,
    // Written by writePayload below and by nothing else.
    lineage: JSON.parse(row.lineage) as Lineage,
    effectsPending: row.effects_pending === 1,
    messages: strings(row.messages),
  };
}

export function toState(text: string): State {
  if (isState(text)) return text;
  throw new Error(`The database holds the state "${text}", which this version of Cirrus does not know.`);
}

function strings(json: string): string[] {
  // Written by writePayload below and by nothing else.
  return JSON.parse(json) as string[];
}

const COLUMNS = [
  "payload_id",
  "collections",
  "workflow",
  "itemids",
  "state",
  "version",
  "attempt",
  "execution",
  "created",
  "updated",
  "claimed_at",
  "started_at",
  "ended_at",
  "error",
  "cause",
  "outputs",
  "input_url",
  "output_url",
  "lineage",
  "effects_pending",
  "messages",
  "organisation",
  "waits_until",
] as const satisfies readonly (keyof PayloadRow)[];

const UPSERT = `
  INSERT INTO payloads (${COLUMNS.join(", ")}, facet) VALUES (${COLUMNS.map(() => "?").join(", ")}, ?)
  ON CONFLICT (payload_id) DO UPDATE SET ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(", ")}, facet = coalesce(excluded.facet, facet)`;

/** Without a facet the record keeps the one that it has. */
export function writePayload(db: Database, record: PayloadRecord, facet?: number): void {
  const row: Record<(typeof COLUMNS)[number], SqlValue> = {
    payload_id: record.payloadId,
    collections: record.collections,
    workflow: record.workflow,
    itemids: record.itemids,
    state: record.state,
    version: record.version,
    attempt: record.attempt,
    execution: record.execution,
    created: record.created,
    updated: record.updated,
    claimed_at: record.claimedAt,
    started_at: record.startedAt ?? null,
    ended_at: record.endedAt ?? null,
    error: record.lastError?.error ?? null,
    cause: record.lastError?.cause ?? null,
    outputs: JSON.stringify(record.outputs),
    input_url: record.inputUrl,
    output_url: record.outputUrl ?? null,
    lineage: JSON.stringify(record.lineage),
    effects_pending: record.effectsPending ? 1 : 0,
    messages: JSON.stringify(record.messages),
    organisation: record.organisation ?? null,
    waits_until: record.waitsUntil ?? null,
  };
  db.run(UPSERT, ...COLUMNS.map((column) => row[column]), facet ?? null);
}
