/** The routes that Cirrus has always had, in the shapes that their clients know. */
import { z } from "@hono/zod-openapi";
import { STATES } from "../../state/states.ts";
import { count, time } from "./text.ts";

const state = z.enum(STATES);

export const landing = z
  .object({
    id: z.string(),
    description: z.string(),
    links: z.array(
      z.object({ rel: z.string(), href: z.string(), type: z.string().optional(), title: z.string().optional() }),
    ),
  })
  .openapi("Landing");
export type Landing = z.infer<typeof landing>;

const period = z.object({
  /** Its beginning. */
  period: time,
  interval: z.enum(["day", "hour"]),
  states: z.array(z.object({ state, unique_count: count, count })),
});
/** Oldest first. */
export const stats = z
  .object({
    state_transitions: z.object({
      daily: z.array(period),
      hourly: z.array(period),
      /** The hours that end now, not those of the clock. */
      hourly_rolling: z.array(period),
    }),
  })
  .openapi("Stats");
export type Stats = z.infer<typeof stats>;

export const workflowSummary = z
  .object({
    collections: z.string(),
    workflow: z.string(),
    /** `100000+` where there are more than were counted. */
    counts: z.record(state, z.union([count, z.string()])),
  })
  .openapi("WorkflowSummary");
export type WorkflowSummary = z.infer<typeof workflowSummary>;

export const item = z
  .object({
    payload_id: z.string(),
    /** The same, as older clients call it. */
    catid: z.string(),
    collections: z.string(),
    workflow: z.string(),
    items: z.string(),
    state,
    created: time,
    updated: time,
    claimed_at: time,
    input_payload_url: z.string(),
    /** The same, as older clients call it. */
    catalog: z.string(),
    output_payload_url: z.string().nullable(),
    /** Pages of its executions, oldest first. */
    executions: z.array(z.string()),
    outputs: z.array(z.string()).optional(),
    last_error: z.string().optional(),
  })
  .openapi("Item");
export type Item = z.infer<typeof item>;

/** `nextkey` leads to the next page; it is not there on the last. */
export const itemPage = z.object({ items: z.array(item), nextkey: z.string().optional() }).openapi("ItemPage");
export type ItemPage = z.infer<typeof itemPage>;

/** As many as are counted of each state. */
const MOST = 100_000;
const many = z.coerce.number().int().min(1).max(MOST).optional();

export const summaryQuery = z.strictObject({ since: z.string().optional(), limit: many });

export const itemsQuery = z.strictObject({
  state: state.optional(),
  since: z.string().optional(),
  /** A page holds at most 1000, whatever is asked for. */
  limit: many,
  nextkey: z.string().max(10_000).optional(),
  sort_ascending: z.enum(["0", "1"]).optional(),
  /** They are sorted by `updated`, whichever of them is asked for. */
  sort_index: z.enum(["updated", "state_updated", "default"]).optional(),
  /** One item alone: for one that is called `items`. */
  id: z.string().optional(),
});
