/**
 * The whole system in one process: the functions over the embedded adapters. It may be killed at any moment; the next
 * one, or another that runs beside it, takes up what it left: messages become visible again, executions of a dead
 * owner are adopted, jobs are found by their token, and reconcile looks after the rest.
 */
import { randomUUID } from "node:crypto";
import type { ActionStore } from "../actions/action-store.ts";
import { type Clock, systemClock } from "../clock.ts";
import { makeActionStore } from "../embedded/actions/action-store.ts";
import { openDatabase } from "../embedded/database/database.ts";
import { type EmbeddedExecutions, makeExecutions } from "../embedded/executions/executions.ts";
import { registerRuntime } from "../embedded/executions/runtimes.ts";
import { type Jobs, makeEmbeddedJobs } from "../embedded/jobs/jobs.ts";
import { type LambdaPool, makeLambdaPool } from "../embedded/lambda/lambda-pool.ts";
import { makeExecutionLogs } from "../embedded/logs/execution-logs.ts";
import { makeTaskLogs } from "../embedded/logs/task-logs.ts";
import { type EmbeddedAnnouncements, makeAnnouncements } from "../embedded/messages/announcements.ts";
import { makeIntake } from "../embedded/messages/intake.ts";
import { type MessageLog, makeMessageLog } from "../embedded/messages/message-log.ts";
import { makeQueue, type Queue } from "../embedded/messages/queue.ts";
import { makeRejections } from "../embedded/messages/rejections.ts";
import { makeObjectStore } from "../embedded/objects/object-store.ts";
import { makeStateStore } from "../embedded/state/state-store.ts";
import type { ExecutionLogs } from "../executions/execution-logs.ts";
import type { TaskLogs } from "../executions/jobs.ts";
import type { Workflows } from "../executions/workflows.ts";
import type { FunctionPorts } from "../functions/ports.ts";
import { postBatch } from "../functions/post-batch/post-batch.ts";
import { preBatch } from "../functions/pre-batch/pre-batch.ts";
import { type Log, silentLog } from "../log.ts";
import type { ObjectUrl } from "../payload/object-store.ts";
import { payloadUrls } from "../payload/object-urls.ts";
import { bindLocally, type LocalProject } from "../project/local/local.ts";
import { lambdaArn, STATE_MACHINE_PREFIX } from "../project/local/local-names.ts";
import type { Project } from "../project/project.ts";
import { type DataDirectory, openDataDirectory } from "./data-directory.ts";
import { drive } from "./drive.ts";
import { type BuiltInFunction, makeInvokeTask } from "./invoke-task.ts";
import { makeLocalWorkflows } from "./local-workflows.ts";
import { type LocalSettings, localSettings } from "./settings.ts";

export interface RuntimeOptions {
  readonly project: Project;
  /** `.cirrus` of the project unless told otherwise. */
  readonly data: string;
  readonly clock?: Clock;
  readonly log?: Log;
  /** How many executions this process drives at once; 0 for one that only looks, sends and asks. */
  readonly maxExecutions?: number;
  /** Added to the environment of every task. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Runtime {
  readonly ports: FunctionPorts;
  readonly data: DataDirectory;
  readonly messages: MessageLog;
  readonly actions: ActionStore;
  /** Payloads on their way to `process`. */
  readonly intake: Queue;
  /** Ends of executions on their way to `update-state`. */
  readonly statusChanges: Queue;
  readonly executions: EmbeddedExecutions;
  readonly settings: LocalSettings;
  readonly lambdaPool: LambdaPool;
  readonly jobs: Jobs;
  readonly logs: TaskLogs;
  readonly executionLogs: ExecutionLogs;
  readonly workflows: Workflows;
  project(): Project;
  /** The project as it is bound to this machine now. */
  bound(): LocalProject;
  /** The file that an object is kept in. */
  localPath(url: ObjectUrl): string;
  readonly announcements: EmbeddedAnnouncements;
  /** Takes up what earlier processes left, then drives both queues until it is stopped. */
  start(): Promise<void>;
  /** The project's files have changed: new invocations and executions use them, running ones keep theirs. */
  reload(project: Project): void;
  /** Stops in good order; what runs is taken up by the next start. */
  stop(): Promise<void>;
}

