/** From a claim to a running execution. Whatever fails here leaves the payload CLAIMED: its message comes again and starts the same name. */
import type { PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import { recordEnd, recordImpossible } from "../settle/settle.ts";
import { retryReason } from "./admit.ts";
import { type Claim, claimNextName } from "./claim.ts";
import { type Launch, launch } from "./launch.ts";
import { type ProcessOutcome, processed, retry } from "./outcome.ts";

type Claimed = Extract<Claim, { outcome: "claimed" }>;

export interface Running {
  readonly record: PayloadRecord;
  readonly fresh: boolean;
}

export interface LaunchResult {
  readonly outcome: ProcessOutcome;
  readonly running?: Running;
}

/** So many names of an older life of the payload are passed over at a time; the next delivery goes on from there. */
const MOST_NAMES = 10;

export async function launchClaim(claim: Claimed, ports: FunctionPorts): Promise<LaunchResult> {
  const { admitted } = claim;
  try {
    let running: Running = claim;
    for (let names = 0; names < MOST_NAMES; names++) {
      const launched = await launch(running.record, admitted.payload, running.fresh, ports);
      if (launched.outcome !== "name-taken") return await conclude(claim, running, launched, ports);
      const record = await claimNextName(running.record, admitted, ports);
      if (!record) return { outcome: retry(admitted, "its record changed while another execution name was planned") };
      running = { record, fresh: true };
    }
    return { outcome: retry(admitted, `${MOST_NAMES} execution names in a row are taken by older executions`) };
  } catch (thrown) {
    return { outcome: retry(admitted, retryReason(thrown)) };
  }
}

async function conclude(
  { admitted }: Claimed,
  running: Running,
  launched: Exclude<Launch, { outcome: "name-taken" }>,
  ports: FunctionPorts,
): Promise<LaunchResult> {
  const { payloadId, execution, attempt, version } = running.record;
  if (launched.outcome === "impossible") {
    const recorded = await recordImpossible(running.record, launched, "process", ports, version);
    // Somebody else has this claim in hand, and may have had more luck with it.
    if (recorded.outcome === "stale") return { outcome: retry(admitted, "its record has just changed") };
    return {
      outcome: { ...processed(admitted), outcome: "failed", reason: `${launched.error}: ${launched.cause}` },
    };
  }
  const outcome = { ...processed(admitted), outcome: "started", execution, attempt } as const;
  if (launched.outcome === "running") return { outcome, running };
  await recordEnd(launched.execution, payloadId, "process", ports);
  return { outcome };
}
