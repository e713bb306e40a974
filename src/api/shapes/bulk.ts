/** Bulk runs: how they go, what they cost, what failed. */
import { z } from "@hono/zod-openapi";
import { RUN_STATES } from "../../bulk/bulk-run.ts";
import { ENTRY_STATES } from "../../bulk/entry.ts";
import { count, cursor, milliseconds, time } from "./text.ts";
import { errorGroup } from "./workflows.ts";

const entryState = z.enum(ENTRY_STATES);

const bulkRunRow = z
  .object({
    name: z.string(),
    state: z.enum(RUN_STATES),
    reason: z.string().optional(),
    /** The task's name, or the program. */
    task: z.string(),
    created: time,
    finishedAt: time.optional(),
    entries: count,
    /** Entries in each state. */
    counts: z.record(entryState, count),
    attempts: count,
  })
  .openapi("BulkRunRow");
export const bulkRunList = z.object({ runs: z.array(bulkRunRow) }).openapi("BulkRunList");
export type BulkRunRow = z.infer<typeof bulkRunRow>;
export type BulkRunList = z.infer<typeof bulkRunList>;

const bulkWorker = z
  .object({
    worker: z.string(),
    host: z.string(),
    instanceType: z.string().optional(),
    spot: z.boolean(),
    slots: count,
    startedAt: time,
    seenAt: time,
    endedAt: time.optional(),
    reason: z.string().optional(),
    /** USD so far. */
    cost: z.number().optional(),
  })
  .openapi("BulkWorker");

export const bulkRun = bulkRunRow
  .extend({
    ended: count,
    retries: count,
    /** Entries that ended in an hour, of late; what is left at that rate. */
    perHour: z.number().optional(),
    remainingMs: milliseconds.optional(),
    /** USD so far; undefined where no worker has a price. */
    cost: z.number().optional(),
    costPerDone: z.number().optional(),
    /** Of the attempts that were done. */
    duration: z.object({ p50Ms: milliseconds, p95Ms: milliseconds, maxMs: milliseconds }).optional(),
    /** How many attempts the durations, errors and retries are of, and whether that is all of them. */
    sample: z.object({ attempts: count, all: z.boolean() }),
    workers: z.array(bulkWorker),
    errors: z.array(errorGroup),
  })
  .openapi("BulkRun");
export type BulkRunView = z.infer<typeof bulkRun>;

const bulkEntry = z
  .object({
    id: z.string(),
    position: count,
    state: entryState,
    attempts: count,
    reason: z.string().optional(),
    dueAt: time.optional(),
    updated: time,
  })
  .openapi("BulkEntry");
export const bulkEntryPage = z.object({ rows: z.array(bulkEntry), next: cursor }).openapi("BulkEntryPage");
export type BulkEntryView = z.infer<typeof bulkEntry>;

const bulkAttempt = z
  .object({
    entryId: z.string(),
    attempt: count,
    worker: z.string(),
    host: z.string(),
    startedAt: time,
    endedAt: time.optional(),
    durationMs: milliseconds.optional(),
    /** `done`, `failed`, `timeout` …; undefined while it runs. */
    outcome: z.string().optional(),
    error: z.object({ name: z.string(), message: z.string(), trace: z.string().optional() }).optional(),
    exitCode: z.number().optional(),
    signal: z.string().optional(),
    peakMemoryBytes: z.number().optional(),
    hasLog: z.boolean(),
  })
  .openapi("BulkAttempt");
export const bulkAttemptPage = z.object({ rows: z.array(bulkAttempt), next: cursor }).openapi("BulkAttemptPage");
export type BulkAttemptView = z.infer<typeof bulkAttempt>;
