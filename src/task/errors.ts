/** Errors that a task raises. Their names are what a workflow's `Retry` and `Catch` match. */
import { CirrusError } from "../errors.ts";

export { InvalidInput, TransientError } from "../errors.ts";

/** An asset is not there or may not be read: trying again does not help. */
export class AssetUnavailable extends CirrusError {}

/** An asset was read, and its bytes are not what the task can work with. */
export class AssetUnreadable extends CirrusError {}

/** The task was stopped before it had finished: its Lambda's time was nearly over, or its job was told to end. */
export class TaskStopped extends CirrusError {}
