/** Claims a batch of payloads: one optimistic round as if all were new, then a round for those that have a record. */

import { isoTime } from "../../clock.ts";
import { executionName } from "../../payload/payload-id.ts";
import type { ClaimRequest, PayloadRecord, WriteOutcome } from "../../state/state-store.ts";
import { hasEnded } from "../../state/states.ts";
import { wasInRun } from "../fan-in/was-in-run.ts";
import type { FunctionPorts } from "../ports.ts";
import { resumeEffects } from "../settle/settle.ts";
import { type Admitted, retryReason } from "./admit.ts";
import { type Decision, decide, NEVER_STARTED } from "./decide.ts";

export type Claim = { readonly admitted: Admitted } & (
  | {
      readonly outcome: "claimed";
      readonly record: PayloadRecord;
      /** Made here; other claims were found CLAIMED by an earlier delivery. */
      readonly fresh: boolean;
    }
  | {
      readonly outcome: "skipped";
      readonly record: PayloadRecord;
      /** The message has had its run. */
      readonly repeat: boolean;
      readonly reason: string;
    }
  /** What it awaits is not all there. */
  | { readonly outcome: "waiting"; readonly record: PayloadRecord; readonly reason: string }
  /** All is there, and can never run together: it has ended FAILED. */
  | { readonly outcome: "failed"; readonly reason: string }
  | { readonly outcome: "retry"; readonly reason: string }
);

/** A record that changes under a claim more often than this is left to the next delivery. */
export const ROUNDS = 4;

interface Wanted {
  readonly admitted: Admitted;
  readonly request: ClaimRequest;
}

export async function claimAll(batch: readonly Admitted[], ports: FunctionPorts): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  let wanted: readonly Wanted[] = batch.map((admitted) => firstRequest(admitted, ports));
  for (let round = 0; round < ROUNDS && wanted.length > 0; round++) {
    const outcomes = await ports.state.claim(wanted.map(({ request }) => request));
    const answers = await Promise.all(
      wanted.map(({ admitted }, index) => answerOrRetry(admitted, outcomes[index], ports)),
    );
    claims.push(...answers.flatMap((one) => ("outcome" in one ? [one] : [])));
    wanted = answers.flatMap((one) => ("request" in one ? [one] : []));
  }
  const reason = "its record kept changing while it was claimed";
  return [...claims, ...wanted.map(({ admitted }): Claim => ({ outcome: "retry", admitted, reason }))];
}

type Answer = Claim | Wanted;

async function answerOrRetry(
  admitted: Admitted,
  outcome: WriteOutcome | undefined,
  ports: FunctionPorts,
): Promise<Answer> {
  try {
    return await answer(admitted, outcome, ports);
  } catch (thrown) {
    return { outcome: "retry", admitted, reason: retryReason(thrown) };
  }
}

/** What a written or refused claim comes to: a claim of ours, or what to ask for next. */
async function answer(admitted: Admitted, outcome: WriteOutcome | undefined, ports: FunctionPorts): Promise<Answer> {
  if (outcome?.outcome === "written") return { outcome: "claimed", admitted, record: outcome.record, fresh: true };
  const current = outcome?.current;
  if (!current) return firstRequest(admitted, ports);
  const decision = await decideOn(current, admitted, ports);
  switch (decision.decision) {
    case "resume": {
      const [taken] = await ports.state.takeOver([{ payloadId: current.payloadId, expected: current.version }]);
      if (taken?.outcome !== "written") return firstRequest(admitted, ports);
      return { outcome: "claimed", admitted, record: taken.record, fresh: false };
    }
    case "skip":
      return { outcome: "skipped", admitted, record: current, repeat: decision.repeat, reason: decision.reason };
    case "claim":
      return {
        admitted,
        request: claimRequest(admitted, decision.expected, decision.attempt, decision.reason, ports),
      };
    case "settle":
      await resumeEffects(current, ports);
      return firstRequest(admitted, ports);
  }
}

/** Of a fan-in the record knows the messages alone that led to its claims: each of its members' messages has its run by one. */
export async function decideOn(
  current: PayloadRecord,
  { payload: { process }, message }: Admitted,
  ports: FunctionPorts,
): Promise<Decision> {
  const [{ replace, await: awaits }] = process;
  const decision = decide(current, message, replace === true);
  if (decision.decision !== "claim" || awaits === undefined || !hasEnded(current.state)) return decision;
  if (!(await wasInRun(current, message, ports))) return decision;
  return {
    decision: "skip",
    repeat: true,
    reason: `message ${message} came twice; what it brought was in attempt ${current.attempt}`,
  };
}

/**
 * Plans the attempt after one whose name turned out to be taken by an older life of this payload, which ends that one.
 * Undefined where somebody else was quicker.
 */
export async function claimNextName(
  record: PayloadRecord,
  admitted: Admitted,
  ports: FunctionPorts,
): Promise<PayloadRecord | undefined> {
  const { payloadId, execution } = record;
  const reason = `the name ${execution} is taken by an execution that ended before this payload was claimed`;
  const error = { error: NEVER_STARTED, cause: reason };
  const at = isoTime(ports.clock.now());
  const end = { payloadId, execution, state: "FAILED", at, error, outputs: [], actor: "process", reason } as const;
  const [ended] = await ports.state.finish([end]);
  if (ended?.outcome !== "written") return undefined;
  const { version, attempt } = ended.record;
  const [claimed] = await ports.state.claim([claimRequest(admitted, version, attempt + 1, reason, ports)]);
  return claimed?.outcome === "written" ? claimed.record : undefined;
}

function firstRequest(admitted: Admitted, ports: FunctionPorts): Wanted {
  return { admitted, request: claimRequest(admitted, "absent", 1, "first execution", ports) };
}

export function claimRequest(
  { payload, lineage, message, reason: words }: Pick<Admitted, "payload" | "lineage" | "message" | "reason">,
  expected: "absent" | number,
  attempt: number,
  reason: string,
  { payloads, clock }: FunctionPorts,
  actor = "process",
): ClaimRequest {
  const execution = executionName(payload.id, attempt);
  return {
    payloadId: payload.id,
    expected,
    execution,
    attempt,
    inputUrl: payloads.urls.input(payload.id, execution),
    lineage,
    organisation: payload.process[0].organisation,
    message,
    at: isoTime(clock.now()),
    actor,
    reason: words === undefined ? reason : `${reason}; ${words}`,
  };
}
