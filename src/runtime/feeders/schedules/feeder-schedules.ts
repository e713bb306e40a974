/** The schedules of a project's feeders, as `lambda.events` of their definitions say them. */
import { isJsonObject, type Json, type JsonObject } from "../../../json.ts";
import type { Project } from "../../../project/project.ts";
import { feederEvents } from "../feeder-events.ts";

export interface FeederSchedule {
  readonly feeder: string;
  /** `rate(1 hour)` */
  readonly expression: string;
  readonly timezone?: string | undefined;
  /** What the feeder is called with instead of EventBridge's own event. */
  readonly input?: Json | undefined;
  /** Parts of that event, by name, and the text that they are put into. */
  readonly transformer?: JsonObject | undefined;
}

export function feederSchedules(project: Project): readonly FeederSchedule[] {
  return feederEvents(project, "schedule").flatMap(({ feeder, event }) => schedulesOf(feeder, event));
}

/** `schedule: rate(1 hour)`, or a map with one or several of them under `rate`. */
function schedulesOf(feeder: string, schedule: Json): readonly FeederSchedule[] {
  if (typeof schedule === "string") return [{ feeder, expression: schedule }];
  if (!isJsonObject(schedule) || schedule.enabled === false) return [];
  const { rate, timezone, input, inputTransformer } = schedule;
  const expressions = (Array.isArray(rate) ? rate : [rate]).filter((one) => typeof one === "string");
  return expressions.map((expression) => ({
    feeder,
    expression,
    timezone: typeof timezone === "string" ? timezone : undefined,
    input,
    transformer: isJsonObject(inputTransformer) ? inputTransformer : undefined,
  }));
}
