/** Retry and Catch of Task, Parallel and Map. */
import { isJsonObject } from "../../json.ts";
import { nearest } from "../../nearest.ts";
import { RESERVED_ERRORS } from "../errors.ts";
import { MAX_DELAY_SECONDS, MAX_SECONDS } from "../limits.ts";
import type { Catcher, Guarded, Retrier } from "../model.ts";
import { type Fields, makeFields } from "./fields.ts";

export const GUARD_FIELDS = ["Retry", "Catch"] as const;

const RETRIER_FIELDS = [
  "ErrorEquals",
  "IntervalSeconds",
  "BackoffRate",
  "MaxAttempts",
  "MaxDelaySeconds",
  "JitterStrategy",
  "Comment",
];
const CATCHER_FIELDS = ["ErrorEquals", "Next", "ResultPath", "Comment"];

export function checkGuards(fields: Fields): Guarded {
  return {
    retry: readEach(fields, "Retry", readRetrier),
    catch: readEach(fields, "Catch", readCatcher),
  };
}

function readEach<T>(fields: Fields, name: "Retry" | "Catch", read: (entry: Fields, isLast: boolean) => T): T[] {
  const entries = fields.list(name) ?? [];
  return entries.flatMap((entry, index) => {
    const path = `${fields.at(name)}[${index}]`;
    if (isJsonObject(entry)) {
      const reader = makeFields(entry, path, (problem) =>
        fields.report(problem.code, problem.path ?? path, problem.message, problem.hint),
      );
      return [read(reader, index === entries.length - 1)];
    }
    fields.report("wrong-type", path, `An entry of ${name} is an object.`);
    return [];
  });
}

function readRetrier(fields: Fields, isLast: boolean): Retrier {
  fields.allow(RETRIER_FIELDS);
  const jitter = fields.text("JitterStrategy");
  if (jitter !== undefined && jitter !== "FULL" && jitter !== "NONE") {
    fields.report("bad-retry", fields.at("JitterStrategy"), "JitterStrategy is FULL or NONE.");
  }
  const intervalSeconds = fields.whole("IntervalSeconds", { least: 1, most: MAX_SECONDS }) ?? 1;
  const maxDelaySeconds = fields.whole("MaxDelaySeconds", { least: 1, most: MAX_DELAY_SECONDS });
  if (maxDelaySeconds !== undefined && maxDelaySeconds <= intervalSeconds) {
    fields.report("bad-retry", fields.at("MaxDelaySeconds"), "MaxDelaySeconds is greater than IntervalSeconds.");
  }
  return {
    errorEquals: readErrorEquals(fields, isLast, "bad-retry"),
    intervalSeconds,
    backoffRate: fields.number("BackoffRate", { least: 1, most: Number.MAX_VALUE }) ?? 2,
    maxAttempts: fields.whole("MaxAttempts", { least: 0, most: MAX_SECONDS }) ?? 3,
    // Without a bound of its own a delay still ends within the longest time a state can wait.
    maxDelaySeconds: maxDelaySeconds ?? MAX_SECONDS,
    jitter: jitter === "FULL",
  };
}

function readCatcher(fields: Fields, isLast: boolean): Catcher {
  fields.allow(CATCHER_FIELDS);
  fields.require("Next");
  return {
    errorEquals: readErrorEquals(fields, isLast, "bad-catch"),
    next: fields.text("Next") ?? "",
    resultPath: fields.placeOrNull("ResultPath"),
  };
}

function readErrorEquals(fields: Fields, isLast: boolean, code: string): string[] {
  const path = fields.at("ErrorEquals");
  const names = fields.require("ErrorEquals") ? fields.list("ErrorEquals") : undefined;
  if (names === undefined) return [];
  if (names.length === 0) fields.report(code, path, "ErrorEquals is empty and would match nothing.");
  if (names.includes("States.ALL")) {
    if (names.length > 1) fields.report(code, path, "States.ALL stands alone in its ErrorEquals.");
    if (!isLast) fields.report(code, path, "States.ALL comes last: what follows it could never match.");
  }
  return names.flatMap((name, index) => {
    const at = `${path}[${index}]`;
    if (typeof name !== "string") {
      fields.report("wrong-type", at, "An error name is a text.");
      return [];
    }
    if (name.startsWith("States.") && !RESERVED_ERRORS.has(name)) {
      const meant = nearest(name, RESERVED_ERRORS);
      const hint = meant === undefined ? undefined : `Did you mean ${meant}?`;
      fields.report(code, at, `There is no error ${name}; names with States. are reserved.`, hint);
    }
    return [name];
  });
}
