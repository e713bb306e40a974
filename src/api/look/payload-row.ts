/** A payload's record as a row of a list. */
import type { PayloadRecord } from "../../state/state-store.ts";
import { hasEnded } from "../../state/states.ts";
import type { PayloadRow } from "../shapes/payloads.ts";

/** Nothing in it depends on when it is asked for: what has not changed is confirmed by its entity tag. */
export function payloadRow(record: PayloadRecord): PayloadRow {
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
    ...durationOf(record),
    ...(lastError !== undefined && { error: lastError }),
  };
}

function durationOf({ state, startedAt, endedAt }: PayloadRecord): { durationMs?: number } {
  if (startedAt === undefined || endedAt === undefined || !hasEnded(state)) return {};
  return { durationMs: Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) };
}
