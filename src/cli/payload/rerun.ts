/** Sends stored payloads to be processed once more: which of them can run, and why the others cannot. */
import { isJsonObject, type Json } from "../../json.ts";
import { REASON_MEMBER } from "../../payload/payload.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import { isOpen } from "../../state/states.ts";
import type { Backend } from "../place/backend.ts";
import { storedJson } from "./stored-payloads.ts";

export type Rerun =
  | { readonly record: PayloadRecord; readonly outcome: "runs"; readonly payload: Json }
  | { readonly record: PayloadRecord; readonly outcome: "stays"; readonly reason: string };

export async function planRerun(
  backend: Pick<Backend, "ports">,
  record: PayloadRecord,
  { replace, reason }: { readonly replace: boolean; readonly reason?: string | undefined },
): Promise<Rerun> {
  const { state, inputUrl } = record;
  const stays = (reason: string): Rerun => ({ record, outcome: "stays", reason });
  if (isOpen(state)) return stays(`it is ${state}: it runs already`);
  if (!replace && (state === "SUCCEEDED" || state === "INVALID"))
    return stays(`it is ${state}: add --replace to run it again`);
  const payload = await storedJson(backend, inputUrl);
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
