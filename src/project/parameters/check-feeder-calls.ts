/**
 * What definitions say to feeders: the `input` of schedules, and CIRRUS_FEEDER_PARAMETERS for what a topic, a queue or a
 * bucket calls. Nobody looks when a feeder is called at night, so it is held against the feeder's parameters beforehand.
 */
import type { Problem } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../../json.ts";
import { nearest, suggest } from "../../nearest.ts";
import { intrinsic } from "../../yaml/cloudformation-tags.ts";
import { formatPath, type Path, parsePath } from "../../yaml/json-path.ts";
import type { Component, Project } from "../project.ts";
import { hasVariables } from "../variables/parse-variables.ts";
import { checkValue, membersOf, unknownMembers } from "./check-value.ts";
import { type AskParameters, askParameters } from "./read-parameters.ts";

export async function checkFeederCalls(project: Project, ask: AskParameters = askParameters): Promise<Problem[]> {
  const own = [...project.feeders.values()].filter(({ source, enabled }) => source === "project" && enabled);
  const { schemas } = await ask(own);
  return own.flatMap((feeder) => {
    const schema = schemas.get(feeder);
    return schema === undefined ? [] : checkFeeder({ project, feeder, schema });
  });
}

interface Checked {
  readonly project: Project;
  readonly feeder: Component;
  readonly schema: JsonObject;
}

function checkFeeder(checked: Checked): Problem[] {
  const { feeder } = checked;
  const { parameters, path, isKnown, problem } = readGiven(feeder);
  if (problem !== undefined) return [problem];
  const beforehand =
    path === undefined ? [] : checkSaid(checked, parameters, parameters, []).map((one) => within(feeder, path, one));
  if (!isKnown) return beforehand;
  const calls = feeder.lambda?.enabled === true ? callsOf(feeder) : [];
  return [...beforehand, ...calls.flatMap((call) => checkCall(checked, call, parameters))];
}

interface Given {
  readonly parameters: JsonObject;
  /** Where they are said, if they are. */
  readonly path?: Path;
  /** False where only AWS knows them. */
  readonly isKnown: boolean;
  /** Where they cannot be read. */
  readonly problem?: Problem;
}

const VARIABLE = "CIRRUS_FEEDER_PARAMETERS";

/** What the feeder has beforehand, whoever calls it. */
export function readGiven({ environment, lambda, shown, locate }: Component): Given {
  const own = lambda?.environment[VARIABLE];
  const text = own ?? environment[VARIABLE];
  const path = [...(own === undefined ? [] : ["lambda"]), "environment", VARIABLE];
  if (text === undefined) return { parameters: {}, isKnown: true };
  if (typeof text !== "string" || hasVariables(text)) return { parameters: {}, isKnown: false };
  const parameters = parseJson(text);
  if (isJsonObject(parameters)) return { parameters, path, isKnown: true };
  const message = `${VARIABLE} is no JSON object`;
  const hint = `Write it as a text: ${VARIABLE}: '{"workflow": "mirror"}'`;
  const problem = { code: "not-json", message, hint, file: shown, ...locate(path), path: formatPath(path) };
  return { parameters: {}, isKnown: false, problem };
}

interface Call {
  readonly kind: string;
  readonly path: Path;
  /** Undefined where AWS's own event comes. */
  readonly input: Json | undefined;
}

/** Those whose event is known, as far as parameters go: one that AWS makes of parts of its own is not. */
function callsOf({ lambda }: Component): Call[] {
  const events = lambda?.settings.events;
  if (!Array.isArray(events)) return [];
  return events.flatMap((event: Json, index) =>
    Object.entries(isJsonObject(event) ? event : {}).flatMap(([kind, said = null]): Call[] => {
      const path = ["lambda", "events", index, kind];
      const settings = isJsonObject(said) ? said : {};
      if (!CALLED_WITHOUT.includes(kind) || settings.inputTransformer !== undefined || settings.inputPath !== undefined)
        return [];
      return [{ kind, path, input: kind === "schedule" ? settings.input : undefined }];
    }),
  );
}

/** What calls a feeder with an event of AWS's own, that says nothing of what is to be done. */
const CALLED_WITHOUT = ["schedule", "s3", "sns", "sqs"];

