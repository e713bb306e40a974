/** Which stored payloads can be run once more, with what, and why the others cannot. */
import { isJsonObject, type Json } from "../json.ts";
import { REASON_MEMBER } from "../payload/payload.ts";
import type { PayloadRecord } from "../state/state-store.ts";
import { isOpen } from "../state/states.ts";
import type { FunctionPorts } from "./ports.ts";
import { storedJson } from "./settle/stored.ts";

export type Rerun =
  | { readonly record: PayloadRecord; readonly outcome: "runs"; readonly payload: Json }
  | { readonly record: PayloadRecord; readonly outcome: "stays"; readonly reason: string };

export interface RerunOptions {
  /** Also one that has SUCCEEDED or is INVALID. */
  readonly replace: boolean;
  /** For the payload's history. */
  readonly reason?: string | undefined;
  /** In place of what it had. */
  readonly payload?: Json | undefined;
  /** What to do where only `replace` is missing: `add --replace to run it again`. */
  readonly howToReplace: string;
}

export async function planRerun(
  record: PayloadRecord,
  { replace, reason, payload: given, howToReplace }: RerunOptions,
  ports: Pick<FunctionPorts, "objects">,
): Promise<Rerun> {
  const { state, inputUrl } = record;
  const stays = (reason: string): Rerun => ({ record, outcome: "stays", reason });
  if (isOpen(state)) return stays(`it is ${state}: it runs already`);
  if (!replace && (state === "SUCCEEDED" || state === "INVALID")) return stays(`it is ${state}: ${howToReplace}`);
  const payload = given ?? (await storedJson(inputUrl, ports));
  if (payload === undefined) return stays(`its input is gone: ${inputUrl}`);
  return { record, outcome: "runs", payload: told(replace ? replaced(payload) : payload, reason) };
}

/** The first link alone: what follows in the chain is decided when it is reached. */
function replaced(payload: Json): Json {
  if (!isJsonObject(payload) || !Array.isArray(payload.process)) return payload;
  const [first, ...next] = payload.process as readonly Json[];
  return isJsonObject(first) ? { ...payload, process: [{ ...first, replace: true }, ...next] } : payload;
}

function told(payload: Json, reason: string | undefined): Json {
  return reason === undefined || !isJsonObject(payload) ? payload : { ...payload, [REASON_MEMBER]: reason };
}
