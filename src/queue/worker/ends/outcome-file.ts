/** The file that a program in any language writes its outcome into: whatever is found there is an outcome or a problem, never silence. */
import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { isJsonObject, type Json } from "../../../json.ts";
import { flawOf, MOST_RESULT_BYTES, TOO_LARGE } from "../../../task/bulk/storable-result.ts";
import { attemptError, boundedError } from "../../../task/bulk/thrown-error.ts";
import type { Report } from "../processes/child-messages.ts";

/** Undefined where the program has written none. */
export function readOutcomeFile(path: string): Report | undefined {
  try {
    return readFound(path);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    return wrong(`The file of the outcome cannot be read: ${attemptError(thrown).message}`);
  }
}

function readFound(path: string): Report {
  // A named pipe would be waited for.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) return wrong("The outcome is not a file.");
    if (found.size > MOST_RESULT_BYTES) return wrong(`The outcome cannot be stored: ${TOO_LARGE}.`);
    const bytes = readFileSync(file);
    if (!isUtf8(bytes)) return wrong("The outcome is not UTF-8 text.");
    return readReport(bytes.toString("utf8").replace(/^\uFEFF/, ""));
  } finally {
    closeSync(file);
  }
}

/** What a program wrote as its outcome, whatever that is. */
export function readReport(text: string): Report {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return wrong(`The outcome is not JSON: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
  if (isJsonObject(value) && isJsonObject(value.exception)) {
    const { name = "Error", message = "", trace } = value.exception;
    const told = { name: asText(name), message: asText(message), trace: trace == null ? undefined : asText(trace) };
    return { exception: boundedError(told) };
  }
  const outcome = isJsonObject(value) ? value.outcome : undefined;
  if (!isJsonObject(value) || (outcome !== "done" && outcome !== "retry" && outcome !== "failed")) {
    return wrong(`The outcome is ${text.slice(0, 80)}. Write {"outcome": "done"}, "retry" or "failed".`);
  }
  const { result, reason } = value;
  const flaw = result === undefined ? undefined : flawOf(result);
  if (flaw !== undefined) return wrong(`The result cannot be stored: ${flaw}.`);
  return {
    outcome,
    ...(result === undefined ? {} : { result }),
    ...(reason == null ? {} : { reason: asText(reason) }),
  };
}

function wrong(message: string): Report {
  return { exception: { name: "InvalidOutcome", message } };
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && (thrown.code === "ENOENT" || thrown.code === "ENOTDIR");
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
