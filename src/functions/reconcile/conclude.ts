/** What reconcile concludes, each from the record that it has looked at, and only if it is still that one. */
import { isoTime } from "../../clock.ts";
import type { PayloadError, PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import { NEVER_STARTED } from "../process/decide.ts";
import type { Launch } from "../process/launch.ts";
import { recordEnd, recordImpossible } from "../settle/settle.ts";

export interface Reconciled {
  readonly payloadId: string;
  readonly action:
    | "adopted"
    | "restarted"
    | "ended"
    | "failed"
    | "effects"
    | "running"
    | "waiting"
    /** It waits for what does not come back by itself. */
    | "held"
    | "later"
    | "unseen"
    | "started";
  readonly reason: string;
}

export type Result = Omit<Reconciled, "payloadId">;

/** `running`: what to say where it runs now. */
export async function concludeLaunch(
  record: PayloadRecord,
  launched: Launch,
  running: Result,
  ports: FunctionPorts,
): Promise<Result> {
  switch (launched.outcome) {
    case "running":
      await markStarted(record, ports);
      return running;
    case "ended":
      await recordEnd(launched.execution, record.payloadId, "reconcile", ports);
      return { action: "ended", reason: "its execution had ended without being recorded" };
    case "name-taken":
      return nameTaken(record, ports);
    case "impossible":
      return fail(record, launched, ports);
  }
}

/** Its message, or the next one, plans another name. */
export function nameTaken(record: PayloadRecord, ports: FunctionPorts): Promise<Result> {
  const cause = `The name of execution ${record.execution} belongs to an older execution. Publish the payload again.`;
  return fail(record, { error: NEVER_STARTED, cause }, ports);
}

/** Only if the record is still the one that was looked at: a message may be starting its execution at this moment. */
export async function fail(
  record: PayloadRecord,
  why: PayloadError & { readonly reason?: string },
  ports: FunctionPorts,
): Promise<Result> {
  const recorded = await recordImpossible(record, why, "reconcile", ports, record.version);
  if (recorded.outcome === "stale") return { action: "later", reason: "its record has just changed" };
  return { action: "failed", reason: `${why.error}: ${why.cause}` };
}

export async function markStarted({ payloadId, execution }: PayloadRecord, ports: FunctionPorts): Promise<void> {
  await ports.state.started([{ payloadId, execution, at: isoTime(ports.clock.now()), actor: "reconcile" }]);
}
