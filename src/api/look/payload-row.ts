/** A payload's record as a row of a list. */
import type { PayloadRecord } from "../../state/state-store.ts";
import { isOpen } from "../../state/states.ts";
import type { PayloadRow } from "../shapes/payloads.ts";

/** `now`: milliseconds since 1970, for executions that run. */
export function payloadRow(record: PayloadRecord, now: number): PayloadRow {
  const { payloadId: id, collections, workflow, state, attempt, execution, created, updated } = record;
  const { organisation, startedAt, endedAt, lastError } = record;
  return {
    id,
    collections,
    workflow,
    ...(organisation !== undefined && { organisation }),
    state,
    attempt,
    execution,
    created,
    updated,
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...durationOf(record, now),
    ...(lastError !== undefined && { error: lastError }),
  };
}

function durationOf({ state, startedAt, endedAt }: PayloadRecord, now: number): { durationMs?: number } {
  if (startedAt === undefined) return {};
  const end = isOpen(state) ? now : endedAt === undefined ? undefined : Date.parse(endedAt);
  return end === undefined ? {} : { durationMs: Math.max(0, end - Date.parse(startedAt)) };
}
