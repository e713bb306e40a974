/** Entries and attempts of a run, one page in memory at a time. */
import type { AttemptRecord } from "../../bulk/attempt.ts";
import type { AttemptQuery, BulkRuns, EntryQuery } from "../../bulk/bulk-store.ts";
import type { EntryRecord } from "../../bulk/entry.ts";
import type { Page, PageRequest } from "../../pages.ts";

/** The most that a page may hold. */
const PAGE = 1000;

/** At most `most` of them. */
export function entriesOf(
  runs: Pick<BulkRuns, "entries">,
  query: Omit<EntryQuery, keyof PageRequest>,
  most?: number,
): AsyncGenerator<EntryRecord> {
  return rowsOf((page) => runs.entries({ ...query, ...page }), most);
}

export function attemptsOf(
  runs: Pick<BulkRuns, "attempts">,
  query: Omit<AttemptQuery, keyof PageRequest>,
  most?: number,
): AsyncGenerator<AttemptRecord> {
  return rowsOf((page) => runs.attempts({ ...query, ...page }), most);
}

async function* rowsOf<Row>(
  read: (page: PageRequest) => Promise<Page<Row>>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Row> {
  let left = most;
  let after: string | undefined;
  do {
    const page = await read({ limit: Math.min(left, PAGE), after });
    yield* page.rows;
    left -= page.rows.length;
    after = page.next;
  } while (after !== undefined && left > 0);
}
