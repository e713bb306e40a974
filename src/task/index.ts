/** The SDK for tasks: `import { defineTask } from "cirrus-pipeline/task"`. */

export type { ObjectStore, ObjectUrl } from "../payload/object-store.ts";
export type { Assets } from "./assets.ts";
export { defineTask, type TaskDefinition, type TaskHandler, type TaskResult, type TaskRun } from "./define-task.ts";
export { type BulkWorker, defineWorker, type WorkerFunction, type WorkerHandler } from "./define-worker.ts";
export {
  AssetUnavailable,
  AssetUnreadable,
  InvalidInput,
  InvalidOutput,
  TaskStopped,
  TransientError,
} from "./errors.ts";
export { absoluteHrefs } from "./href.ts";
export { type Asset, declareExtension, type Item, type Link, type Payload, replaceLink } from "./item.ts";
export type { TaskOutput } from "./output.ts";
export type { WorkerData } from "./worker-data.ts";
export { done, failed, retry, type WorkerOutcome } from "./worker-outcome.ts";
