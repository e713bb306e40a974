/** Claims a payload that waits for others where all of them are there, and lets it wait where they are not. */
import { assemble } from "../fan-in/assemble.ts";
import { explainLook, lookAt } from "../fan-in/look.ts";
import { keepRequest, parkRequest } from "../fan-in/park.ts";
import { errorOfRefusal, FanInRefused } from "../fan-in/refused.ts";
import type { FunctionPorts } from "../ports.ts";
import { recordImpossible, resumeEffects } from "../settle/settle.ts";
import type { Admitted } from "./admit.ts";
import { type Claim, claimAll, decideOn, ROUNDS } from "./claim.ts";

/** Its arrival is kept already: the message is done with, whether the payload runs now, waits or fails. */
export async function claimFanIn(admitted: Admitted, ports: FunctionPorts): Promise<Claim> {
  await keepRequest(admitted.payload, ports);
  const look = await lookAt(admitted.payload, ports);
  if (!look.isComplete) return park(admitted, explainLook(look), ports);
  const assembled = await assemble(admitted.payload, look, ports).catch(refusalOf);
  if (assembled instanceof FanInRefused) return refuse(admitted, assembled, ports);
  const { payload, lineage, look: found } = assembled;
  if (!found.isComplete) return park(admitted, explainLook(found), ports);
  const [claim] = await claimAll([{ ...admitted, payload, lineage }], ports);
  if (claim === undefined) throw new Error(`the claim of ${admitted.payload.id} came to nothing`);
  // Only what runs is what was put together; of everything else the message itself is spoken.
  return claim.outcome === "claimed" ? claim : { ...claim, admitted };
}

function refusalOf(thrown: unknown): FanInRefused {
  if (thrown instanceof FanInRefused) return thrown;
  throw thrown;
}

/** It waits before it fails: whether it may at all is decided there, and reconcile fails it where this process dies in between. */
async function refuse(admitted: Admitted, refusal: FanInRefused, ports: FunctionPorts): Promise<Claim> {
  const parked = await park(admitted, refusal.message, ports);
  if (parked.outcome !== "waiting") return parked;
  const { record } = parked;
  const failed = await recordImpossible(record, errorOfRefusal(refusal), "process", ports, record.version);
  if (failed.outcome === "stale") return { outcome: "retry", admitted, reason: "its record has just changed" };
  return { outcome: "failed", admitted, reason: `${refusal.name}: ${refusal.message}` };
}

/** `waits`: for what. */
async function park(admitted: Admitted, waits: string, ports: FunctionPorts): Promise<Claim> {
  const { payload, lineage, message, reason: words } = admitted;
  const reason = words === undefined ? waits : `${waits}; ${words}`;
  const base = { payload, lineage, message, actor: "process", reason };
  let request = parkRequest({ ...base, expected: "absent", attempt: 0 }, ports);
  for (let round = 0; round < ROUNDS; round++) {
    const [outcome] = await ports.state.park([request]);
    if (outcome?.outcome === "written") return { outcome: "waiting", admitted, record: outcome.record, reason: waits };
    const current = outcome?.current;
    if (current === undefined) continue;
    // Nothing is written where it waits already: what is there can be looked at at any time.
    if (current.state === "WAITING") return { outcome: "waiting", admitted, record: current, reason: waits };
    const decision = await decideOn(current, admitted, ports);
    switch (decision.decision) {
      case "resume":
        return {
          outcome: "skipped",
          admitted,
          record: current,
          repeat: false,
          reason: "its execution is planned already",
        };
      case "skip":
        return { outcome: "skipped", admitted, record: current, repeat: decision.repeat, reason: decision.reason };
      case "claim":
        request = parkRequest({ ...base, expected: current.version, attempt: current.attempt }, ports);
        break;
      case "settle":
        await resumeEffects(current, ports);
    }
  }
  return { outcome: "retry", admitted, reason: "its record kept changing while it was to wait" };
}
