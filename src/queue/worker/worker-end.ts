/** Why a worker has to end before the queue is empty, and what that means for the tasks that it runs. */
import type { Clock } from "../../clock.ts";
import type { NoticeName } from "../../task/bulk/worker-data.ts";
import type { Verdict } from "./ends/attempt-end.ts";
import type { Notice, Notices } from "./notices.ts";
import { whenAborted } from "./processes/task-limits.ts";
import type { WorkerOptions } from "./worker-options.ts";

export interface WorkerEnd {
  /** Told to tasks, which go on. */
  readonly notices: Readonly<Record<NoticeName, AbortSignal>>;
  /** Tasks are ended. */
  readonly end: AbortSignal;
  /** Tasks are killed. */
  readonly kill: AbortSignal;
  verdict(): Verdict;
  close(): void;
}

export interface EndOptions {
  readonly clock: Clock;
  readonly options: Pick<WorkerOptions, "signal" | "kill" | "limits">;
  readonly notices: Notices | undefined;
  /** No more entries are to be taken. */
  onStop(reason: string): void;
  onNotice(notice: Notice): void;
}

const STOPPED: Verdict = { outcome: "stopped" };
const SPOT: Verdict = {
  outcome: "spot",
  error: { name: "SpotTermination", message: "The machine was about to be taken away" },
};
/** Kept back from a machine's last two minutes, for the ends to be stored. */
const KEPT_BACK_MS = 10_000;

export function watchForEnd({ clock, options, notices, onStop, onNotice }: EndOptions): WorkerEnd {
  const told = { shutdown: new AbortController(), termination: new AbortController() };
  const end = new AbortController();
  const gone = new AbortController();
  const kill = options.kill ?? gone.signal;
  const graceMs = options.limits.graceSeconds * 1000;
  let verdict = STOPPED;

  const endLater = (ms: number, why: Verdict) =>
    clock.sleep(ms, gone.signal).then(
      () => {
        if (!end.signal.aborted) verdict = why;
        end.abort();
      },
      // The worker has ended by itself.
      () => {},
    );

  const leavings = [
    whenAborted(options.signal, () => {
      onStop("stopped");
      told.shutdown.abort();
      void endLater(graceMs, STOPPED);
    }),
    whenAborted(kill, () => {
      if (!gone.signal.aborted) onStop("stopped");
    }),
  ];

  async function listen(): Promise<void> {
    for (;;) {
      const notice = await notices?.next(gone.signal);
      if (notice === undefined) return;
      onStop(notice.kind === "termination" ? "spot notice" : "rebalance recommendation");
      onNotice(notice);
      told.termination.abort();
      // A recommendation says when it was made, not when the machine goes.
      if (notice.kind !== "termination" || notice.at === undefined) continue;
      void endLater(Math.max(0, notice.at - clock.now() - graceMs - KEPT_BACK_MS), SPOT);
    }
  }
  void listen();

  return {
    notices: { shutdown: told.shutdown.signal, termination: told.termination.signal },
    end: end.signal,
    kill,
    verdict: () => verdict,
    close() {
      gone.abort();
      for (const leave of leavings) leave();
    },
  };
}
