/** What a feeder is called with when its schedule is due: EventBridge's own event, or what the definition puts in its place. */
import { isoTime } from "../../../clock.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../json.ts";
import type { FeederSchedule } from "./feeder-schedules.ts";

export interface Due {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
  readonly region: string;
}

export function scheduledEvent({ feeder, input, transformer }: FeederSchedule, due: Due): Json {
  const event = eventOf(feeder, due);
  if (input !== undefined) return input;
  return transformer === undefined ? event : transformed(event, transformer);
}

function eventOf(feeder: string, { at, id, region }: Due): JsonObject {
  return {
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: "000000000000",
    // EventBridge tells whole seconds.
    time: isoTime(at).replace(/\.\d+Z$/, "Z"),
    region,
    resources: [`arn:aws:events:${region}:000000000000:rule/${feeder}`],
    detail: {},
  };
}

/** `<time>` in the template stands for the part of the event that the map calls so; quotes around a text are its own. */
function transformed(event: JsonObject, { inputPathsMap = {}, inputTemplate }: JsonObject): Json {
  if (typeof inputTemplate !== "string") return event;
  const paths = isJsonObject(inputPathsMap) ? inputPathsMap : {};
  const text = inputTemplate.replaceAll(/("?)<([\w-]+)>\1/g, (_all, _quote, name: string) =>
    JSON.stringify(partOf(event, String(paths[name] ?? "")) ?? null),
  );
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Such as `$.time` and `$.detail.kind`. */
function partOf(event: Json, path: string): Json | undefined {
  return path
    .split(".")
    .slice(1)
    .reduce<Json | undefined>((value, name) => (isJsonObject(value) ? value[name] : undefined), event);
}
