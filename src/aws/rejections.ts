/**
 * Rejections as objects in the payload bucket: one under its ID, and a small one that marks its time, so that a
 * listing finds the newest first.
 */
import { CirrusError, TransientError } from "../errors.ts";
import type { Rejection, Rejections } from "../events/rejections.ts";
import { decodeCursor, encodeCursor, pageSize } from "../pages.ts";
import type { ObjectStore, ObjectUrl } from "../payload/object-store.ts";
import type { PayloadUrls } from "../payload/object-urls.ts";
import { queryTime } from "../state/query-time.ts";
import { boundedCount } from "../state/state-store.ts";

export interface S3RejectionsOptions {
  readonly objects: ObjectStore;
  readonly urls: PayloadUrls;
}

const JSON_TYPE = { contentType: "application/json" } as const;

export function makeS3Rejections({ objects, urls }: S3RejectionsOptions): Rejections {
  async function readJson(url: ObjectUrl): Promise<unknown> {
    const found = await objects.get(url);
    if (found.outcome === "missing") return undefined;
    if (found.outcome === "found") return JSON.parse(Buffer.from(found.body).toString("utf8"));
    throw new CirrusError(
      `The rejection at ${url} cannot be read: ${found.outcome === "denied" ? found.message : found.outcome}`,
    );
  }

  async function read(id: string): Promise<Rejection | undefined> {
    // Written by `recordOne` and by nothing else, and so are the marks.
    return (await readJson(urls.rejection(id))) as Rejection | undefined;
  }

  async function readMarked(mark: ObjectUrl): Promise<Rejection | undefined> {
    const marked = (await readJson(mark)) as { readonly id: string } | undefined;
    return marked && read(marked.id);
  }

  /** The mark comes second: it must bear the time of the rejection that was stored, which may be an earlier one. */
  async function recordOne(rejection: Rejection): Promise<void> {
    const { id } = rejection;
    const stored = await objects.put(urls.rejection(id), JSON.stringify(rejection), { ...JSON_TYPE, ifAbsent: true });
    const first = stored === "stored" ? rejection : await read(id);
    if (first === undefined) throw new TransientError(`The rejection ${id} was removed while it was recorded.`);
    await objects.put(urls.rejectionMark(Date.parse(first.at), id), JSON.stringify({ id }), JSON_TYPE);
  }

  /** Marks in the order of the list; the key alone says which come at the same time. */
  async function* marks(after: string | undefined): AsyncIterable<ObjectUrl> {
    let sameTime: ObjectUrl[] = [];
    let time = "";
    for await (const { url } of objects.list(urls.rejectionMarks)) {
      if (timeOf(url) !== time) {
        yield* behind(sameTime, after);
        sameTime = [];
        time = timeOf(url);
      }
      sameTime.push(url);
    }
    yield* behind(sameTime, after);
  }

  return {
    async record(rejections) {
      await Promise.all(rejections.map(recordOne));
    },

    async list({ limit, cursor }) {
      const size = pageSize(limit);
      const [after] = cursor === undefined ? [undefined] : decodeCursor("rejections", cursor, [""]);
      const found: ObjectUrl[] = [];
      for await (const url of marks(after)) {
        found.push(url);
        if (found.length > size) break;
      }
      const shown = found.slice(0, size);
      const items = await Promise.all(shown.map((url) => readMarked(url)));
      const last = shown.at(-1);
      return {
        // One whose object has been removed since is left out.
        items: items.filter((item) => item !== undefined),
        ...(found.length > size && last !== undefined && { next: encodeCursor("rejections", [last]) }),
      };
    },

    get: read,

    /** The marks' keys tell their times: nothing is read but a listing, and it begins with the newest. */
    async count(since, most) {
      const oldest = timeOf(urls.rejectionMark(Date.parse(queryTime(since)), ""));
      let found = 0;
      for await (const { url } of objects.list(urls.rejectionMarks)) {
        if (timeOf(url) > oldest || found > most) break;
        found += 1;
      }
      return boundedCount(found, most);
    },
  };
}

/** `after` is the last mark of the page before. Of the same time, the later IDs come first. */
function behind(sameTime: readonly ObjectUrl[], after: string | undefined): readonly ObjectUrl[] {
  const ordered = sameTime.toReversed();
  if (after === undefined) return ordered;
  return ordered.filter((url) => timeOf(url) > timeOf(after) || (timeOf(url) === timeOf(after) && url < after));
}

function timeOf(url: string): string {
  return url.slice(0, url.lastIndexOf("/"));
}
