/** Payloads as `/v1/payloads` lists them, and everything that `/v1/payload` knows of one. */
import { z } from "@hono/zod-openapi";
import { STATES } from "../../state/states.ts";
import { count, cursor, errorText, json, milliseconds, time } from "./text.ts";

export const state = z.enum(STATES).openapi("State");

/** What payloads are chosen by, in lists and in actions alike; each narrows the choice. */
export const payloadFilter = z
  .strictObject({
    workflow: z.string().optional(),
    collections: z.string().optional(),
    organisation: z.string().optional(),
    state: state.optional(),
    /** Whose ID starts with this. */
    idPrefix: z.string().optional(),
    /** Whose last error starts with this. */
    errorPrefix: z.string().optional(),
    /** Changed at or after / at or before: a time, or `30m`, `24h`, `7d` ago. */
    since: z.string().optional(),
    until: z.string().optional(),
  })
  .openapi("PayloadFilter");
export type PayloadFilter = z.infer<typeof payloadFilter>;

export const payloadRow = z
  .object({
    id: z.string(),
    collections: z.string(),
    workflow: z.string(),
    organisation: z.string().optional(),
    state,
    /** 1 for the first execution. */
    attempt: count,
    execution: z.string(),
    created: time,
    updated: time,
    startedAt: time.optional(),
    endedAt: time.optional(),
    /** Of its execution, once that has ended: one that runs is `startedAt` old. */
    durationMs: milliseconds.optional(),
    error: errorText.optional(),
  })
  .openapi("PayloadRow");
export type PayloadRow = z.infer<typeof payloadRow>;

export const payloadPage = z.object({ rows: z.array(payloadRow), next: cursor }).openapi("PayloadPage");
export type PayloadPage = z.infer<typeof payloadPage>;

/** How many a filter chooses. `atLeast`: there are more than were counted. */
export const payloadCount = z.object({ count, atLeast: z.boolean() }).openapi("PayloadCount");
export type PayloadCount = z.infer<typeof payloadCount>;

export const transition = z
  .object({
    version: count,
    from: z.enum([...STATES, "none"]),
    to: state,
    at: time,
    /** Who or what moved it: `process`, `ada via the dashboard`. */
    actor: z.string(),
    reason: z.string(),
    execution: z.string(),
    attempt: count,
  })
  .openapi("Transition");

export const attempt = z
  .object({
    attempt: count,
    execution: z.string(),
    claimedAt: time,
    startedAt: time.optional(),
    endedAt: time.optional(),
    /** The state that it led to. */
    state,
    /** Whether its input and output can still be read: objects have a lifetime. */
    input: z.boolean(),
    output: z.boolean(),
  })
  .openapi("Attempt");
export type Attempt = z.infer<typeof attempt>;

/** What becomes of a message with this payload, and what became of the last ones. */
export const explanation = z
  .object({
    /** What would happen if it were published now, as a sentence: `It would be skipped: it has SUCCEEDED; add "replace": true …` */
    next: z.string(),
    wouldRun: z.boolean(),
    /** Messages that were received for it, newest first, where that is kept; with the reason of each. */
    messages: z.array(
      z.object({
        at: time,
        outcome: z.enum(["started", "skipped", "waiting", "failed", "rejected", "given-up"]),
        reason: z.string().optional(),
        execution: z.string().optional(),
      }),
    ),
  })
  .openapi("Explanation");

/** What a payload awaits, or awaited before it ran. */
export const awaited = z
  .object({
    /** Of how many so many are there. */
    needs: count,
    here: count,
    /** The awaited ones in the order of their list, then those that came without being named; at most 200. */
    members: z.array(
      z.object({
        id: z.string(),
        isHere: z.boolean(),
        /** Of a payload that is awaited by its ID. */
        state: z.enum([...STATES, "none"]).optional(),
        /** Of one that has SUCCEEDED and is not here all the same: why its items are not to be had. */
        lack: z.string().optional(),
        /** The command that makes them anew. */
        mend: z.string().optional(),
        /** When it came with its items, where its chain leads here. */
        arrived: time.optional(),
      }),
    ),
    more: z.boolean(),
    /** While it waits: when its time is over. */
    until: time.optional(),
    /** What happens then: it fails, or runs with what is there. */
    onTimeout: z.enum(["fail", "run"]),
    /** The template that names the group, where one is counted. */
    group: z.string().optional(),
  })
  .openapi("Awaited");
export type Awaited = z.infer<typeof awaited>;

export const payload = payloadRow
  .extend({
    itemIds: z.string(),
    version: count,
    /** URLs of the published items. */
    outputs: z.array(z.string()),
    inputUrl: z.string(),
    outputUrl: z.string().optional(),
    /** IDs of the payloads before it in its chain, oldest first. */
    ancestors: z.array(z.string()),
    /** The end is recorded, but its announcements and chained payloads may not all be out yet. */
    effectsPending: z.boolean(),
    transitions: z.array(transition),
    attempts: z.array(attempt),
    awaited: awaited.optional(),
    explanation,
  })
  .openapi("Payload");
export type PayloadView = z.infer<typeof payload>;

/** `GET /v1/payload/input`, `/v1/payload/output`: what an attempt got and made. */
export const payloadDocument = z
  .object({ url: z.string(), execution: z.string(), document: json })
  .openapi("PayloadDocument");
export type PayloadDocument = z.infer<typeof payloadDocument>;

/** One difference between two documents. */
export const difference = z
  .object({
    /** `$.features[0].properties.gsd` */
    path: z.string(),
    kind: z.enum(["added", "removed", "changed"]),
    before: json.optional(),
    after: json.optional(),
  })
  .openapi("Difference");

/** `GET /v1/payload/diff`: from one document of a payload to another. */
export const payloadDiff = z
  .object({
    from: z.string(),
    to: z.string(),
    differences: z.array(difference),
    /** There are more than these. */
    more: z.boolean(),
  })
  .openapi("PayloadDiff");
export type PayloadDiff = z.infer<typeof payloadDiff>;
