/** Sends what an action is to have processed; what the intake cannot take just now is offered to it again. */
import type { Json } from "../../json.ts";
import { sendPayloads } from "../send-payloads.ts";
import type { ActPorts } from "./ports.ts";
import { done, failed, type Result } from "./progress.ts";

export interface ToSend {
  /** Of its target in the page. */
  readonly index: number;
  readonly id: string;
  /** The ID of the message, and what the payload carries. */
  readonly effect: string;
  readonly payload: Json;
}

const TRIES = 3;
const FIRST_WAIT_MS = 300;

/** By the index of the target. */
export async function sendEach(
  all: readonly ToSend[],
  { functions }: Pick<ActPorts, "functions">,
): Promise<ReadonlyMap<number, Result>> {
  const results = new Map<number, Result>();
  let left = all;
  for (let tries = 1; left.length > 0; tries += 1) {
    const outcomes = await sendPayloads(
      left.map(({ effect, payload }) => ({ id: effect, payload })),
      functions,
    );
    const again: ToSend[] = [];
    for (const [position, one] of left.entries()) {
      const outcome = outcomes[position];
      if (outcome?.outcome === "sent") results.set(one.index, done(one.id));
      else if (outcome?.transient !== false && tries < TRIES) again.push(one);
      else results.set(one.index, failed(one.id, `it was not sent: ${outcome?.message ?? "nothing was answered"}`));
    }
    left = again;
    if (left.length > 0) await functions.clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
  }
  return results;
}
