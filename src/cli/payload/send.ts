/** Sends payloads to the project's intake; one too large for a message is stored as an object and sent by URL. */
import { randomUUID } from "node:crypto";
import { CirrusError } from "../../errors.ts";
import type { FunctionPorts } from "../../functions/ports.ts";
import type { Json } from "../../json.ts";
import { messageBody } from "../../payload/message-body.ts";

export interface Sent {
  readonly source: string;
  /** By this ID it can be asked later what became of the message. */
  readonly message: string;
}

export async function sendPayloads(
  payloads: readonly { readonly source: string; readonly payload: Json }[],
  ports: Pick<FunctionPorts, "intake" | "objects" | "payloads">,
): Promise<readonly Sent[]> {
  const store = { objects: ports.objects, urls: ports.payloads.urls };
  const messages = await Promise.all(
    payloads.map(async ({ payload }) => ({ id: randomUUID(), body: await messageBody(payload, store) })),
  );
  const outcomes = await ports.intake.send(messages);
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.outcome === "failed")
      throw new CirrusError(`${payloads[index]?.source} was not published: ${outcome.message}`);
  }
  return outcomes.map((outcome, index) => ({
    source: payloads[index]?.source ?? "",
    message: (outcome.outcome === "sent" ? outcome.messageId : undefined) ?? outcome.id,
  }));
}
