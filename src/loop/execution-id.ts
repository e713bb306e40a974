/** IDs of executions: UUIDs of version 7, whose order is that of their starts. */
import type { Clock } from "../clock.ts";
import { CirrusError, EXIT } from "../errors.ts";

/** Within one millisecond they are counted; a clock that is set back does not set the order back. */
const PER_MILLISECOND = 0x1000;

/** `randomUuid`: of version 4, whose random part it takes. */
export function makeExecutionIds(clock: Pick<Clock, "now">, randomUuid: () => string): () => string {
  let time = 0;
  let count = 0;
  return () => {
    const now = clock.now();
    count = now > time ? 0 : count + 1;
    time = Math.max(now, count === PER_MILLISECOND ? time + 1 : time);
    count %= PER_MILLISECOND;
    const hex = time.toString(16).padStart(12, "0");
    const counted = count.toString(16).padStart(3, "0");
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7${counted}-${randomUuid().slice(19)}`;
  };
}

/** IDs are names of folders and objects: nothing else leads to one, wherever it would. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

export function isExecutionId(text: string): boolean {
  return NAME.test(text);
}

export function requireExecutionId(text: string): void {
  if (!isExecutionId(text)) {
    throw new CirrusError(`"${text}" is not the ID of an execution.`, { exitCode: EXIT.usage });
  }
}
