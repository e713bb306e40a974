/** Loops, as PEACH's page shows them and more: organisations, tasks, their executions and how long they take. */
import { z } from "@hono/zod-openapi";
import { OUTCOMES, TASK_STATES } from "../../loop/loop-execution.ts";
import { count, cursor, milliseconds, time } from "./text.ts";

const outcome = z.enum(OUTCOMES);
const request = z.object({ id: z.string(), at: time, by: z.string(), note: z.string().optional() });

const loopProblem = z
  .object({
    severity: z.enum(["error", "warning"]),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    repository: z.string(),
    file: z.string().optional(),
    line: z.number().optional(),
  })
  .openapi("LoopProblem");
export type LoopProblemView = z.infer<typeof loopProblem>;

export const organisation = z
  .object({
    codops: z.string(),
    tasks: count,
    running: count,
    failing: count,
    broken: count,
    paused: request.optional(),
    problems: z.array(loopProblem),
  })
  .openapi("Organisation");

export const loop = z
  .object({
    /** `metadata`, or the organisation's own. */
    loop: z.string(),
    iteration: count,
    iterationStartedAt: time.optional(),
    /** Who drives it; undefined where nobody does. */
    holder: z.string().optional(),
    running: z.string().optional(),
    turns: z.object({ had: count, all: count }),
    nextAt: time.optional(),
    paused: request.optional(),
  })
  .openapi("Loop");

/** `GET /v1/loops` */
export const loopList = z
  .object({ organisations: z.array(organisation), loops: z.array(loop), problems: z.array(loopProblem) })
  .openapi("LoopList");
export type LoopList = z.infer<typeof loopList>;
export type OrganisationView = z.infer<typeof organisation>;
export type LoopView = z.infer<typeof loop>;

export const loopExecution = z
  .object({
    id: z.string(),
    task: z.string(),
    loop: z.string(),
    iteration: count,
    attempt: count,
    trigger: z.enum(["turn", "retry", "run-now"]),
    /** Eight digits of the commit, or `worktree`. */
    version: z.string(),
    headCommit: z.string(),
    notebookCommit: z.string().optional(),
    pinned: z.boolean(),
    startedAt: time,
    endedAt: time.optional(),
    outcome: outcome.optional(),
    durationMs: milliseconds,
    error: z.object({ name: z.string(), message: z.string(), trace: z.string().optional() }).optional(),
    peakMemoryBytes: z.number().optional(),
    warnings: z.array(z.string()),
  })
  .openapi("LoopExecution");
export type LoopExecutionView = z.infer<typeof loopExecution>;
export const loopExecutionPage = z.object({ rows: z.array(loopExecution), next: cursor }).openapi("LoopExecutionPage");
export type LoopExecutionPage = z.infer<typeof loopExecutionPage>;

export const loopTask = z
  .object({
    /** `codops/name` */
    task: z.string(),
    codops: z.string(),
    name: z.string(),
    loop: z.string().optional(),
    standing: z.enum(["registered", "broken", "gone"]),
    state: z.enum(TASK_STATES),
    /** For people: `now`, `2nd in its iteration`, `at 12:30`, `paused`. */
    next: z.string(),
    /** Where the clock tells when. */
    nextAt: time.optional(),
    holder: z.string().optional(),
    last: loopExecution.optional(),
    lastOutcome: outcome.optional(),
    counts: z.record(outcome, count),
    /** From 0 to 1. */
    successRate: z.number().optional(),
    meanDurationMs: milliseconds.optional(),
    failureStreak: count,
    paused: request.extend({ what: z.enum(["task", "loop"]) }).optional(),
    pin: z.object({ commit: z.string(), by: z.enum(["operator", "file"]) }).optional(),
    runNow: request.optional(),
    /** What runs: `notebooks/train.ipynb`, `task mirror`; and where it is registered. */
    work: z.string().optional(),
    repository: z.string().optional(),
    file: z.string().optional(),
    line: z.number().optional(),
    /** For people: `every 30 min`, `0 6 * * * (Europe/Zurich)`, `every iteration`. */
    schedule: z.string().optional(),
    timeoutSeconds: z.number().optional(),
    problems: z.array(loopProblem),
    /** The newest outcomes and durations, oldest first, at most 30: a strip for its row. */
    recent: z.array(z.object({ outcome, durationMs: milliseconds, at: time })),
  })
  .openapi("LoopTask");
export type LoopTaskView = z.infer<typeof loopTask>;
/** `GET /v1/loops/tasks?codops=` */
export const loopTaskList = z.object({ tasks: z.array(loopTask) }).openapi("LoopTaskList");
export type LoopTaskList = z.infer<typeof loopTaskList>;

/** `GET /v1/loops/durations?task=`: from the oldest to the newest, with every failure among them. */
export const loopDurations = z
  .object({
    points: z.array(
      z.object({ execution: z.string(), at: time, durationMs: milliseconds, outcome, version: z.string() }),
    ),
    executions: count,
    p50Ms: milliseconds.optional(),
    p95Ms: milliseconds.optional(),
  })
  .openapi("LoopDurations");
export type LoopDurationsView = z.infer<typeof loopDurations>;
