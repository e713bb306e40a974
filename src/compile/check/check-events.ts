/** What would start a Lambda and never does: an event of a type that nobody knows, a schedule or a filter that AWS cannot read. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { nearest, suggest } from "../../nearest.ts";
import type { Component, Project } from "../../project/project.ts";
import { hasVariables } from "../../project/variables/parse-variables.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import { readYaml } from "../../yaml/read-yaml.ts";
import { listComponents } from "../template.ts";
import { checkSubscription } from "./check-subscriptions.ts";

/** The Serverless Framework's own. */
const TYPES = [
  ...["activemq", "alb", "alexaSkill", "alexaSmartHome", "cloudFront", "cloudwatchEvent", "cloudwatchLog"],
  ...["cognitoUserPool", "eventBridge", "http", "httpApi", "iot", "iotFleetProvisioning", "kafka", "msk", "rabbitmq"],
  ...["s3", "schedule", "sns", "sqs", "stream", "websocket"],
];

/** Of the serverless.yml that every project begins with; neither has events of its own. */
const PLUGINS: readonly Json[] = ["cirrus-pipeline/serverless", "serverless-esbuild"];

export function checkEvents(project: Project): Problem[] {
  const mayBePlugins = hasOtherPlugins(project.root);
  return listComponents(project).flatMap((component) => {
    const { lambda } = component;
    const events = lambda?.enabled === true ? lambda.settings.events : undefined;
    if (!Array.isArray(events)) return [];
    return events.flatMap((event: Json, index) => {
      const path = ["lambda", "events", index];
      const unknown = typesOf(event).filter((type) => isUnknown(type, mayBePlugins));
      return [
        ...unknown.map((type) => unknownType(type, component, isJsonObject(event) ? [...path, type] : path)),
        ...checkSubscription(isJsonObject(event) ? event.sns : undefined).map(({ path: rest, part, ...problem }) =>
          problemAt(component, [...path, ...rest], part, problem),
        ),
        ...schedulesOf(event, path).flatMap(([text, place]) => checkSchedule(text, component, place) ?? []),
      ];
    });
  });
}

/** A plugin may bring events of its own, but hardly one that is called almost like one that there is. */
function isUnknown(type: string, mayBePlugins: boolean): boolean {
  return !TYPES.includes(type) && !hasVariables(type) && !(mayBePlugins && nearest(type, TYPES) === undefined);
}

function hasOtherPlugins(root: string): boolean {
  const file = join(root, "serverless.yml");
  if (!existsSync(file)) return false;
  const value = readYaml(file, "serverless.yml", () => {})?.value;
  const plugins = isJsonObject(value) ? value.plugins : undefined;
  return plugins !== undefined && !(Array.isArray(plugins) && plugins.every((plugin) => PLUGINS.includes(plugin)));
}

/** An event is a map of one type, or `alexaSkill` alone. */
function typesOf(event: Json): string[] {
  if (typeof event === "string") return [event];
  return isJsonObject(event) ? Object.keys(event) : [];
}

function unknownType(type: string, component: Component, path: Path): Problem {
  const message = `There is no event ${type}, so it would never start the ${component.kind} ${component.name}`;
  return problemAt(component, path, "key", { code: "unknown-event", message, hint: suggest(type, TYPES) });
}

/** `schedule: rate(1 hour)`, or `schedule: {rate: …}` with one of them or a list. */
function schedulesOf(event: Json, path: Path): (readonly [text: string, path: Path])[] {
  const schedule = isJsonObject(event) ? (event.schedule ?? null) : null;
  if (typeof schedule === "string") return [[schedule, [...path, "schedule"]]];
  const rate = isJsonObject(schedule) ? (schedule.rate ?? null) : null;
  const place = [...path, "schedule", "rate"];
  if (typeof rate === "string") return [[rate, place]];
  const rates = Array.isArray(rate) ? rate : [];
  return rates.flatMap((text: Json, index) => (typeof text === "string" ? [[text, [...place, index]] as const] : []));
}

const RATE = /^rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9]\d+) (?:minutes|hours|days))\)$/;
const CRON = /^cron\(([\w*,/?#-]+(?: [\w*,/?#-]+){5})\)$/;

function checkSchedule(text: string, component: Component, path: Path): Problem | undefined {
  if (hasVariables(text) || RATE.test(text)) return undefined;
  const fields = CRON.exec(text)?.[1]?.split(" ");
  // AWS: a value or * in one of the two asks for ? in the other.
  if (fields !== undefined && [fields[2], fields[4]].includes("?")) return undefined;
  return problemAt(component, path, "value", {
    code: "bad-schedule",
    message: `${text} is no schedule`,
    hint: hintFor(text),
  });
}

function hintFor(text: string): string {
  if (CRON.test(text)) return "Of the day of the month and the day of the week, the third and fifth field, one is ?.";
  if (text.startsWith("cron")) return "AWS's cron has six fields, the last of them the year: cron(0 12 * * ? *).";
  return "Write rate(1 hour), rate(5 minutes) or cron(0 12 * * ? *): of one, the unit has no s.";
}

function problemAt(
  { shown, locate }: Component,
  path: Path,
  part: "key" | "value",
  problem: Pick<Problem, "code" | "message" | "hint">,
): Problem {
  return { ...problem, file: shown, ...locate(path, part), path: formatPath(path) };
}
