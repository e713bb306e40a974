/** Starts what was claimed, and never started because the process died in between. */
import type { Payload } from "../../payload/payload.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { assemble } from "../fan-in/assemble.ts";
import { explainLook, type Look, lookAt } from "../fan-in/look.ts";
import { parkRequest, readRequest } from "../fan-in/park.ts";
import type { FunctionPorts } from "../ports.ts";
import { NEVER_STARTED } from "../process/decide.ts";
import { launch } from "../process/launch.ts";
import { storedJson } from "../settle/stored.ts";
import { concludeLaunch, fail, type Result } from "./conclude.ts";
import { isOver } from "./waiting.ts";

export async function restart(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  const { payloadId, version, claimedAt } = record;
  let input = await storedJson(record.inputUrl, ports);
  if (input === undefined) {
    const again = await gatherAgain(record, ports);
    if (again !== undefined && "action" in again) return again;
    input = again?.payload;
  }
  if (input === undefined) {
    const cause = `The payload was claimed at ${claimedAt}, but neither its execution nor its input was ever stored. Publish it again.`;
    return fail(record, { error: NEVER_STARTED, cause }, ports);
  }
  const [taken] = await ports.state.takeOver([{ payloadId, expected: version }]);
  if (taken?.outcome !== "written") return { action: "later", reason: "its record has just changed" };
  const launched = await launch(taken.record, input, false, ports);
  const reason = "it was claimed but its execution had not been started";
  return concludeLaunch(taken.record, launched, { action: "restarted", reason }, ports);
}

/** Of a fan-in all that it runs with is kept: it is put together once more, or waits again for what has been replaced since. */
async function gatherAgain(
  record: PayloadRecord,
  ports: FunctionPorts,
): Promise<{ readonly payload: Payload } | Result | undefined> {
  const payload = await readRequest(record.payloadId, ports);
  if (payload === undefined) return undefined;
  const look = await lookAt(payload, ports);
  const runsAnyway = payload.process[0].await?.on_timeout === "run" && isOver(record, ports);
  if (!look.isComplete && !runsAnyway) return waitAgain(record, payload, look, ports);
  const assembled = await assemble(payload, look, ports);
  const isFit = assembled.look.isComplete || (runsAnyway && assembled.payload.features.length > 0);
  return isFit ? assembled : waitAgain(record, payload, assembled.look, ports);
}

/** Where its time is over, the next look ends it. */
async function waitAgain(record: PayloadRecord, payload: Payload, look: Look, ports: FunctionPorts): Promise<Result> {
  const { version, attempt, lineage, waitsUntil } = record;
  const reason = explainLook(look);
  const message = `reconcile/${record.execution}`;
  const parking = { payload, lineage, message, actor: "reconcile", reason, waitsUntil };
  const request = parkRequest({ ...parking, expected: version, attempt: attempt - 1 }, ports);
  const [parked] = await ports.state.park([request]);
  if (parked?.outcome !== "written") return { action: "later", reason: "its record has just changed" };
  return { action: "waiting", reason };
}
