/** Sends payloads that people name; where one of them cannot be sent, that is the end of the command. */
import { randomUUID } from "node:crypto";
import { CirrusError } from "../../errors.ts";
import type { FunctionPorts } from "../../functions/ports.ts";
import { sendPayloads } from "../../functions/send-payloads.ts";
import type { Json } from "../../json.ts";

export interface Sent {
  readonly source: string;
  /** By this ID it can be asked later what became of the message. */
  readonly message: string;
}

export async function sendSources(
  payloads: readonly { readonly source: string; readonly payload: Json }[],
  ports: Pick<FunctionPorts, "intake" | "objects" | "payloads">,
): Promise<readonly Sent[]> {
  const outcomes = await sendPayloads(
    payloads.map(({ payload }) => ({ id: randomUUID(), payload })),
    ports,
  );
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.outcome === "failed")
      throw new CirrusError(`${payloads[index]?.source} was not published: ${outcome.message}`);
  }
  return outcomes.map((outcome, index) => ({
    source: payloads[index]?.source ?? "",
    message: (outcome.outcome === "sent" ? outcome.messageId : undefined) ?? outcome.id,
  }));
}
