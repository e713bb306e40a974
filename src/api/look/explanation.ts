/** Why a payload would run, or would not, if it were published now; and what became of its last messages. */
import { decide } from "../../functions/process/decide.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { ApiPorts } from "../ports.ts";
import type { PayloadView } from "../shapes/payloads.ts";

type Explanation = PayloadView["explanation"];

const MOST_MESSAGES = 20;

/** No message has this ID. */
const A_NEW_MESSAGE = "";

export async function explain(record: PayloadRecord, { messages, workflows }: ApiPorts): Promise<Explanation> {
  const [past, workflow] = await Promise.all([
    messages?.ofPayload(record.payloadId, MOST_MESSAGES) ?? [],
    workflows.get(record.workflow),
  ]);
  return {
    ...ofDecision(record, workflow !== undefined),
    messages: past.map(({ at, outcome, reason, execution }) => ({
      at,
      outcome,
      ...(reason !== undefined && { reason }),
      ...(execution !== undefined && { execution }),
    })),
  };
}

/** The very decision that `process` makes. */
function ofDecision(record: PayloadRecord, exists: boolean): Omit<Explanation, "messages"> {
  if (record.state === "WAITING") {
    return { next: "What arrives is kept with the others; it runs as soon as all of them are there.", wouldRun: false };
  }
  const decision = decide(record, A_NEW_MESSAGE, false);
  if (!exists && (decision.decision === "claim" || decision.decision === "settle")) {
    return { next: `It would fail at once: there is no workflow ${record.workflow} any more.`, wouldRun: false };
  }
  switch (decision.decision) {
    case "claim":
      return {
        next: `It would run again, as attempt ${decision.attempt}: it is ${record.state}, and such a payload may.`,
        wouldRun: true,
      };
    case "settle":
      return {
        next: `It would run again, as attempt ${record.attempt + 1}, once what follows from its last end is announced.`,
        wouldRun: true,
      };
    case "resume":
      return {
        next: `Nothing new would begin: its execution ${record.execution} is planned and about to start.`,
        wouldRun: false,
      };
    case "skip":
      return { next: `It would be skipped: ${decision.reason}.`, wouldRun: false };
  }
}
