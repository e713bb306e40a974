/** reconcile as a Lambda: every few minutes it looks at what has not moved, for as long as its time lasts. */
import { type Invocation, type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import type { FunctionPorts } from "../ports.ts";
import { functionPorts } from "../wiring.ts";
import type { Interval } from "./due.ts";
import { type Reconciled, reconcile, reconcileWaiting } from "./reconcile.ts";

/**
 * Longer than the queues hide a message (370 s): what is younger is still in somebody's hands, or will be when its
 * message comes again.
 */
const LEFT_BEHIND_MS = 7 * 60_000;
/** What a new container takes to be the time since the last run: a minute more than that, as schedules are not kept to the second. */
const SINCE_LAST_RUN_MS = 6 * 60_000;
/** A listing asks each of the index's partitions. */
const PAGE = 25;

export interface ReconcileSummary {
  /** Running as they should. */
  readonly open: number;
  /** Waiting for others. */
  readonly waiting: number;
  /** Their end or their start had been missed. */
  readonly stuck: number;
  readonly later: number;
}

export function reconcileLambda(makePorts: MakePorts<FunctionPorts> = functionPorts) {
  // Where the last run of this container stopped: ten thousand long executions must not hide what comes after them.
  let cursor: string | undefined;
  const lookAtWaiting = makeWaitingPass();
  return makeLambda<unknown, ReconcileSummary, FunctionPorts>(makePorts, async (_event, invocation) => {
    const { ports, log, deadline, count } = invocation;
    const results: Reconciled[] = [];
    do {
      const page = await reconcile({ olderThanMs: LEFT_BEHIND_MS, limit: PAGE, cursor, deadline }, ports);
      cursor = page.next;
      results.push(...page.results);
    } while (cursor !== undefined && !deadline.aborted);
    const waiting = await lookAtWaiting(invocation);
    for (const { payloadId, action, reason } of [...results, ...waiting]) {
      if (!QUIET.has(action)) log.info("reconciled", { payloadId, action, reason });
    }
    const summary = summarise(results, waiting);
    count("OpenExecutions", summary.open);
    count("WaitingPayloads", summary.waiting);
    // Those that cannot be set right now are stuck all the more, and so is what waits and cannot be looked at, or in vain.
    const stuck = results.filter(({ action }) => action !== "running" && action !== "unseen");
    const inVain = waiting.filter(({ action }) => action === "later" || action === "held");
    count("StuckExecutions", stuck.length + inVain.length);
    return summary;
  });
}

/** Looking at all that wait may take several runs. What becomes due meanwhile is for the next pass. */
function makeWaitingPass() {
  let cursor: string | undefined;
  let due: Interval | undefined;
  let lookedUntil: number | undefined;
  return async ({ ports, deadline }: Invocation<FunctionPorts>): Promise<readonly Reconciled[]> => {
    const results: Reconciled[] = [];
    while (!deadline.aborted) {
      const now = ports.clock.now();
      due ??= { after: lookedUntil ?? now - SINCE_LAST_RUN_MS, until: now };
      const page = await reconcileWaiting({ limit: PAGE, cursor, deadline, due }, ports);
      cursor = page.next;
      results.push(...page.results);
      if (cursor !== undefined) continue;
      lookedUntil = due.until;
      due = undefined;
      break;
    }
    return results;
  };
}

/** As it should be: told in numbers alone. */
const QUIET: ReadonlySet<Reconciled["action"]> = new Set(["running", "waiting"]);

function summarise(results: readonly Reconciled[], waits: readonly Reconciled[]): ReconcileSummary {
  const open = results.filter(({ action }) => action === "running").length;
  const waiting = waits.filter(({ action }) => action === "waiting" || action === "held").length;
  const isLater = ({ action }: Reconciled) => action === "later" || action === "unseen";
  const later = results.filter(isLater).length;
  return { open, waiting, later: later + waits.filter(isLater).length, stuck: results.length - open - later };
}
