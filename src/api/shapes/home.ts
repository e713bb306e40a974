/** `GET /v1/home`: is everything well? And `GET /v1/activity`: what happened over time. */
import { z } from "@hono/zod-openapi";
import { QUEUE_NAMES } from "../../events/dead-letters.ts";
import { INTERVALS } from "../../state/activity.ts";
import { STATES } from "../../state/states.ts";
import { payloadRow } from "./payloads.ts";
import { count, milliseconds, time } from "./text.ts";

const state = z.enum(STATES);

export const WINDOWS = ["1h", "24h", "7d", "30d"] as const;

/** How many payloads came into a state in a period. */
const activityCount = z
  .object({
    /** Its beginning. */
    period: time,
    workflow: z.string(),
    state,
    /** Every time that a payload came into the state. */
    count,
    /** Payloads that came into the state, once each. */
    unique: count,
  })
  .openapi("ActivityCount");

/** `from`, `to`: the beginnings of the first and of the last period. */
export const activity = z
  .object({ interval: z.enum(INTERVALS), from: time, to: time, counts: z.array(activityCount) })
  .openapi("Activity");

const queueDepth = z
  .object({
    queue: z.enum(QUEUE_NAMES),
    /** Messages that wait, and that somebody has in hand. */
    waiting: count,
    inFlight: count,
    /** Of the oldest that waits, where that is known. */
    oldestAgeMs: milliseconds.optional(),
    dead: count,
  })
  .openapi("QueueDepth");

export const home = z
  .object({
    /** One row a workflow: as its payloads are now, and what came into each state in the window. */
    matrix: z.array(
      z.object({
        workflow: z.string(),
        now: z.partialRecord(state, count),
        window: z.partialRecord(state, count),
        /** The same for the window before it, to compare with. */
        before: z.partialRecord(state, count),
        /** What came into each state, period by period: one number for each of `periods`. */
        series: z.partialRecord(state, z.array(count)),
      }),
    ),
    periods: z.array(time),
    window: z.enum(WINDOWS),
    queues: z.array(queueDepth),
    /** In the window. */
    rejected: z.object({ count, atLeast: z.boolean() }),
    /** CLAIMED or PROCESSING, or with effects pending, and not moved for longer than `stuckAfterMs`; the oldest first. */
    stuck: z.object({ count, atLeast: z.boolean(), stuckAfterMs: milliseconds, rows: z.array(payloadRow) }),
    /** That are PROCESSING, those that began first at the top. */
    running: z.array(payloadRow),
    bulk: z.object({ open: count, runs: z.array(z.string()) }).optional(),
    loops: z.object({ loops: count, running: count, failing: count, broken: count, paused: count }).optional(),
  })
  .openapi("Home");
export type Home = z.infer<typeof home>;
