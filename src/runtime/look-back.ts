/** Looks now and then for what was left behind, and soon after an execution has ended for what waited for it. */
import { describeError } from "../errors.ts";
import type { FunctionPorts } from "../functions/ports.ts";
import { type Reconciled, reconcile, reconcileWaiting } from "../functions/reconcile/reconcile.ts";

const LOOK_EVERY_MS = 5_000;
/** A page of a hundred that wait takes some 50 ms to look at. */
const WAKE_EVERY_MS = 500;
/** Longer than any call of process or update-state takes: what is younger is still in somebody's hands. */
const LEFT_BEHIND_MS = 30_000;

/** Nothing has changed. What is held says so where people look at it, and would say it here every few seconds. */
const QUIET: ReadonlySet<Reconciled["action"]> = new Set(["running", "waiting", "held"]);

export interface LookBack {
  /** An execution has ended: nobody here has to wait for the next look at everything. */
  wake(): void;
  /** Once the signal is aborted and nothing is looked at any more. */
  readonly stopped: Promise<unknown>;
}

export function lookBack(
  ports: FunctionPorts,
  executions: { resume(): Promise<number> },
  stopping: AbortSignal,
): LookBack {
  const { clock, log } = ports;
  let isAwake = false;

  async function every(ms: number, look: () => Promise<void>): Promise<void> {
    while (!stopping.aborted) {
      try {
        await look();
      } catch (thrown) {
        log.error("cannot reconcile", { reason: describeError(thrown).cause });
      }
      await clock.sleep(ms, stopping).catch(() => {});
    }
  }

  function tell(results: readonly Reconciled[]): void {
    for (const { payloadId, action, reason } of results) {
      if (!QUIET.has(action)) log.info("reconciled", { payloadId, action, reason });
    }
  }

  let cursor: string | undefined;
  const unsettled = async (): Promise<void> => {
    await executions.resume();
    const swept = await reconcile({ olderThanMs: LEFT_BEHIND_MS, cursor }, ports);
    cursor = swept.next;
    tell(swept.results);
    isAwake = true;
  };

  let waitingCursor: string | undefined;
  const waiting = async (): Promise<void> => {
    if (!isAwake && waitingCursor === undefined) return;
    isAwake = false;
    const page = await reconcileWaiting({ cursor: waitingCursor }, ports);
    waitingCursor = page.next;
    tell(page.results);
  };

  return {
    wake: () => {
      isAwake = true;
    },
    stopped: Promise.all([every(LOOK_EVERY_MS, unsettled), every(WAKE_EVERY_MS, waiting)]),
  };
}