/** A message that a killed process had in hand is visible again after this; while it is handled it stays hidden. */
const VISIBILITY_MS = 5_000;
const MAX_RECEIVES = 5;

export function makeRuntime(options: RuntimeOptions): Runtime {
  const { project, data: path, clock = systemClock, log = silentLog, maxExecutions } = options;
  const data = openDataDirectory(path);
  const own = localSettings(project, data);
  const settings = { ...own, environment: { ...own.environment, ...options.environment } };
  let current = project;
  let bound = bindLocally(project, { environment: settings.environment });

  const db = openDatabase(data.database);
  const owner = registerRuntime(db, { clock });
  const objects = makeObjectStore(data.objects);
  const intake = makeQueue(db, { name: "process", clock, visibilityMs: VISIBILITY_MS, maxReceives: MAX_RECEIVES });
  const statusChanges = makeQueue(db, { name: "status-change", clock, visibilityMs: VISIBILITY_MS });
  const logs = makeTaskLogs(data.logs);
  const pool = makeLambdaPool({ logs, clock, home: data.path });
  const jobs = makeEmbeddedJobs({
    directory: data.jobs,
    definitions: (name) => bound.jobDefinitions.get(name),
    queues: (name) => bound.jobQueues.get(name),
    environment: settings.environment,
    logs,
    clock,
  });

  const payloads = {
    urls: payloadUrls(settings.root),
    allowedUrls: settings.allowedUrls,
    maxBytes: settings.maxPayloadBytes,
  };
  const batch = { objects, payloads, logs, uuid: randomUUID };
  const functions = new Map<string, BuiltInFunction>([
    [lambdaArn(project.config, "pre-batch"), async (event) => ({ ...(await preBatch(event, batch)) })],
    [lambdaArn(project.config, "post-batch"), (event) => postBatch(event, batch)],
  ]);
  const executions = makeExecutions({
    db,
    clock,
    machines: (workflow) => bound.workflows.get(workflow),
    invoke: makeInvokeTask({ lambdas: () => bound.lambdas, functions, pool, jobs }),
    owner,
    isOwnerAlive: owner.isAlive,
    statusChanges,
    ...(maxExecutions === undefined ? {} : { maxConcurrent: maxExecutions }),
    log,
  });
  const announcements = makeAnnouncements(db, { clock });
  const ports: FunctionPorts = {
    state: makeStateStore(db, { clock }),
    objects,
    executions,
    intake: makeIntake(intake, { clock, topicArn: settings.topicArn }),
    announcements,
    rejections: makeRejections(db),
    clock,
    log,
    payloads,
    stateMachinePrefix: STATE_MACHINE_PREFIX,
  };
  const messages = makeMessageLog(db);
  let stopDriving: (() => Promise<void>) | undefined;

  return {
    ports,
    data,
    messages,
    actions: makeActionStore(db),
    intake,
    statusChanges,
    executions,
    settings,
    lambdaPool: pool,
    jobs,
    logs,
    executionLogs: makeExecutionLogs({ executions, jobs, logs }),
    workflows: makeLocalWorkflows({
      project: () => current,
      bound: () => bound,
      definitionOf: (key) => executions.definitionOf(key),
    }),
    project: () => current,
    bound: () => bound,
    localPath: objects.path,
    announcements,
    async start() {
      await executions.resume();
      stopDriving = drive({ ports, intake, statusChanges, messages, executions, maxReceives: MAX_RECEIVES });
    },
    reload(changed) {
      current = changed;
      bound = bindLocally(changed, { environment: settings.environment });
      pool.refresh();
    },
    async stop() {
      await stopDriving?.();
      // Jobs first: they are to go on, and must not see their executions stop.
      await jobs.close();
      await executions.close();
      await pool.close();
      owner.close();
      db.close();
    },
  };
}
