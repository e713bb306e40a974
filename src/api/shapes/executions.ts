/** One execution: its status, its states and tries over time, its events and its log. */
import { z } from "@hono/zod-openapi";
import { count, cursor, errorText, json, milliseconds, time } from "./text.ts";

const executionStatus = z
  .enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"])
  .openapi("ExecutionStatus");

/** How a state or a try stands: `waiting` for its retry. */
export const stepStatus = z
  .enum(["running", "succeeded", "failed", "timed out", "aborted", "caught", "waiting"])
  .openapi("StepStatus");

/** One try of a task: an invocation of a Lambda, or a Batch job. */
const stepTry = z
  .object({
    /** From 1, over the state's retries and redrives. */
    attempt: count,
    /** When it was asked for, when it began to run (undefined where nothing tells), and when it ended. */
    scheduledAt: time,
    startedAt: time.optional(),
    endedAt: time.optional(),
    status: stepStatus,
    error: errorText.optional(),
  })
  .openapi("Try");

/** A stay in a state. */
export const step = z
  .object({
    /** Tells it from every other stay of the execution: `/each#1/2/reproject#1`. */
    path: z.string(),
    /** For people: `each[2].reproject`. */
    label: z.string(),
    /** The state's own name in its machine, by which it is found in the graph. */
    state: z.string(),
    /** `Task`, `Choice`, `Map` … */
    type: z.string(),
    /** The task that it runs; undefined for a state that runs none. */
    task: z.string().optional(),
    status: stepStatus,
    enteredAt: time,
    exitedAt: time.optional(),
    durationMs: milliseconds.optional(),
    tries: z.array(stepTry),
    error: errorText.optional(),
    /** IDs of its first and last event. */
    events: z.tuple([count, count]),
  })
  .openapi("Step");
export type Step = z.infer<typeof step>;
export type StepTry = z.infer<typeof stepTry>;
export type StepStatus = z.infer<typeof stepStatus>;

export const execution = z
  .object({
    workflow: z.string(),
    name: z.string(),
    arn: z.string(),
    /** In AWS's console; undefined here. */
    consoleUrl: z.string().optional(),
    status: executionStatus,
    /** Of the payload that it runs, where it runs one. */
    payloadId: z.string().optional(),
    attempt: count.optional(),
    startedAt: time,
    stoppedAt: time.optional(),
    durationMs: milliseconds,
    error: errorText.optional(),
    redriveCount: count,
    /** Whether it may go on where it failed. */
    mayRedrive: z.boolean(),
    /** Amazon States Language, as this execution runs it; undefined where it is not known any more. */
    definition: json.optional(),
    steps: z.array(step),
    /** There are more steps than these: of a Map the states of its many iterations. */
    moreSteps: z.boolean(),
  })
  .openapi("Execution");
export type ExecutionView = z.infer<typeof execution>;

const historyEvent = z
  .object({
    id: count,
    previousId: count,
    /** Step Functions' own names: `TaskStateEntered` … */
    type: z.string(),
    at: time,
    path: z.string(),
    label: z.string(),
    details: json,
  })
  .openapi("HistoryEvent");

/** `cursor` is the ID of the last event of the page before. */
export const eventPage = z.object({ rows: z.array(historyEvent), next: cursor }).openapi("EventPage");
export type EventPage = z.infer<typeof eventPage>;
export type HistoryEventView = z.infer<typeof historyEvent>;

/** `GET …/io?path=`: what a state got and made; without a path of the whole execution. A payload behind a URL is fetched. */
export const stepDocuments = z
  .object({ path: z.string().optional(), input: json.optional(), output: json.optional(), error: errorText.optional() })
  .openapi("StepDocuments");
export type StepDocuments = z.infer<typeof stepDocuments>;

/** A line of a log, merged over the tries of an execution, or of one bulk attempt or loop execution. */
const logLine = z
  .object({
    at: time.optional(),
    /** What wrote it: `reproject`, `reproject (try 2)`, the version of a loop's execution: `3f2a9c1e 9f12ab34`. */
    from: z.string().optional(),
    message: z.string(),
  })
  .openapi("LogLine");

/**
 * Lines after `cursor`, oldest first. `next` goes on after them, also later when there are more. `rest`: `more` can be read at
 * once, `growing` may come, `ended` is all.
 */
export const logPage = z
  .object({ lines: z.array(logLine), next: cursor, rest: z.enum(["more", "growing", "ended"]) })
  .openapi("LogPage");
export type LogPageView = z.infer<typeof logPage>;
