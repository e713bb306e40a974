/** One state of each type: which fields it has, and what they must hold. */
import { isJsonObject, type JsonObject } from "../../json.ts";
import { MAX_INLINE_CONCURRENCY, MAX_SECONDS } from "../limits.ts";
import type {
  Filtered,
  MapState,
  Moving,
  NumberSource,
  Placing,
  Sequence,
  State,
  StateType,
  WaitState,
} from "../model.ts";
import { parsePath } from "../paths.ts";
import { parseTimestamp } from "../timestamps.ts";
import type { Fields } from "./fields.ts";
import { checkGuards, GUARD_FIELDS } from "./guards.ts";
import { DISTRIBUTED_MAP, refuseResource } from "./refused.ts";
import { checkRules } from "./rules.ts";

/** Reads a nested machine: a branch, or the processor of a Map. */
export type CheckSequence = (value: unknown, path: string, extraFields: readonly string[]) => Sequence;

type Check = (fields: Fields, name: string, checkSequence: CheckSequence) => State;

const COMMON = ["Type", "Comment", "QueryLanguage"];
const FILTERS = ["InputPath", "OutputPath"];
const MOVES = ["Next", "End"];
const SHAPES = ["Parameters", "ResultSelector", "ResultPath"];
const SECONDS = { least: 1, most: MAX_SECONDS };
/** AWS allows these in ErrorPath and CausePath, where only a text can come of it. */
const TEXT_FUNCTIONS: ReadonlySet<string> = new Set([
  "States.Format",
  "States.JsonToString",
  "States.ArrayGetItem",
  "States.Base64Encode",
  "States.Base64Decode",
  "States.Hash",
  "States.UUID",
]);

export const STATE_CHECKS: ReadonlyMap<string, Check> = new Map<StateType, Check>([
  ["Task", checkTask],
  ["Pass", checkPass],
  ["Choice", checkChoice],
  ["Wait", checkWait],
  ["Succeed", checkSucceed],
  ["Fail", checkFail],
  ["Parallel", checkParallel],
  ["Map", checkMap],
]);

function checkTask(fields: Fields, name: string): State {
  const limits = ["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"];
  fields.allow([...COMMON, ...FILTERS, ...MOVES, ...SHAPES, ...GUARD_FIELDS, ...limits, "Resource"]);
  fields.require("Resource");
  const resource = fields.text("Resource") ?? "";
  const refusal = refuseResource(resource);
  if (refusal !== undefined) {
    fields.report(
      "not-supported",
      fields.at("Resource"),
      `${resource} is not supported: ${refusal.what}.`,
      refusal.hint,
    );
  }
  const timeoutSeconds = fields.numberOrPath("TimeoutSeconds", SECONDS);
  const heartbeatSeconds = fields.numberOrPath("HeartbeatSeconds", SECONDS);
  if (
    typeof timeoutSeconds === "number" &&
    typeof heartbeatSeconds === "number" &&
    heartbeatSeconds >= timeoutSeconds
  ) {
    fields.report("bad-timeout", fields.at("HeartbeatSeconds"), "HeartbeatSeconds is smaller than TimeoutSeconds.");
  }
  return { type: "Task", name, resource, timeoutSeconds, heartbeatSeconds, ...shaped(fields) };
}

function checkPass(fields: Fields, name: string): State {
  fields.allow([...COMMON, ...FILTERS, ...MOVES, "Parameters", "Result", "ResultPath"]);
  return {
    type: "Pass",
    name,
    ...filters(fields),
    ...move(fields),
    ...placing(fields),
    parameters: fields.template("Parameters"),
    result: fields.object.Result,
  };
}

function checkChoice(fields: Fields, name: string): State {
  fields.allow([...COMMON, ...FILTERS, "Choices", "Default"]);
  return { type: "Choice", name, ...filters(fields), choices: checkRules(fields), default: fields.text("Default") };
}

function checkWait(fields: Fields, name: string): State {
  const times = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
  fields.allow([...COMMON, ...FILTERS, ...MOVES, ...times]);
  fields.atMostOne(times);
  if (!times.some(fields.has)) fields.report("missing-field", fields.path, `One of ${times.join(", ")} is missing.`);
  return { type: "Wait", name, ...filters(fields), ...move(fields), until: waitUntil(fields) };
}

function waitUntil(fields: Fields): WaitState["until"] {
  const seconds = fields.whole("Seconds", { least: 0, most: MAX_SECONDS }) ?? fields.pathOf("SecondsPath");
  if (seconds !== undefined) return { seconds };
  const text = fields.text("Timestamp");
  const timestamp: NumberSource | undefined =
    text === undefined ? fields.pathOf("TimestampPath") : parseTimestamp(text);
  if (text !== undefined && timestamp === undefined) {
    fields.report("wrong-type", fields.at("Timestamp"), `'${text}' is no timestamp such as 2030-01-31T12:00:00Z.`);
  }
  return { timestamp: timestamp ?? 0 };
}

