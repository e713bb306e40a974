/** Workflows with what runs in them, and tasks with how long they take and how they fail. */
import { z } from "@hono/zod-openapi";
import { STATES } from "../../state/states.ts";
import { stepStatus } from "./executions.ts";
import { count, errorText, json, milliseconds, time } from "./text.ts";

const counts = z.partialRecord(z.enum(STATES), count);

const workflowRow = z
  .object({
    name: z.string(),
    description: z.string().optional(),
    /** False for one that has payloads and is deployed no more. */
    exists: z.boolean(),
    /** Of all its payloads as they are now. */
    counts,
    tasks: z.array(z.string()),
  })
  .openapi("WorkflowRow");
export type WorkflowRow = z.infer<typeof workflowRow>;

export const workflowList = z.object({ workflows: z.array(workflowRow) }).openapi("WorkflowList");
export type WorkflowList = z.infer<typeof workflowList>;

/** Of the newest executions in a window: how often each state ran and failed. */
const stateFigures = z
  .object({
    state: z.string(),
    entered: count,
    failed: count,
    running: count,
    retries: count,
    p50Ms: milliseconds.optional(),
    p95Ms: milliseconds.optional(),
  })
  .openapi("StateFigures");

export const workflow = workflowRow
  .extend({
    /** Amazon States Language. */
    definition: json.optional(),
    /** Which executions the figures are of: the newest so many since then. */
    /** By task, the JSON Schema of what a payload may say to it; a task that tells none is left out. */
    parameters: z.record(z.string(), json),
    window: z.object({ since: time, executions: count, all: z.boolean() }),
    states: z.array(stateFigures),
  })
  .openapi("Workflow");
export type WorkflowView = z.infer<typeof workflow>;

const taskRow = z
  .object({
    name: z.string(),
    /** What it runs as in these workflows. */
    kinds: z.array(z.enum(["lambda", "batch"])),
    workflows: z.array(z.string()),
  })
  .openapi("TaskRow");
export const taskList = z.object({ tasks: z.array(taskRow) }).openapi("TaskList");
export type TaskRow = z.infer<typeof taskRow>;
export type TaskList = z.infer<typeof taskList>;

/** One try of a task in some execution: a point of the graph and a row of the table. */
const taskTry = z
  .object({
    workflow: z.string(),
    execution: z.string(),
    payloadId: z.string().optional(),
    step: z.string(),
    path: z.string(),
    attempt: count,
    startedAt: time,
    endedAt: time.optional(),
    durationMs: milliseconds,
    status: stepStatus,
    error: errorText.optional(),
  })
  .openapi("TaskTry");
export type TaskTryView = z.infer<typeof taskTry>;

export const errorGroup = z
  .object({
    error: z.string(),
    /** `<n>` and `<id>` stand for what differs. */
    message: z.string(),
    count,
    /** One of them, to be looked at. */
    example: z.object({
      workflow: z.string().optional(),
      execution: z.string().optional(),
      id: z.string(),
      message: z.string(),
    }),
  })
  .openapi("ErrorGroup");
export type ErrorGroupView = z.infer<typeof errorGroup>;

/** A parameter in words. */
const parameterRow = z
  .object({
    /** With its parents, `notify.topic`. */
    name: z.string(),
    type: z.string(),
    required: z.boolean(),
    /** As JSON. */
    default: z.string().optional(),
    meaning: z.string(),
  })
  .openapi("Parameter");

export const task = taskRow
  .extend({
    /** The JSON Schema of what a payload may say to it, where it tells one. */
    parameters: json.optional(),
    /** The same in words. */
    parameterRows: z.array(parameterRow).optional(),
    window: z.object({ since: time, executions: count, all: z.boolean() }),
    /** Newest first. */
    tries: z.array(taskTry),
    figures: z.object({
      succeeded: count,
      failed: count,
      running: count,
      p50Ms: milliseconds.optional(),
      p95Ms: milliseconds.optional(),
      p99Ms: milliseconds.optional(),
    }),
    errors: z.array(errorGroup),
  })
  .openapi("Task");
export type TaskView = z.infer<typeof task>;
