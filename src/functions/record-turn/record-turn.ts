/** record-turn: keeps how an execution ended, once, and only for the holder under whom it began. */
import type { Clock } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { ExecutionEnd } from "../../loop/loop-execution.ts";
import type { ClaimRequest, LoopStore } from "../../loop/loop-store.ts";
import { endTurn } from "../../loop/turns/change-turn.ts";

export interface RecordPorts {
  readonly store: Pick<LoopStore, "claim" | "extend" | "write" | "execution">;
  readonly clock: Pick<Clock, "now">;
}

export interface RecordRequest extends ClaimRequest {
  /** Under which the execution began. */
  readonly fence: number;
  readonly execution: string;
  readonly end: ExecutionEnd;
}

/**
 * `recorded`: just now, perhaps by a call in the same moment. `known`: it has an end already, by an earlier call. `refused`: the loop is not the holder's any
 * more, and whoever came next has said that the execution is lost.
 */
export type RecordOutcome = "recorded" | "known" | "refused";

/** More calls than that for one loop at a time are a mistake somewhere. */
const TRIES = 5;

export async function recordTurn(ports: RecordPorts, request: RecordRequest): Promise<RecordOutcome> {
  const { store, clock } = ports;
  for (let tried = 0; tried < TRIES; tried += 1) {
    // First, for a claim would take the loop for a holder that has long let it go.
    if (!(await store.extend(request.loop, request.fence, request.leaseMs))) return "refused";
    const claimed = await store.claim(request);
    if (claimed.outcome === "busy" || claimed.fence !== request.fence) return "refused";
    const execution = await store.execution(request.execution);
    if (execution === undefined || claimed.record.running !== execution.id) return "known";
    const { end } = request;
    const record = endTurn(claimed.record, { execution, end }, clock.now());
    const { revision } = claimed.record;
    const change = { fence: request.fence, record: { ...record, revision: revision + 1 } };
    if (await store.write({ ...change, end: { execution: execution.id, end } })) return "recorded";
  }
  throw new TransientError(`The loop ${request.loop} was changed by others each time that an end was recorded.`, {
    hint: "The next call tries again.",
  });
}
