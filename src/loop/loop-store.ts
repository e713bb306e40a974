/**
 * Port: what is known of loops, their tasks and executions. Embedded it is SQLite, on AWS DynamoDB.
 *
 * One holder drives a loop. Every write of a holder says its fence, and is refused once somebody else has claimed the
 * loop: a process that was thought dead cannot begin or end anything any more.
 */
import type { Page, PageRequest } from "../pages.ts";
import type { Controls, Request, Target } from "./controls.ts";
import type { ExecutionEnd, LoopExecution, Outcome } from "./loop-execution.ts";
import type { LoopRecord } from "./loop-record.ts";
import type { Registration } from "./registration.ts";
import type { TaskRecord } from "./task-record.ts";

export interface ClaimRequest {
  readonly loop: string;
  /** Who asks: a process, an execution of a state machine. */
  readonly holder: string;
  readonly leaseMs: number;
}

export type ClaimOutcome =
  /** Also where it was held by the same holder already: then the fence is the same, and the lease longer. */
  | { readonly outcome: "held"; readonly fence: number; readonly record: LoopRecord }
  /** Somebody else drives it. `until`: milliseconds since 1970. */
  | { readonly outcome: "busy"; readonly holder: string; readonly until: number };

/** Stored whole or not at all. */
export interface LoopChange {
  readonly fence: number;
  /** As it is from now on. Its revision is one more than that of the record that is there. */
  readonly record: LoopRecord;
  /** An execution that begins. It is stored before anything of it is started. */
  readonly begin?: LoopExecution | undefined;
  /** One that has ended. Its task's counts change with it. */
  readonly end?: { readonly execution: string; readonly end: ExecutionEnd } | undefined;
  /** A request to run now, answered by `begin`. */
  readonly answered?: { readonly task: string; readonly request: string } | undefined;
}

export interface ExecutionQuery extends PageRequest {
  /** `codops/name`; all tasks of an organisation with `codops` alone; all executions with neither. */
  readonly task?: string | undefined;
  readonly codops?: string | undefined;
  readonly outcome?: Outcome | undefined;
  /** Only this execution and those that began after it. */
  readonly from?: string | undefined;
  /** In the order of their starts, and not the newest first. */
  readonly oldestFirst?: boolean | undefined;
}

/** What drives loops. */
export interface LoopDriverStore {
  claim(request: ClaimRequest): Promise<ClaimOutcome>;
  /** False where the loop is somebody else's by now, or nobody's. */
  extend(loop: string, fence: number, leaseMs: number): Promise<boolean>;
  /** Whoever comes next need not wait for the lease to run out. The fence is good for nothing any more. */
  release(loop: string, fence: number): Promise<void>;
  /**
   * False where the loop is somebody else's by now, or another call has changed it since its record was read: this call
   * has changed nothing. The same change twice is one change: where its execution has begun, or ended, by an earlier call
   * (or its record is there, without an execution), nothing of it is done again, and the answer is true; but false where
   * the loop is somebody else's meanwhile, who then sees to what has begun.
   */
  write(change: LoopChange): Promise<boolean>;
  /** Becomes the newest, unless it is already. */
  register(registration: Registration): Promise<void>;
  /** By its ID; the newest without one. Registrations of iterations that go on are kept. */
  registration(id?: string): Promise<Registration | undefined>;
}

/** What operators and pages look at. */
export interface LoopViewStore {
  /** That were ever claimed, in order of their names. */
  loops(): Promise<readonly HeldLoop[]>;
  /** Of tasks that have ever run, also those that are registered no more. In order of their keys; without results. */
  tasks(codops?: string): Promise<readonly TaskRecord[]>;
  task(key: string): Promise<TaskRecord | undefined>;
  execution(id: string): Promise<LoopExecution | undefined>;
  /** Newest first, unless it is asked for otherwise. Without results, which may be long: `execution` has them. */
  executions(query: ExecutionQuery): Promise<Page<LoopExecution>>;
}

export interface HeldLoop extends LoopRecord {
  /** Who drives it; undefined where nobody does. */
  readonly holder?: string | undefined;
  /** Of the last holder: whoever knows that it is gone releases the loop with it. */
  readonly fence: number;
}

/** What operators do. */
export interface LoopControlStore {
  controls(): Promise<Controls>;
  /** In place of an earlier request. */
  pause(target: Target, request: Request): Promise<void>;
  /** False where it was not paused. */
  resume(target: Target): Promise<boolean>;
  /** The task runs next in its loop. A second request before that is the same one. */
  runNow(task: string, request: Request): Promise<void>;
  /** False where the execution has ended or is not known. The request is kept until it ends; the first one counts. */
  cancel(execution: string, request: Request): Promise<boolean>;
  /** In place of an earlier pin. */
  pin(task: string, commit: string, request: Request): Promise<void>;
  /** False where it was not pinned. */
  unpin(task: string): Promise<boolean>;
}

export interface LoopStore extends LoopDriverStore, LoopViewStore, LoopControlStore {}
