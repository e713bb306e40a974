/** Calls a feeder until it has come to its end. */
import { isJsonObject, type Json } from "../../json.ts";

/** How many payloads it found. */
export type CallFeeder = (feeder: string, event: Json, signal: AbortSignal) => Promise<number>;

/** Calls a feeder's Lambda once; its result, or what it throws. */
export type InvokeFeeder = (feeder: string, event: Json, signal: AbortSignal) => Promise<Json>;

/** Again and again where its time was over before its end, as a Lambda calls itself. */
export function makeCallFeeder(invoke: InvokeFeeder): CallFeeder {
  return async (feeder, event, signal) => {
    let result: Json;
    do result = await invoke(feeder, event, signal);
    while (isJsonObject(result) && result.continues === true);
    return isJsonObject(result) && typeof result.found === "number" ? result.found : 0;
  };
}
