/** The report of a run as it stands in a store, whichever that is. */
import type { BulkRun } from "../../bulk/bulk-run.ts";
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import { attemptsOf } from "./read-rows.ts";
import { type Report, summarize } from "./summarize.ts";

export async function readReport(runs: BulkRuns, run: BulkRun): Promise<Report> {
  const [counts, workers] = await Promise.all([runs.counts(run.name), runs.workers(run.name)]);
  const attempts = attemptsOf(runs, { run: run.name });
  return summarize({ run, counts, workers, attempts });
}
