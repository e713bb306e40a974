/** The SDK for tasks: `import { defineTask } from "cirrus-pipeline/task"`. */

export type { ObjectStore, ObjectUrl } from "../payload/object-store.ts";
export type { Assets, TransferOptions } from "./assets/assets.ts";
export type { BulkWorker, WorkerFunction, WorkerHandler } from "./bulk/define-worker.ts";
export type { WorkerData } from "./bulk/worker-data.ts";
export type { WorkerOutcome } from "./bulk/worker-outcome.ts";
export { defineTask, type TaskDefinition, type TaskHandler, type TaskResult, type TaskRun } from "./define-task.ts";
export type { Asset, Item, Link, Payload } from "./item.ts";
export * from "./light-index.ts";
export type { TaskOutput } from "./output.ts";
