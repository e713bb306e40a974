/** Runs one attempt of an entry: in a fresh process, in one that is used again, or in the worker itself. */
import type { AttemptEnd } from "../../../bulk/attempt.ts";
import type { Lease } from "../../../bulk/bulk-store.ts";
import type { NoticeName } from "../../../task/bulk/worker-data.ts";
import type { Verdict } from "../ends/attempt-end.ts";

/** What reaches a running attempt from outside. */
export interface AttemptControl {
  /** Which of the worker's slots it runs in, from 0. */
  readonly slot: number;
  /** Told to the task, which goes on. */
  readonly notices: Readonly<Record<NoticeName, AbortSignal>>;
  /** It is asked to end (SIGTERM), then killed. */
  readonly end: AbortSignal;
  /** It is killed at once: the worker has to go, or the entry is somebody else's by now. */
  readonly kills: readonly AbortSignal[];
  /** Why, as soon as one of them is aborted. */
  verdict(): Verdict;
}

export interface TaskRunner {
  /** Rejects only where no attempt can be made at all: then nothing was run. */
  run(lease: Lease, control: AttemptControl): Promise<AttemptEnd>;
  close(): Promise<void>;
}
