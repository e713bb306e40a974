/** A fan-in that is complete and can never run as it is: it fails at once, as no later look would find anything else. */
import { CirrusError, type InvalidInput } from "../../errors.ts";
import type { PayloadError } from "../../state/state-store.ts";

export class FanInRefused extends CirrusError {}

export class FanInTooLarge extends FanInRefused {
  constructor(payloadId: string, what: string) {
    const hint = "Make groups of groups, or let chain_filter choose fewer items.";
    super(`What has arrived is too large to run at once: ${what}. ${hint}`, { where: payloadId });
  }
}

export class ChainFilterTooCostly extends FanInRefused {
  constructor(payloadId: string, { message, hint = "" }: InvalidInput) {
    super(`${message}. ${hint}`.trim(), { where: payloadId });
  }
}

/** For its record and its history. */
export function errorOfRefusal({ name, message }: FanInRefused): PayloadError & { readonly reason: string } {
  return { error: name, cause: message, reason: "what has arrived can never run as it is" };
}