function checkSucceed(fields: Fields, name: string): State {
  fields.allow([...COMMON, ...FILTERS]);
  return { type: "Succeed", name, ...filters(fields) };
}

function checkFail(fields: Fields, name: string): State {
  fields.allow([...COMMON, "Error", "ErrorPath", "Cause", "CausePath"]);
  const read = (field: "Error" | "Cause") => {
    fields.atMostOne([field, `${field}Path`]);
    const text = fields.text(field);
    return text === undefined ? fields.expression(`${field}Path`, TEXT_FUNCTIONS) : () => text;
  };
  return { type: "Fail", name, error: read("Error"), cause: read("Cause") };
}

function checkParallel(fields: Fields, name: string, checkSequence: CheckSequence): State {
  fields.allow([...COMMON, ...FILTERS, ...MOVES, ...SHAPES, ...GUARD_FIELDS, "Branches"]);
  const branches = fields.require("Branches") ? (fields.list("Branches") ?? []) : [];
  if (fields.has("Branches") && branches.length === 0) {
    fields.report("wrong-type", fields.at("Branches"), "Branches needs at least one branch.");
  }
  return {
    type: "Parallel",
    name,
    ...shaped(fields),
    branches: branches.map((branch, index) => checkSequence(branch, `${fields.at("Branches")}[${index}]`, [])),
  };
}

function checkMap(fields: Fields, name: string, checkSequence: CheckSequence): State {
  const own = ["ItemProcessor", "Iterator", "ItemsPath", "ItemSelector", "MaxConcurrency", "MaxConcurrencyPath"];
  fields.allow([...COMMON, ...FILTERS, ...MOVES, ...SHAPES, ...GUARD_FIELDS, ...own]);
  fields.atMostOne(["ItemProcessor", "Iterator"]);
  fields.atMostOne(["ItemSelector", "Parameters"]);
  const shape = shaped(fields);
  return {
    type: "Map",
    name,
    ...shape,
    parameters: fields.template("ItemSelector") ?? shape.parameters,
    itemsPath: fields.pathOf("ItemsPath") ?? parsePath("$"),
    maxConcurrency: fields.numberOrPath("MaxConcurrency", { least: 0, most: MAX_SECONDS }) ?? MAX_INLINE_CONCURRENCY,
    processor: checkProcessor(fields, checkSequence),
  };
}

function checkProcessor(fields: Fields, checkSequence: CheckSequence): MapState["processor"] {
  const field = fields.has("Iterator") ? "Iterator" : "ItemProcessor";
  if (!fields.require(field)) return { startAt: "", states: new Map() };
  const value = fields.object[field];
  const config = isJsonObject(value) ? value.ProcessorConfig : undefined;
  const path = `${fields.at(field)}.ProcessorConfig`;
  if (config !== undefined && !isJsonObject(config)) fields.report("wrong-type", path, "ProcessorConfig is an object.");
  else if (config !== undefined) checkProcessorConfig(fields, config, path);
  return checkSequence(value, fields.at(field), ["ProcessorConfig"]);
}

function checkProcessorConfig(fields: Fields, config: JsonObject, path: string): void {
  const { what, hint } = DISTRIBUTED_MAP;
  if (config.Mode === "DISTRIBUTED" || config.ExecutionType !== undefined) {
    fields.report("not-supported", path, `A Map of mode DISTRIBUTED is not supported: ${what}.`, hint);
  } else if (config.Mode !== undefined && config.Mode !== "INLINE") {
    fields.report("wrong-type", `${path}.Mode`, "Mode is INLINE or DISTRIBUTED.");
  }
}

function shaped(fields: Fields) {
  return {
    ...filters(fields),
    ...move(fields),
    ...placing(fields),
    ...checkGuards(fields),
    parameters: fields.template("Parameters"),
    resultSelector: fields.template("ResultSelector"),
  };
}

function filters(fields: Fields): Filtered {
  return { inputPath: fields.pathOrNull("InputPath"), outputPath: fields.pathOrNull("OutputPath") };
}

function placing(fields: Fields): Placing {
  return { resultPath: fields.placeOrNull("ResultPath") };
}

function move(fields: Fields): Moving {
  const next = fields.text("Next");
  const end = fields.flag("End");
  if (next !== undefined && end === true) {
    fields.report("next-and-end", fields.at("End"), "A state has Next or End, not both.");
  } else if (!fields.has("Next") && end !== true) {
    fields.report("no-next", fields.path, "The state has neither Next nor End.", "Add Next, or End: true.");
  }
  return { next };
}
