/** Reads a listing page after page, for those who want all of it or the first so many. */
import type { ListQuery, PayloadRecord, StateStore } from "./state-store.ts";

const MOST_A_PAGE = 1000;

/** Until there are `most`. */
export async function* eachRecord(
  store: Pick<StateStore, "list">,
  query: ListQuery,
  most: number,
): AsyncGenerator<PayloadRecord> {
  let left = most;
  let cursor: string | undefined;
  do {
    const page = await store.list({ ...query, limit: Math.min(left, MOST_A_PAGE), cursor });
    yield* page.items;
    left -= page.items.length;
    cursor = page.next;
  } while (cursor !== undefined && left > 0);
}
