/** Errors that a task raises. Their names are what a workflow's `Retry` and `Catch` match. */
import { CirrusError } from "../errors.ts";

export { InvalidInput, TransientError } from "../errors.ts";

/** An asset is not there or may not be read: trying again does not help. */
export class AssetUnavailable extends CirrusError {}

/** An asset was read, and its bytes are not what the task can work with. */
export class AssetUnreadable extends CirrusError {}

/** The task was stopped before it had finished: its Lambda's time was nearly over, or its job was told to end. */
export class TaskStopped extends CirrusError {}

/** The task gave back what no workflow can go on with. */
export class InvalidOutput extends CirrusError {}

/**
 * Only an error's name and message leave a Lambda or a job: the place and the advice go into the message. Doing it
 * twice changes nothing.
 */
export function spellOut(thrown: unknown): unknown {
  if (!(thrown instanceof CirrusError)) return thrown;
  const { where, hint } = thrown;
  if (where !== undefined && !thrown.message.startsWith(where)) thrown.message = `${where}: ${thrown.message}`;
  if (hint !== undefined && !thrown.message.endsWith(hint)) {
    thrown.message = `${thrown.message.replace(/\.$/, "")}. ${hint}`;
  }
  return thrown;
}
