/** The parameters that every feeder has, and the payload that they make of items. */
import * as z from "zod";
import { InvalidInput } from "../errors.ts";
import type { Json, JsonObject } from "../json.ts";
import { WORKFLOW_NAME } from "../payload/payload-id.ts";

const definition = z.looseObject({ workflow: z.string() });

/**
 * Spread into a feeder's own: `z.object({ url: z.url(), ...feederParameters })`. The SDK itself keeps `rate` and `limit`.
 */
export const feederParameters = {
  process: z
    .union([z.array(z.union([definition, z.array(definition).min(1)])).min(1), definition])
    .optional()
    .describe(
      "What is done with what is found, as in a payload: a list of process definitions, of which the first runs and the others follow. Give this or `workflow`.",
    ),
  workflow: z
    .string()
    .regex(WORKFLOW_NAME, "expected a workflow name: a letter, then up to 79 letters, digits or -")
    .optional()
    .describe("The workflow that the payloads are for, where it needs no parameters: short for `process`."),
  replace: z
    .boolean()
    .default(false)
    .describe("Run payloads again that have SUCCEEDED or are INVALID, instead of skipping them."),
  rate: z.number().positive().optional().describe("Payloads that are sent a second, at most."),
  limit: z.int().min(1).optional().describe("Payloads that are sent in all, at most."),
};

type Definition = z.output<typeof definition>;

export interface PayloadParameters {
  readonly process?: Definition | readonly (Definition | readonly Definition[])[] | undefined;
  readonly workflow?: string | undefined;
  readonly replace?: boolean | undefined;
}

/** What is done with the items; InvalidInput where the parameters do not say it, or say it twice. */
export function processOf({ process, workflow, replace = false }: PayloadParameters): Json {
  if (process !== undefined && workflow !== undefined) {
    throw new InvalidInput("$.workflow: it was given together with process.", { hint: "Give one of the two." });
  }
  const given = process ?? (workflow === undefined ? undefined : { workflow });
  if (given === undefined) {
    throw new InvalidInput("$.workflow: found nothing, expected the workflow that the payloads are for.", {
      hint: 'Give "workflow", or "process" as in a payload.',
    });
  }
  const again = (one: Definition): JsonObject => ({ ...(one as JsonObject), ...(replace ? { replace } : {}) }); // it came as JSON
  return (isList(given) ? given : [given]).map((one) => (isList(one) ? one.map(again) : again(one)));
}

/**
 * One payload of these items. Its ID is made of the items and the workflow: what is found twice is processed once.
 *
 * @example yield payloadOf([item], parameters);
 */
export function payloadOf(items: readonly Json[], parameters: PayloadParameters): JsonObject {
  return { type: "FeatureCollection", features: items, process: processOf(parameters) };
}

/** Array.isArray does not tell a readonly array from an object. */
function isList<T extends object, L extends readonly unknown[]>(value: T | L): value is L {
  return Array.isArray(value);
}
