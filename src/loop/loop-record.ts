/** What is known of a loop between two turns: enough for anybody to go on where it was. */

export interface LoopRecord {
  /** Organisation, or `metadata`. */
  readonly loop: string;
  /** 0 at first, and one more with each write. */
  readonly revision: number;
  /** From 1; 0 before the first. */
  readonly iteration: number;
  /** ISO 8601 */
  readonly iterationStartedAt?: string | undefined;
  /** The registration that the iteration works with. */
  readonly registration?: string | undefined;
  /** The turns of the iteration in their order. Those of the last one stay until the next begins. */
  readonly turns: readonly Turn[];
  /** The execution that runs, which is in no other loop and has no other beside it. */
  readonly running?: string | undefined;
  /** The fence under which it began: whoever holds the loop under another one has not begun it. */
  readonly runningFence?: number | undefined;
  /** A failed execution that is tried again within its turn, not before `at`. */
  readonly retry?: { readonly task: string; readonly attempt: number; readonly at: number } | undefined;
  /** Milliseconds since 1970: the next iteration does not begin before; undefined while one goes on. */
  readonly nextAt?: number | undefined;
  /** How many iterations in a row came to nothing, this one among them until something succeeds: each waits longer than the one before. */
  readonly fruitless: number;
  /**
   * By `codops/name`: since when the loop knows a task with a `cron` that has never run, in milliseconds since 1970. Its
   * first run is at the first time of its schedule after that.
   */
  readonly knownSince?: Readonly<Record<string, number>> | undefined;
}

export interface Turn {
  /** `codops/name` */
  readonly task: string;
  readonly state: "PENDING" | "RUNNING" | "FINISHED";
  /** Its last execution in this turn. */
  readonly execution?: string | undefined;
}

export function newLoop(loop: string): LoopRecord {
  return { loop, revision: 0, iteration: 0, turns: [], fruitless: 0 };
}
