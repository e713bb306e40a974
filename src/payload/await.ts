/** `await` of a process definition: which payloads, or how many of a group, have to be there before it runs. */
import * as z from "zod";
import { DAY_MS, UNIT_MS } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import { expecting, text } from "./expecting.ts";
import { MAX_ID_BYTES, parsePayloadId } from "./payload-id.ts";

export interface Await extends JsonObject {
  /** IDs of payloads that must have SUCCEEDED. */
  readonly payloads?: readonly string[];
  /** Names those that belong together, by a path template: it takes the place of the items in the payload ID. */
  readonly group?: string;
  /** How many payloads of the group must have arrived. */
  readonly count?: number;
  /** `30m`, `12h`, `7d`: from when it began to wait. */
  readonly timeout?: string;
  /** What becomes of it then: it fails, or it runs with what is there. */
  readonly on_timeout?: "fail" | "run";
}

const DEFAULT_TIMEOUT = "7d";

/** Each is read before the payload runs. */
const MOST_AWAITED = 1_000;

/** What waits for longer is forgotten by people, and its members are removed from the bucket (cloudformation/buckets.yml). */
const MOST_TIMEOUT_MS = 365 * DAY_MS;

/** How long a definition waits, in milliseconds. */
export function timeoutMs({ timeout = DEFAULT_TIMEOUT }: Await): number {
  const [, count, unit = ""] = /^([1-9]\d{0,5})([mhd])$/.exec(timeout) ?? [];
  return Number(count) * (UNIT_MS[unit] ?? Number.NaN);
}

const timeout = z
  .string(expecting('how long it waits, such as "30m", "12h" or "7d"', "Write a number with m, h or d."))
  .refine(
    (written) => timeoutMs({ timeout: written }) <= MOST_TIMEOUT_MS,
    expecting('how long it waits, such as "30m", "12h" or "7d"', "Write a number with m, h or d; at most 365d."),
  );

const payloadId = z
  .string(expecting("a payload ID", 'Write "collection/workflow-name/item".'))
  .refine(
    (id) => parsePayloadId(id) !== undefined && Buffer.byteLength(id) <= MAX_ID_BYTES,
    expecting(
      "a payload ID: {collections}/workflow-{workflow}/{items}",
      "See npx cirrus payload list for those there are.",
    ),
  );

const HOW = `Write {"payloads": ["…", "…"]} or {"group": "\${collection}/\${date}", "count": 4}.`;

export const awaitSchema = z
  .strictObject(
    {
      payloads: z
        .array(payloadId, expecting("a list of payload IDs", 'Write ["collection/workflow-name/item"].'))
        .min(1, expecting("at least one payload ID", "Name what is awaited, or leave await out.").error)
        .max(
          MOST_AWAITED,
          expecting(`at most ${MOST_AWAITED} payload IDs`, "Wait for a group and a count instead.").error,
        )
        .optional(),
      group: text(`a path template such as \${collection}/\${date}`).optional(),
      count: z
        .int(expecting("how many payloads of the group are awaited", "Write a whole number."))
        .min(1, expecting("at least 1", "Write how many payloads of the group are awaited.").error)
        .max(MOST_AWAITED, expecting(`at most ${MOST_AWAITED}`, "Make groups of groups.").error)
        .optional(),
      timeout: timeout.optional(),
      on_timeout: z
        .enum(["fail", "run"], expecting('"fail" or "run"', "run: with what is there when the time is over."))
        .optional(),
    },
    {
      error: (issue) =>
        issue.code === "unrecognized_keys"
          ? expecting("no members but payloads, group, count, timeout and on_timeout", HOW).error
          : expecting("an object that says what is awaited", HOW).error,
    },
  )
  .superRefine(({ payloads, group, count }, context) => {
    const wrong = (expected: string, hint: string, path: readonly string[] = []) =>
      context.addIssue({ code: "custom", message: expecting(expected, hint).error, path: [...path] });
    if ((payloads === undefined) === (count === undefined)) wrong("either payloads, or group and count", HOW);
    else if (count !== undefined && group === undefined) wrong("the group that is counted", HOW, ["group"]);
  });
