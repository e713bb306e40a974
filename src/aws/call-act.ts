/** Has an action go on in the function act, and waits for nothing: the function says in the action how far it is. */
import type { Clients } from "./clients.ts";

export interface ActCallOptions {
  readonly lambda: Clients["lambda"];
  /** `CIRRUS_ACT_FUNCTION` */
  readonly functionName: string;
}

export function makeActCall({ lambda, functionName: FunctionName }: ActCallOptions): (action: string) => Promise<void> {
  return async (action) => {
    await (await lambda()).invoke({ FunctionName, InvocationType: "Event", Payload: JSON.stringify({ action }) });
  };
}
