/** reconcile as a Lambda: every few minutes it looks at what has not moved, for as long as its time lasts. */
import { type MakePorts, makeLambda } from "../lambda/make-lambda.ts";
import type { FunctionPorts } from "../ports.ts";
import { functionPorts } from "../wiring.ts";
import { type Reconciled, reconcile } from "./reconcile.ts";

/**
 * Longer than the queues hide a message (370 s): what is younger is still in somebody's hands, or will be when its
 * message comes again.
 */
const LEFT_BEHIND_MS = 7 * 60_000;
/** A listing asks each of the index's partitions. */
const PAGE = 25;

export interface ReconcileSummary {
  /** Running as they should. */
  readonly open: number;
  /** Their end or their start had been missed. */
  readonly stuck: number;
  readonly later: number;
}

export function reconcileLambda(makePorts: MakePorts<FunctionPorts> = functionPorts) {
  // Where the last run of this container stopped: ten thousand long executions must not hide what comes after them.
  let cursor: string | undefined;
  return makeLambda<unknown, ReconcileSummary, FunctionPorts>(makePorts, async (_event, invocation) => {
    const { ports, log, deadline, count } = invocation;
    const results: Reconciled[] = [];
    do {
      const page = await reconcile({ olderThanMs: LEFT_BEHIND_MS, limit: PAGE, cursor, deadline }, ports);
      cursor = page.next;
      results.push(...page.results);
      for (const { payloadId, action, reason } of page.results) {
        if (action !== "running") log.info("reconciled", { payloadId, action, reason });
      }
    } while (cursor !== undefined && !deadline.aborted);
    const summary = summarise(results);
    count("OpenExecutions", summary.open);
    // Those that cannot be set right now are stuck all the more.
    count("StuckExecutions", results.filter(({ action }) => action !== "running" && action !== "unseen").length);
    return summary;
  });
}

function summarise(results: readonly Reconciled[]): ReconcileSummary {
  const open = results.filter(({ action }) => action === "running").length;
  const later = results.filter(({ action }) => action === "later" || action === "unseen").length;
  return { open, later, stuck: results.length - open - later };
}
