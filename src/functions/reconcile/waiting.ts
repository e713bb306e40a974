/**
 * Looks again at what waits for others. What is awaited need not carry the chain's entry, a message may be lost on its
 * way, and a time may be over: then the payload fails, naming what is missing, or runs with what is there.
 */
import { CirrusError, describeError, TransientError } from "../../errors.ts";
import { cutText } from "../../payload/cut.ts";
import type { Payload } from "../../payload/payload.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { type Assembled, assemble } from "../fan-in/assemble.ts";
import { explainLook, type Look, lookAt, lookForOutputs } from "../fan-in/look.ts";
import { MOST_OF_REASON, readRequest } from "../fan-in/park.ts";
import { FanInRefused } from "../fan-in/refused.ts";
import type { FunctionPorts } from "../ports.ts";
import { claimRequest } from "../process/claim.ts";
import { launch } from "../process/launch.ts";
import { announce } from "../settle/announce.ts";
import { startEvents } from "../settle/start-events.ts";
import { concludeLaunch, fail, type Result } from "./conclude.ts";

/** The error of a payload whose time is over. */
const AWAIT_TIMEOUT = "AwaitTimeout";

/** Whatever stands in its way, nothing waits for longer than its time: only a call that may succeed in a moment is made again. */
export async function lookAgain(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  try {
    return await lookOnce(record, ports);
  } catch (thrown) {
    if (thrown instanceof TransientError || thrown instanceof FanInRefused || !isOver(record, ports)) throw thrown;
    const hint = thrown instanceof CirrusError && thrown.hint !== undefined ? ` ${thrown.hint}` : "";
    const over = `its time was over at ${record.waitsUntil}`;
    const cause = `What it waits for cannot be put together, and ${over}: ${describeError(thrown).cause}${hint}`;
    return fail(record, { error: AWAIT_TIMEOUT, cause, reason: over }, ports);
  }
}

async function lookOnce(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  const payload = await readRequest(record.payloadId, ports);
  if (payload === undefined) {
    const cause = "What it was to do once all are there has been removed from the payload bucket. Publish it again.";
    return fail(record, { error: AWAIT_TIMEOUT, cause }, ports);
  }
  const look = await lookAt(payload, ports);
  const runsAnyway = isOver(record, ports) && payload.process[0].await?.on_timeout === "run";
  if (!look.isComplete && !runsAnyway) {
    if (!isOver(record, ports)) return { action: "waiting", reason: explainLook(look) };
    return timeOut(record, payload, await lookForOutputs(look, ports), ports);
  }
  const assembled = await assemble(payload, look, ports);
  if (assembled.look.isComplete) return run(record, assembled, "what it waited for is there", ports);
  if (runsAnyway) return runWithRest(record, payload, assembled, ports);
  if (!isOver(record, ports)) return { action: "held", reason: explainLook(assembled.look) };
  return timeOut(record, payload, assembled.look, ports);
}

export function isOver({ waitsUntil }: PayloadRecord, { clock }: Pick<FunctionPorts, "clock">): boolean {
  return waitsUntil !== undefined && Date.parse(waitsUntil) <= clock.now();
}

function timeOut(record: PayloadRecord, payload: Payload, look: Look, ports: FunctionPorts): Promise<Result> {
  const over = explainEnd(record, payload);
  return fail(record, { error: AWAIT_TIMEOUT, cause: `It ${explainLook(look)}; ${over}.`, reason: over }, ports);
}

function runWithRest(
  record: PayloadRecord,
  payload: Payload,
  assembled: Assembled,
  ports: FunctionPorts,
): Promise<Result> {
  const missing = explainLook(assembled.look);
  const over = explainEnd(record, payload);
  if (assembled.payload.features.length > 0)
    return run(record, assembled, `${over}; it runs with what is there, and ${missing}`, ports);
  const cause = `Nothing is there to run with: it ${missing}; ${over}.`;
  return fail(record, { error: AWAIT_TIMEOUT, cause, reason: over }, ports);
}

function explainEnd({ waitsUntil }: PayloadRecord, { process: [{ await: awaits }] }: Payload): string {
  const timeout = awaits?.timeout === undefined ? "" : `(${awaits.timeout}) `;
  return `its time ${timeout}was over at ${waitsUntil}`;
}

/** The claim is the gate here too: a message that finds all there at this moment may be quicker. */
async function run(
  record: PayloadRecord,
  { payload, lineage }: Assembled,
  reason: string,
  ports: FunctionPorts,
): Promise<Result> {
  const { version, attempt, execution } = record;
  const wish = { payload, lineage, message: `reconcile/${execution}` };
  const why = cutText(reason, MOST_OF_REASON);
  const [claimed] = await ports.state.claim([claimRequest(wish, version, attempt + 1, why, ports, "reconcile")]);
  if (claimed?.outcome !== "written") return { action: "later", reason: "its record has just changed" };
  const launched = await launch(claimed.record, payload, true, ports);
  if (launched.outcome === "running") await announce(startEvents(claimed.record, true, ports), ports);
  return concludeLaunch(claimed.record, launched, { action: "started", reason }, ports);
}
