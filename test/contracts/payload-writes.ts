/** Writes to a StateStore that say only what a test is about. */
import { FIRST_LINK } from "../../src/payload/lineage.ts";
import type {
  ClaimRequest,
  FinishRequest,
  ParkRequest,
  PayloadRecord,
  StartedRequest,
  WriteOutcome,
} from "../../src/state/state-store.ts";

export function claimOf(payloadId: string, at: string, more: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    payloadId,
    expected: "absent",
    execution: "run-1",
    attempt: 1,
    inputUrl: "s3://cirrus-payloads/in.json",
    lineage: FIRST_LINK,
    message: "m-1",
    at,
    actor: "process",
    reason: "a new payload",
    ...more,
  };
}

export function parkOf(payloadId: string, at: string, more: Partial<ParkRequest> = {}): ParkRequest {
  const waitsUntil = "2031-01-01T00:00:00.000Z";
  return { ...claimOf(payloadId, at), attempt: 0, waitsUntil, reason: "waits for 1 of 2", ...more };
}

export function startedOf(payloadId: string, at: string, more: Partial<StartedRequest> = {}): StartedRequest {
  return { payloadId, execution: "run-1", at, actor: "update-state", ...more };
}

export function finishOf(payloadId: string, at: string, more: Partial<FinishRequest> = {}): FinishRequest {
  const base = { payloadId, execution: "run-1", state: "SUCCEEDED", outputs: [], at } as const;
  return { ...base, actor: "update-state", reason: "the execution ended", ...more };
}

export async function one(outcomes: Promise<readonly WriteOutcome[]>): Promise<WriteOutcome> {
  const [outcome] = await outcomes;
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

export function written(outcome: WriteOutcome): PayloadRecord {
  if (outcome.outcome === "written") return outcome.record;
  throw new Error(`refused: ${JSON.stringify(outcome.current)}`);
}
