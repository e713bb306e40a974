/** What operators do: `POST /v1/actions` begins one, `GET /v1/actions/{id}` shows how far it is. Each is recorded. */
import { z } from "@hono/zod-openapi";
import { ACTION_STATES } from "../../actions/action.ts";
import { MARK_STATES } from "../../actions/action-request.ts";
import { QUEUE_NAMES } from "../../events/dead-letters.ts";
import { payloadFilter } from "./payloads.ts";
import { count, cursor, json, time } from "./text.ts";

/** Payloads by their IDs, or all that a filter chooses at the moment the action begins. */
const payloads = {
  payloadIds: z.array(z.string()).min(1).max(1000).optional(),
  filter: payloadFilter.optional(),
};
/** Kept in the history of everything that the action changes. */
const why = {
  why: z
    .string()
    .max(500)
    // No payload may hold anything else, and this goes into payloads.
    .refine((text) => text.isWellFormed(), "expected whole Unicode characters: it holds half of a surrogate pair")
    .optional(),
};

/** Strict, the filter too: a member that is misspelt would otherwise choose more than was meant, or everything. */
export const actionRequest = z
  .discriminatedUnion("kind", [
    /** Sends a payload, or several, to be processed. */
    z.strictObject({ kind: z.literal("publish"), payloads: z.array(json).min(1).max(100), ...why }),
    /**
     * Runs payloads again with the input that they had, or one of them with `payload` in its place. `replace`: also those
     * that have SUCCEEDED or are INVALID.
     */
    z.strictObject({
      kind: z.literal("rerun"),
      ...payloads,
      replace: z.boolean().optional(),
      payload: json.optional(),
      ...why,
    }),
    /** Lets executions that failed go on where they failed. */
    z.strictObject({ kind: z.literal("redrive"), ...payloads, ...why }),
    /** Stops executions that run: their payloads end ABORTED. */
    z.strictObject({ kind: z.literal("stop"), ...payloads, ...why }),
    /** Moves payloads that do not run into a final state by hand. */
    z.strictObject({ kind: z.literal("mark"), ...payloads, state: z.enum(MARK_STATES), ...why }),
    /** Sends dead letters once more: these, or all of the queue. */
    z.strictObject({
      kind: z.literal("redrive-dead-letters"),
      queue: z.enum(QUEUE_NAMES),
      messageIds: z.array(z.string()).min(1).max(1000).optional(),
      ...why,
    }),
    z.strictObject({
      kind: z.literal("bulk"),
      run: z.string(),
      do: z.enum(["retry-failed", "stop", "resume", "purge"]),
      ...why,
    }),
    /** `task`: `codops/name`, of which `cancel` ends what runs. `commit` for `pin`. */
    z.strictObject({
      kind: z.literal("loop"),
      do: z.enum(["pause", "resume", "run-now", "cancel", "pin", "unpin"]),
      loop: z.string().optional(),
      task: z.string().optional(),
      execution: z.string().optional(),
      commit: z.string().optional(),
      ...why,
    }),
  ])
  .openapi("ActionRequest");
export type ActionRequest = z.infer<typeof actionRequest>;

export const action = z
  .object({
    id: z.string(),
    kind: z.string(),
    /** For people: `rerun 214 payloads that FAILED in mirror`. */
    what: z.string(),
    by: z.string(),
    at: time,
    why: z.string().optional(),
    /** RUNNING goes on by itself; STOPPED by somebody; FAILED where it could not go on, with the reason. */
    state: z.enum(ACTION_STATES),
    reason: z.string().optional(),
    /** How many there are to do, where that is known; how many were done, left as they are, and failed. */
    total: count.optional(),
    done: count,
    skipped: count,
    failed: count,
    updated: time,
    /** Of those that were left or failed: the first 100, with the reason. */
    problems: z.array(z.object({ id: z.string(), outcome: z.enum(["skipped", "failed"]), reason: z.string() })),
    request: json,
  })
  .openapi("Action");
export type ActionView = z.infer<typeof action>;

export const actionPage = z.object({ rows: z.array(action), next: cursor }).openapi("ActionPage");
