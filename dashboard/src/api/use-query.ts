/** What a view asks of the API, as values that it draws: one answer, or pages of rows. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../../src/api/shapes/problem.ts";
import { withQuery } from "../routes.ts";
import { get, lastAnswer, type Params, ProblemError } from "./client.ts";
import { onConnection } from "./connection.ts";
import { follow } from "./live.ts";

export interface Query<T> {
  /** The newest answer; it stays while it is asked again. */
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  /** True until the first answer is there. */
  readonly isLoading: boolean;
  refresh(): void;
}

interface Options {
  /** Asks again whenever something may have changed. */
  readonly live?: boolean;
}

interface Standing<T> {
  readonly data?: T | undefined;
  readonly problem?: Problem | undefined;
  readonly url: string | undefined;
}

/** `path` undefined: nothing is asked. */
export function useQuery<T>(path: string | undefined, params: Params = {}, options: Options = {}): Query<T> {
  const url = path === undefined ? undefined : withQuery(path, params);
  const [standing, setStanding] = useState<Standing<T>>({ url: undefined });
  const [asked, setAsked] = useState(0);
  const live = options.live === true;

  // A new number in `asked` asks again.
  useEffect(() => {
    if (url === undefined) return;
    const control = new AbortController();
    const ask = async () => {
      try {
        const { body, changed } = await get<T>(url, {}, control.signal);
        if (!control.signal.aborted) setStanding({ url, data: body });
        return changed;
      } catch (error) {
        if (control.signal.aborted) return false;
        const problem = problemFrom(error);
        setStanding((before) => ({ url, problem, data: before.url === url ? before.data : undefined }));
        return false;
      }
    };
    void ask();
    const end = goOnAsking(ask, live);
    return () => {
      control.abort();
      end();
    };
  }, [url, live, asked]);

  const current = standing.url === url;
  const data = current ? standing.data : url === undefined ? undefined : lastAnswer<T>(url);
  const problem = current ? standing.problem : undefined;
  return {
    data,
    problem,
    isLoading: url !== undefined && data === undefined && problem === undefined,
    refresh: useCallback(() => setAsked((times) => times + 1), []),
  };
}

export interface Pages<Row> {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
  /** Adds the next page. */
  more(): void;
  readonly problem: Problem | undefined;
  /** True while a page is on its way. */
  readonly isLoading: boolean;
  refresh(): void;
}

interface PageOf<Row> {
  readonly rows: readonly Row[];
  readonly next?: string | undefined;
}

interface Loaded<Row> {
  readonly url: string | undefined;
  readonly pages: readonly PageOf<Row>[];
  readonly problem?: Problem | undefined;
}

/** Pages beyond this many stay as they are while the first ones are asked again. */
const MOST_ASKED_AGAIN = 5;

export function usePages<Row>(path: string | undefined, params: Params = {}, options: Options = {}): Pages<Row> {
  const url = path === undefined ? undefined : withQuery(path, params);
  const [loaded, setLoaded] = useState<Loaded<Row>>({ url: undefined, pages: [] });
  const [isLoading, setLoading] = useState(url !== undefined);
  const [asked, setAsked] = useState(0);
  const count = useRef(1);
  const more = useRef<() => void>(() => {});
  const live = options.live === true;

  // A new number in `asked` asks again.
  useEffect(() => {
    count.current = 1;
    if (url === undefined) return;
    const control = new AbortController();
    const page = (cursor: string | undefined) => get<PageOf<Row>>(url, { cursor }, control.signal);
    const guarded = async (work: () => Promise<boolean>) => {
      try {
        return await work();
      } catch (error) {
        if (!control.signal.aborted) {
          const problem = problemFrom(error);
          setLoaded((before) => ({ url, problem, pages: before.url === url ? before.pages : [] }));
        }
        return false;
      } finally {
        if (!control.signal.aborted) setLoading(false);
      }
    };
    const again = () =>
      guarded(async () => {
        if (count.current > MOST_ASKED_AGAIN) return false;
        const { pages, changed } = await firstPages(page, count.current);
        if (!control.signal.aborted) setLoaded({ url, pages });
        return changed;
      });
    more.current = () => {
      setLoaded((before) => {
        const cursor = before.pages.at(-1)?.next;
        if (before.url !== url || cursor === undefined || count.current > before.pages.length) return before;
        count.current = before.pages.length + 1;
        setLoading(true);
        void guarded(async () => {
          const { body } = await page(cursor);
          setLoaded((now) => (now.url === url ? { url, pages: [...now.pages, body] } : now));
          return true;
        });
        return before;
      });
    };
    setLoading(true);
    void again();
    const end = goOnAsking(again, live);
    return () => {
      control.abort();
      end();
    };
  }, [url, live, asked]);

  const pages = loaded.url === url ? loaded.pages : [];
  return {
    rows: pages.flatMap(({ rows }) => rows),
    hasMore: pages.at(-1)?.next !== undefined,
    more: useCallback(() => more.current(), []),
    problem: loaded.url === url ? loaded.problem : undefined,
    // Between a change of the address and its asking there is a moment in which nothing is on its way yet.
    isLoading: isLoading || (url !== undefined && loaded.url !== url),
    refresh: useCallback(() => setAsked((times) => times + 1), []),
  };
}

async function firstPages<Row>(
  page: (cursor: string | undefined) => Promise<{ readonly body: PageOf<Row>; readonly changed: boolean }>,
  count: number,
) {
  const pages: PageOf<Row>[] = [];
  let changed = false;
  let wanted = count;
  let cursor: string | undefined;
  do {
    const got = await page(cursor);
    pages.push(got.body);
    changed ||= got.changed;
    cursor = got.body.next;
    // A page may be empty and still lead to the next one: nothing to look at is no reason to stop.
    if (got.body.rows.length === 0) wanted += 1;
  } while (cursor !== undefined && pages.length < wanted);
  return { pages, changed };
}

export function problemFrom(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    type: "page",
    title: "Something went wrong in this page",
    status: 0,
    detail: error instanceof Error ? error.message : String(error),
    hint: "Load the page again.",
  };
}

/** When the connection is there again, and, where it is live, when there is news. Ends with the call of what it returns. */
function goOnAsking(ask: () => Promise<boolean>, live: boolean): () => void {
  const end = live ? follow(ask) : undefined;
  const deaf = onConnection((connection) => connection === "fine" && void ask());
  return () => {
    deaf();
    end?.();
  };
}
