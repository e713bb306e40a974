/** Ends what waits for others by hand: it has no execution that would tell that it was stopped, so it is recorded here. */
import { isoTime } from "../../clock.ts";
import type { PayloadRecord, WriteOutcome } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import { resumeEffects } from "../settle/settle.ts";

export interface Stopping {
  readonly actor: string;
  /** For its history; and for its error. */
  readonly reason: string;
  readonly cause: string;
}

/** Refused where it has moved on since: all may be there by now. */
export async function stopWaiting(
  { payloadId, execution, version }: PayloadRecord,
  { actor, reason, cause }: Stopping,
  ports: FunctionPorts,
): Promise<WriteOutcome> {
  const at = isoTime(ports.clock.now());
  const end = { payloadId, execution, expected: version, state: "ABORTED", at, outputs: [], actor, reason } as const;
  const [written] = await ports.state.finish([{ ...end, error: { error: "Stopped", cause } }]);
  // Where this is not reached, reconcile does it: the record says that it is still to be done.
  if (written?.outcome === "written") await resumeEffects(written.record, ports);
  return written ?? { outcome: "refused", current: undefined };
}
