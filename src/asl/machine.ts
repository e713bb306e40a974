/** Reads a state machine once: what comes out is checked throughout, or every problem of the definition. */
import type { Problem } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import { makeFields } from "./check/fields.ts";
import { checkSequence } from "./check/sequence.ts";
import { MAX_SECONDS } from "./limits.ts";
import type { Machine } from "./model.ts";

export type { Machine } from "./model.ts";

/**
 * Problems carry the JSON path of the field, such as `$.States.publish.Next`, and the file if it is given.
 *
 * @example
 * const parsed = parseMachine({ StartAt: "done", States: { done: { Type: "Succeed" } } });
 * if ("machine" in parsed) await runMachine(parsed.machine, context, ports);
 */
export function parseMachine(
  definition: unknown,
  where: { readonly file?: string } = {},
): { readonly machine: Machine } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const report = (problem: Problem) => void problems.push({ ...problem, ...where });
  const sequence = checkSequence(definition, "$", ["TimeoutSeconds", "Version"], new Map(), report);
  if (!isJsonObject(definition)) return { problems };
  const fields = makeFields(definition, "$", report);
  const timeoutSeconds = fields.whole("TimeoutSeconds", { least: 1, most: MAX_SECONDS });
  const version = fields.text("Version");
  if (version !== undefined && version !== "1.0") {
    fields.report("not-supported", "$.Version", `Version ${version} of the States Language is not known.`);
  }
  return problems.length > 0 ? { problems } : { machine: { definition, timeoutSeconds, ...sequence } };
}
