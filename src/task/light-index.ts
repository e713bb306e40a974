/** What `cirrus-pipeline/task` gives that is loaded at once: the process of a bulk run's task has it too. */

export { absoluteHrefs, showUrl } from "./assets/href.ts";
export { defineWorker } from "./bulk/define-worker.ts";
export { done, failed, retry } from "./bulk/worker-outcome.ts";
export {
  AnnouncementRefused,
  AssetUnavailable,
  AssetUnreadable,
  InvalidInput,
  InvalidItem,
  InvalidOutput,
  isDiskFull,
  SecretUnavailable,
  TaskStopped,
  TransientError,
  WorkdirFull,
} from "./errors.ts";
export { declareExtension } from "./extensions.ts";
export { replaceLink } from "./item.ts";
export { ServerBusy } from "./retry.ts";
export { retryAfterMs } from "./retry-after.ts";
