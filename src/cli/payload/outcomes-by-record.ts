/**
 * What became of messages, where nobody keeps a list of them: a payload's record names the messages that led to its
 * executions, and a payload that has ended and was not sent to be replaced is not run again.
 */
import type { FunctionPorts } from "../../functions/ports.ts";
import type { FollowPorts } from "../../runtime/follow.ts";
import { isOpen } from "../../state/states.ts";

/** `sent`: the payload's ID by message. Those of chained payloads are known when their time comes. */
export function outcomesByRecord(
  sent: ReadonlyMap<string, string>,
  { state, clock }: Pick<FunctionPorts, "state" | "clock">,
): FollowPorts["messages"] {
  const firstLook = new Map<string, number>();
  return {
    async get(message, expected) {
      const payloadId = sent.get(message) ?? expected;
      if (payloadId === undefined || payloadId === "")
        return { message, outcome: "skipped", at: "", reason: "it is no payload" };
      const [record] = await state.get([payloadId]);
      if (record === undefined) return undefined;
      const base = { message, at: record.updated, payloadId };
      if (record.messages.includes(message)) return { ...base, outcome: "started", execution: record.execution };
      const since = firstLook.get(message) ?? clock.now();
      firstLook.set(message, since);
      const waited = clock.now() - since > PATIENCE_MS;
      if (isOpen(record.state) || !waited) return undefined;
      if (record.state === "WAITING") return { ...base, outcome: "waiting", reason: "it waits for others" };
      return { ...base, outcome: "skipped", reason: `${record.state} since ${record.endedAt ?? record.updated}` };
    },
  };
}

/** A queue hands a message over within seconds; what has not led to an execution by then was skipped. */
const PATIENCE_MS = 30_000;
