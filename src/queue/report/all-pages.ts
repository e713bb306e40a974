/** Every row of a paged list, one page in memory at a time. */
import type { Page, PageRequest } from "../../bulk/bulk-store.ts";

/** The most that a page may hold. */
const PAGE = 1000;

export async function* allPages<Row>(read: (page: PageRequest) => Promise<Page<Row>>): AsyncGenerator<Row> {
  let after: string | undefined;
  do {
    const page = await read({ limit: PAGE, after });
    yield* page.rows;
    after = page.next;
  } while (after !== undefined);
}