function checkCall(checked: Checked, { kind, path, input }: Call, given: JsonObject): Problem[] {
  const { feeder, schema } = checked;
  if (input === undefined) {
    const names = checkValue(schema, given, []).flatMap(({ code, path: at = "" }) => {
      const [name, ...deeper] = parsePath(at).map(String);
      return code === "missing-parameter" && name !== undefined && deeper.length === 0 ? [name] : [];
    });
    const missing = [...names.filter((name) => !EVENT_MEMBERS.includes(name)), ...missingWorkflow(checked, given)];
    return missing.map((name) => withoutParameter(feeder, kind, path, name));
  }
  const place = [...path, "input"];
  if (intrinsic(input) !== undefined || (typeof input === "string" && hasVariables(input))) return [];
  if (!isJsonObject(input)) {
    const message = `${feeder.name} is called with an object of its parameters`;
    return [placed(feeder, place, { code: "invalid-parameter", message })];
  }
  const whole = { ...given, ...input };
  return [
    ...checkSaid(checked, input, whole, place).map((problem) =>
      placed(feeder, parsePath(problem.path ?? ""), problem, problem.code === "unknown-parameter" ? "key" : "value"),
    ),
    ...missingWorkflow(checked, whole).map((name) => withoutParameter(feeder, kind, place, name)),
  ];
}

/** Of the events of EventBridge, S3, SNS and SQS: a feeder may take them for its parameters. */
const EVENT_MEMBERS = [
  ...["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"],
  "Records",
];

/** The package's own feeders make payloads for what one of the two says, so that their schema asks for neither. */
function missingWorkflow({ project, feeder: { uses = "" }, schema }: Checked, whole: JsonObject): string[] {
  const isBuiltIn = project.feeders.get(uses)?.source === "built-in";
  const either = ["workflow", "process"];
  const asks = isBuiltIn && either.every((name) => membersOf(schema)?.includes(name));
  return asks && either.every((name) => whole[name] === undefined) ? ["workflow"] : [];
}

function withoutParameter(feeder: Component, kind: string, path: Path, name: string): Problem {
  const message = `The ${kind} would call ${feeder.name} without its parameter ${name}`;
  const hint = `Say it in ${kind === "schedule" ? `the schedule's input, or in ${VARIABLE}` : VARIABLE}.`;
  return placed(feeder, path, { code: "missing-parameter", message, hint });
}

/** Names that there are, values that fit; `whole` is what the feeder gets in all, or beforehand, which need not be all. */
function checkSaid({ project, feeder, schema }: Checked, said: JsonObject, whole: JsonObject, place: Path): Problem[] {
  const isBeforehand = place.length === 0;
  const values = checkValue(schema, whole, place).filter(({ code, path = "" }) => {
    const member = parsePath(path)[place.length];
    const isLeftOpen = member !== undefined && isOpen(whole[String(member)] ?? null);
    return !isLeftOpen && !(isBeforehand && code === "missing-parameter" && parsePath(path).length === 1);
  });
  const unknown = unknownMembers(schema, said).map((name) => ({
    ...{ code: "unknown-parameter", path: formatPath([...place, name]) },
    ...{ message: `${feeder.name} has no parameter ${name}`, hint: suggest(name, membersOf(schema) ?? []) },
  }));
  return [...values, ...unknown, ...misspeltWorkflow(project, schema, said, place)];
}

/** One that is like nothing here may be another deployment's. */
function misspeltWorkflow(
  { workflows, mayDeclare }: Project,
  schema: JsonObject,
  { workflow: name }: JsonObject,
  place: Path,
): Problem[] {
  if (typeof name !== "string" || membersOf(schema)?.includes("workflow") !== true) return [];
  if (workflows.has(name) || mayDeclare(name) || nearest(name, workflows.keys()) === undefined) return [];
  const message = `there is no workflow ${name} in this project`;
  const path = formatPath([...place, "workflow"]);
  return [{ code: "unknown-workflow", path, message, hint: suggest(name, workflows.keys()) }];
}

/** CloudFormation's functions and variables are not known before a deployment. */
function isOpen(value: Json): boolean {
  if (typeof value === "string") return hasVariables(value);
  if (Array.isArray(value)) return value.some(isOpen);
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(
    ([key, member = null]) => key === "Ref" || key.startsWith("Fn::") || isOpen(member),
  );
}

function placed(
  { shown, locate }: Component,
  path: Path,
  problem: Pick<Problem, "code" | "message" | "hint">,
  part: "key" | "value" = "value",
): Problem {
  return { ...problem, file: shown, ...locate(path, part), path: formatPath(path) };
}

/** In the text of a variable. */
function within(feeder: Component, path: Path, { path: at = "$", ...problem }: Problem): Problem {
  return placed(feeder, path, { ...problem, message: `${VARIABLE}, ${at}: ${problem.message}` });
}
