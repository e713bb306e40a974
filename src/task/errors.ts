/** Errors that a task raises. Their names are what a workflow's `Retry` and `Catch` match. */
import { CirrusError } from "../errors.ts";

export { InvalidInput, isDiskFull, TransientError } from "../errors.ts";

/** An asset is not there or may not be read: trying again does not help. */
export class AssetUnavailable extends CirrusError {}

/** An asset was read, and its bytes are not what the task can work with. */
export class AssetUnreadable extends CirrusError {}

/** The work directory or its disk holds no more: the same task with more room may succeed. */
export class WorkdirFull extends CirrusError {}

/** The task was stopped before it had finished: its Lambda's time was nearly over, or its job was told to end. */
export class TaskStopped extends CirrusError {}

/** The task gave back what no workflow can go on with. */
export class InvalidOutput extends CirrusError {}

/** The task gave back an item that breaks the rules of STAC or of an extension that it declares. */
export class InvalidItem extends CirrusError {}

/** A secret is not there, may not be read, or holds no text. */
export class SecretUnavailable extends CirrusError {}

/** A topic takes an item under no circumstances as they are. */
export class AnnouncementRefused extends CirrusError {}

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
