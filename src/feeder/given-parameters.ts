/**
 * Parameters that a feeder's definition gives beforehand. A feeder that a queue, a topic or a bucket calls gets their
 * messages as its event, which say nothing of what is to be done.
 */
import type { Environment } from "../env.ts";
import { CirrusError, EXIT } from "../errors.ts";
import { isJsonObject, type JsonObject, parseJson } from "../json.ts";

export function givenParameters({ CIRRUS_FEEDER_PARAMETERS: text = "{}" }: Environment): JsonObject {
  const parsed = parseJson(text);
  if (isJsonObject(parsed)) return parsed;
  throw new CirrusError(`CIRRUS_FEEDER_PARAMETERS is no JSON object: ${text.slice(0, 200)}`, {
    hint: `Write it in the feeder's definition.yml as '{"workflow": "mirror"}'.`,
    exitCode: EXIT.config,
  });
}

/** What the event says itself goes over it. */
export function withGiven(event: unknown, given: JsonObject = {}): unknown {
  return typeof event === "object" && event !== null && !Array.isArray(event) ? { ...given, ...event } : event;
}
