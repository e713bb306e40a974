/** Claims a batch of payloads: one optimistic round as if all were new, then a round for those that have a record. */

import { isoTime } from "../../clock.ts";
import { executionName } from "../../payload/payload-id.ts";
import type { ClaimRequest, PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import type { Admitted } from "./admit.ts";
import { decide } from "./decide.ts";

export type Claim =
  /** `fresh` claims were made here; others were found CLAIMED by an earlier delivery. */
  | {
      readonly outcome: "claimed";
      readonly admitted: Admitted;
      readonly record: PayloadRecord;
      readonly fresh: boolean;
    }
  | {
      readonly outcome: "skipped";
      readonly admitted: Admitted;
      readonly record: PayloadRecord;
      readonly reason: string;
    }
  | { readonly outcome: "retry"; readonly admitted: Admitted; readonly reason: string };

/** A record that changes under a claim more often than this is left to the next delivery. */
const ROUNDS = 4;

export async function claimAll(
  batch: readonly Admitted[],
  ports: Pick<FunctionPorts, "state" | "payloads" | "clock">,
): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  let wanted = batch.map((admitted) => ({
    admitted,
    request: claimRequest(admitted, "absent", 1, "first execution", ports),
  }));

  for (let round = 0; round < ROUNDS && wanted.length > 0; round++) {
    const outcomes = await ports.state.claim(wanted.map(({ request }) => request));
    const again: typeof wanted = [];
    for (const [index, { admitted }] of wanted.entries()) {
      const outcome = outcomes[index];
      if (outcome?.outcome === "written") {
        claims.push({ outcome: "claimed", admitted, record: outcome.record, fresh: true });
        continue;
      }
      const current = outcome?.current;
      if (!current) {
        again.push({ admitted, request: claimRequest(admitted, "absent", 1, "first execution", ports) });
        continue;
      }
      const decision = decide(current, admitted.message, admitted.payload.process[0].replace === true);
      if (decision.decision === "resume") claims.push({ outcome: "claimed", admitted, record: current, fresh: false });
      else if (decision.decision === "skip")
        claims.push({ outcome: "skipped", admitted, record: current, reason: decision.reason });
      else
        again.push({
          admitted,
          request: claimRequest(admitted, decision.expected, decision.attempt, decision.reason, ports),
        });
    }
    wanted = again;
  }
  return [
    ...claims,
    ...wanted.map(
      ({ admitted }): Claim => ({
        outcome: "retry",
        admitted,
        reason: "its record kept changing while it was claimed",
      }),
    ),
  ];
}

/** Plans the attempt after one whose name turned out to be taken by an older life of this payload. */
export async function claimNextName(
  record: PayloadRecord,
  admitted: Admitted,
  ports: Pick<FunctionPorts, "state" | "payloads" | "clock">,
): Promise<PayloadRecord | undefined> {
  const reason = `the name ${record.execution} is taken by an execution that ended before this payload was claimed`;
  const [outcome] = await ports.state.claim([
    claimRequest(admitted, record.version, record.attempt + 1, reason, ports),
  ]);
  return outcome?.outcome === "written" ? outcome.record : undefined;
}

function claimRequest(
  { payload, lineage, message }: Admitted,
  expected: "absent" | number,
  attempt: number,
  reason: string,
  { payloads, clock }: Pick<FunctionPorts, "payloads" | "clock">,
): ClaimRequest {
  const execution = executionName(payload.id, attempt);
  return {
    payloadId: payload.id,
    expected,
    execution,
    attempt,
    inputUrl: payloads.urls.input(payload.id, execution),
    lineage,
    message,
    at: isoTime(clock.now()),
    actor: "process",
    reason,
  };
}
