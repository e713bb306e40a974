/**
 * Which stored payloads can be run once more, with what, and why the others cannot: for `cirrus payload rerun`, the actions of
 * the API, and the feeder feed-rerun.
 */
import { inOrder } from "../feeder/in-order.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { CHAIN_MEMBER, REASON_MEMBER } from "../payload/payload.ts";
import type { PayloadRecord } from "../state/state-store.ts";
import { isOpen } from "../state/states.ts";
import type { FunctionPorts } from "./ports.ts";
import { storedJson } from "./settle/stored.ts";

export type Rerun =
  | { readonly record: PayloadRecord; readonly outcome: "runs"; readonly payload: Json }
  | {
      readonly record: PayloadRecord;
      readonly outcome: "stays";
      /** Of this payload. */
      readonly reason: string;
      /** The same for all that stay for the same reason. */
      readonly why: string;
    };

export interface RerunOptions {
  /** Also one that has SUCCEEDED or is INVALID. */
  readonly replace: boolean;
  /** For the payload's history. */
  readonly reason?: string | undefined;
  /** In place of what it had. */
  readonly payload?: Json | undefined;
  /** Merged into the first process definition: a map into a map, anything else in place of what is there. */
  readonly update?: JsonObject | undefined;
  /** What to do where only `replace` is missing: `add --replace to run it again`. */
  readonly howToReplace: string;
}

/** Inputs that are read at a time. */
const AT_A_TIME = 16;

/** In the order of the records. */
export function planReruns(
  records: Iterable<PayloadRecord> | AsyncIterable<PayloadRecord>,
  options: RerunOptions,
  ports: Pick<FunctionPorts, "objects">,
): AsyncGenerator<Rerun> {
  return inOrder(records, AT_A_TIME, (record) => planRerun(record, options, ports));
}

export async function planRerun(
  record: PayloadRecord,
  { replace, reason, payload: given, update = {}, howToReplace }: RerunOptions,
  ports: Pick<FunctionPorts, "objects">,
): Promise<Rerun> {
  const { state, inputUrl } = record;
  const stays = (why: string, detail = ""): Rerun => ({ record, outcome: "stays", reason: `${why}${detail}`, why });
  if (isOpen(state)) return stays(`it is ${state}: it runs already`);
  if (state === "WAITING") return stays("it is WAITING: it runs once all is there; stop it first");
  if (!replace && (state === "SUCCEEDED" || state === "INVALID")) return stays(`it is ${state}: ${howToReplace}`);
  const payload = given ?? (await storedJson(inputUrl, ports));
  if (payload === undefined) return stays("its input is gone", `: ${inputUrl}`);
  const changes = replace ? { ...update, replace: true } : update;
  return { record, outcome: "runs", payload: told(linked(updated(payload, changes), record), reason) };
}

/** The first link alone: what follows in the chain is decided when it is reached. */
function updated(payload: Json, changes: JsonObject): Json {
  if (!isJsonObject(payload) || !Array.isArray(payload.process)) return payload;
  const [first, ...next] = payload.process as readonly Json[];
  return isJsonObject(first) ? { ...payload, process: [merged(first, changes), ...next] } : payload;
}

function merged(below: JsonObject, over: JsonObject): JsonObject {
  const changed = Object.entries(over).map(([name, value = null]) => {
    const present = Object.hasOwn(below, name) ? below[name] : undefined;
    return [name, isJsonObject(present) && isJsonObject(value) ? merged(present, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(changed) };
}

/** Where it came from in its chain stays as it was. */
function linked(payload: Json, { lineage: { depth, ancestors } }: PayloadRecord): Json {
  return depth === 0 || !isJsonObject(payload) ? payload : { ...payload, [CHAIN_MEMBER]: { depth, ancestors } };
}

function told(payload: Json, reason: string | undefined): Json {
  return reason === undefined || !isJsonObject(payload) ? payload : { ...payload, [REASON_MEMBER]: reason };
}
