/** The record as a write would leave it, or undefined where the write is refused. Every StateStore decides by these. */
import { InvalidInput } from "../errors.ts";
import { type ParsedPayloadId, parsePayloadId } from "../payload/payload-id.ts";
import type {
  ClaimRequest,
  EffectsDoneRequest,
  FinishRequest,
  ParkRequest,
  PayloadRecord,
  StartedRequest,
  TakeOverRequest,
} from "./state-store.ts";
import { type Cause, hasEnded, isOpen, mayMove } from "./states.ts";

/** `now` is the time of the write, in the stored form. */
export type Decide<Request> = (
  request: Request,
  current: PayloadRecord | undefined,
  now: string,
) => PayloadRecord | undefined;

/** Messages that a record remembers. */
export const MOST_MESSAGES = 10;

export const claimed: Decide<ClaimRequest> = (request, current, now) => {
  if ((current?.version ?? "absent") !== request.expected) return undefined;
  if (!mayMove(current?.state ?? "none", "claim", "CLAIMED")) return undefined;
  return { ...planned(request, current, now), state: "CLAIMED" };
};

export const parked: Decide<ParkRequest> = (request, current, now) => {
  if ((current?.version ?? "absent") !== request.expected) return undefined;
  if (!mayMove(current?.state ?? "none", "park", "WAITING")) return undefined;
  return { ...planned(request, current, now), state: "WAITING", waitsUntil: request.waitsUntil };
};

function planned(request: ClaimRequest, current: PayloadRecord | undefined, now: string): Omit<PayloadRecord, "state"> {
  return {
    payloadId: request.payloadId,
    ...partsOf(request.payloadId),
    organisation: request.organisation,
    version: (current?.version ?? 0) + 1,
    attempt: request.attempt,
    execution: request.execution,
    created: current?.created ?? request.at,
    updated: now,
    claimedAt: request.at,
    waitsUntil: current?.waitsUntil,
    startedAt: undefined,
    endedAt: undefined,
    lastError: undefined,
    outputs: [],
    inputUrl: request.inputUrl,
    outputUrl: undefined,
    lineage: request.lineage,
    effectsPending: false,
    messages: [request.message, ...(current?.messages ?? [])].slice(0, MOST_MESSAGES),
  };
}

export function partsOf(payloadId: string): ParsedPayloadId {
  const parts = parsePayloadId(payloadId);
  if (parts !== undefined) return parts;
  throw new InvalidInput(`"${payloadId}" is not a payload ID.`, {
    where: payloadId,
    hint: "A payload ID has the form {collections}/workflow-{workflow}/{item IDs}.",
  });
}

export const takenOver: Decide<TakeOverRequest> = (request, current, now) => {
  if (current?.state !== "CLAIMED" || current.version !== request.expected) return undefined;
  return { ...current, version: current.version + 1, updated: now };
};

export const started: Decide<StartedRequest> = (request, current, now) => {
  if (current === undefined || current.execution !== request.execution) return undefined;
  const cause: Cause = request.redriven && !isOpen(current.state) ? "redrive" : "start";
  if (cause === "redrive" && !endedBefore(current, request.at)) return undefined;
  if (!mayMove(current.state, cause, "PROCESSING")) return undefined;
  return {
    ...current,
    state: "PROCESSING",
    version: current.version + 1,
    updated: now,
    // A redriven execution keeps its first start, as Step Functions' startDate does.
    startedAt: current.startedAt ?? request.at,
    endedAt: undefined,
    lastError: undefined,
    outputs: [],
    outputUrl: undefined,
    effectsPending: false,
  };
};

/** Why a payload started, for its history. */
export function reasonOfStart({ redriven, reason }: StartedRequest): string {
  return reason ?? (redriven ? "the execution was redriven" : "the execution runs");
}

export const finished: Decide<FinishRequest> = (request, current, now) => {
  if (current === undefined || current.execution !== request.execution) return undefined;
  if (request.expected !== undefined && request.expected !== current.version) return undefined;
  if (!mayMove(current.state, "finish", request.state)) return undefined;
  if (hasEnded(current.state) && !endedBefore(current, request.at)) return undefined;
  return {
    ...current,
    state: request.state,
    waitsUntil: undefined,
    version: current.version + 1,
    updated: now,
    endedAt: request.at,
    lastError: request.error,
    outputs: request.outputs,
    outputUrl: request.outputUrl,
    effectsPending: true,
  };
};

export const effectsDone: Decide<EffectsDoneRequest> = (request, current, now) => {
  if (current?.version !== request.expected || !current.effectsPending) return undefined;
  return { ...current, version: current.version + 1, updated: now, effectsPending: false };
};

function endedBefore(record: PayloadRecord, at: string): boolean {
  return record.endedAt !== undefined && Date.parse(record.endedAt) < Date.parse(at);
}
