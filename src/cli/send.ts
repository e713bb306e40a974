/** Sends payloads to the project's intake; one too large for a message is stored as an object and sent by URL. */
import { createHash, randomUUID } from "node:crypto";
import { CirrusError } from "../errors.ts";
import type { FunctionPorts } from "../functions/ports.ts";
import { canonicalJson, type Json } from "../json.ts";
import { fitsInline } from "../payload/oversize.ts";

export interface Sent {
  readonly source: string;
  /** By this ID it can be asked later what became of the message. */
  readonly message: string;
}

export async function sendPayloads(
  payloads: readonly { readonly source: string; readonly payload: Json }[],
  ports: Pick<FunctionPorts, "intake" | "objects" | "payloads">,
): Promise<readonly Sent[]> {
  const messages = await Promise.all(
    payloads.map(async ({ payload }) => ({ id: randomUUID(), body: await messageBody(payload, ports) })),
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

async function messageBody(payload: Json, ports: Pick<FunctionPorts, "objects" | "payloads">): Promise<string> {
  const body = canonicalJson(payload);
  if (fitsInline(payload)) return body;
  const url = ports.payloads.urls.oversized(createHash("sha256").update(body).digest("hex"));
  await ports.objects.put(url, body, { contentType: "application/json" });
  return JSON.stringify({ url });
}
