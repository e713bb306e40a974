/** What operators do with a bulk run as a whole. */
import type { BulkRequest } from "../../actions/action-request.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { ActBulk, ActPorts } from "./ports.ts";
import { done, type Result, skipped, type Work } from "./progress.ts";
import { reasonOf } from "./told.ts";
import type { ActionFacts } from "./work-of.ts";

const WORDS: Readonly<Record<BulkRequest["do"], (run: string) => string>> = {
  "retry-failed": (run) => `retry what failed in the bulk run ${run}`,
  stop: (run) => `stop the bulk run ${run}`,
  resume: (run) => `let the bulk run ${run} go on`,
  purge: (run) => `cancel what waits in the bulk run ${run}`,
};

export function bulkWork(request: BulkRequest, action: ActionFacts, { bulk }: ActPorts): Work {
  return {
    page: 1,
    what: () => WORDS[request.do](request.run),
    choose: async () => ({ targets: [{ id: request.run }] }),
    perform: async () => [await change(request, reasonOf(action, `${request.do} by hand`), requireBulk(bulk))],
  };
}

export function requireBulk(bulk: ActBulk | undefined): ActBulk {
  if (bulk !== undefined) return bulk;
  throw new CirrusError("There are no bulk runs here.", { exitCode: EXIT.notFound });
}

/** Doing it again changes nothing more. */
async function change({ run, do: verb }: BulkRequest, reason: string, { runs }: ActBulk): Promise<Result> {
  const found = await runs.get(run);
  if (found === undefined) return skipped(run, "there is no such bulk run any more");
  switch (verb) {
    case "retry-failed":
      if (found.state === "LOADING") return skipped(run, "its entries are still being stored");
      await runs.requeue(run, ["FAILED"]);
      return done(run);
    case "purge":
      await runs.purge(run, reason);
      return done(run);
    case "stop":
      if (await runs.setState(run, ["OPEN"], "STOPPED", reason)) return done(run);
      return found.state === "STOPPED" ? done(run) : skipped(run, `it is ${found.state}`);
    case "resume":
      if (await runs.setState(run, ["STOPPED"], "OPEN")) return done(run);
      return found.state === "OPEN" ? done(run) : skipped(run, `it is ${found.state}`);
  }
}
