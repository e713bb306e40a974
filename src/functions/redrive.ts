/**
 * Redrives a payload's execution. The payload's record is the gate, as for every execution: it moves back to PROCESSING
 * first, so that nobody claims the payload for another execution while this one goes on. A crash in between leaves it
 * PROCESSING with an execution that has ended, which reconcile sets right.
 */
import { isoTime } from "../clock.ts";
import type { ExecutionKey } from "../executions/executions.ts";
import { isJsonObject } from "../json.ts";
import { isObjectUrl } from "../payload/object-store.ts";
import type { PayloadRecord } from "../state/state-store.ts";
import { isOpen } from "../state/states.ts";
import type { FunctionPorts } from "./ports.ts";
import { recordEnd } from "./settle/settle.ts";

export type Redriven =
  | { readonly outcome: "redriven"; readonly record: PayloadRecord }
  | { readonly outcome: "refused"; readonly message: string };

/** Who lets it go on; for the history, and why. */
export interface RedrivenBy {
  readonly actor: string;
  readonly reason?: string | undefined;
}

export async function redrivePayload(
  record: PayloadRecord,
  { actor, reason }: RedrivenBy,
  ports: FunctionPorts,
): Promise<Redriven> {
  const { payloadId, execution, workflow, state } = record;
  if (isOpen(state)) return { outcome: "refused", message: `The payload is ${state}: its execution has not ended.` };
  if (state === "WAITING") return { outcome: "refused", message: "The payload is WAITING: no execution of it runs." };
  if (record.effectsPending)
    return { outcome: "refused", message: "Its end is still being announced; try again in a moment." };
  const at = isoTime(ports.clock.now());
  const [written] = await ports.state.started([{ payloadId, execution, at, actor, reason, redriven: true }]);
  if (written?.outcome !== "written") {
    return { outcome: "refused", message: `The payload is ${written?.current?.state ?? "unknown"} by now.` };
  }
  const redriven = await ports.executions.redrive({ workflow, name: execution });
  if (redriven.outcome === "redriven") return { outcome: "redriven", record: written.record };
  // Back to where it was; an execution that nobody can describe is left to reconcile.
  const described = await ports.executions.describe({ workflow, name: execution });
  if (described?.stoppedAt !== undefined) await recordEnd(described, payloadId, actor, ports);
  return redriven;
}

/**
 * Why a redrive would come to nothing, as far as can be told before it. A state that failed is tried with the input that
 * it had, which must still be there where it is an object; and a Fail state only fails again.
 */
export async function whatHindersRedrive(
  execution: ExecutionKey,
  { executions, objects }: Pick<FunctionPorts, "executions" | "objects">,
): Promise<string | undefined> {
  const history = await executions.history(execution);
  const left = new Set(history.flatMap(({ type, path }) => (type.endsWith("StateExited") ? [path] : [])));
  const entered = history.filter(({ type }) => type.endsWith("StateEntered"));
  for (const { path, details } of entered) {
    const url = !left.has(path) && isJsonObject(details.input) ? details.input.url : undefined;
    if (isObjectUrl(url) && (await objects.head(url)) === undefined)
      return `the input of ${String(details.name)} is gone: ${url}`;
  }
  const last = entered.at(-1);
  // Within a Map or a Parallel, others may still be tried again.
  const isOutermost = last !== undefined && last.path.lastIndexOf("/") <= 0;
  if (last?.type === "FailStateEntered" && isOutermost) {
    return `its workflow caught the error and ended it in the Fail state ${String(last.details.name)}, where it would only end again`;
  }
  return undefined;
}
