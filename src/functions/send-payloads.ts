/** Sends payloads to the intake; one too large for a message is stored as an object and sent by URL. */
import type { SendOutcome } from "../events/intake.ts";
import type { Json } from "../json.ts";
import { messageBody } from "../payload/message-body.ts";
import type { FunctionPorts } from "./ports.ts";

export interface PayloadMessage {
  readonly id: string;
  readonly payload: Json;
}

/** In the order of the payloads. */
export async function sendPayloads(
  payloads: readonly PayloadMessage[],
  ports: Pick<FunctionPorts, "intake" | "objects" | "payloads">,
): Promise<readonly SendOutcome[]> {
  if (payloads.length === 0) return [];
  const store = { objects: ports.objects, urls: ports.payloads.urls };
  const messages = await Promise.all(
    payloads.map(async ({ id, payload }) => ({ id, body: await messageBody(payload, store) })),
  );
  return ports.intake.send(messages);
}
