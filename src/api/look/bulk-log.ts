/** Logs of a bulk run's attempts, page by page. Of one that ended all is kept: whoever reads on reads the same. */
import type { AttemptRecord } from "../../bulk/attempt.ts";
import { NotFound } from "../answers.ts";
import type { ApiBulk } from "../ports.ts";
import type { LogPageView } from "../shapes/executions.ts";
import { type LogText, pageOfText } from "./log-text.ts";

export interface BulkLogQuery {
  readonly run: string;
  readonly entry: string;
  readonly attempt: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  /** Lines. */
  readonly limit?: number | undefined;
}

export function makeBulkLogReader() {
  let last: LogText | undefined;

  return async (query: BulkLogQuery, bulk: ApiBulk): Promise<LogPageView> => {
    const { log, outcome } = await findAttempt(query, bulk);
    const ended = outcome !== undefined;
    if (log === undefined) return { lines: [], rest: ended ? "ended" : "growing" };
    const text = last?.name === log ? last : { name: log, lines: linesOf((await bulk.logs.read(log)) ?? "", ended) };
    // What was read while the attempt ran is not all of it.
    if (ended) last = text;
    return pageOfText(text, { after: query.cursor, enough: query.limit, ended });
  };
}

/** As long as it grows, without the line that is still being written: the page after this one begins with it. */
function linesOf(text: string, ended: boolean): readonly string[] {
  const whole = (ended ? text : text.slice(0, text.lastIndexOf("\n") + 1)).trimEnd();
  return whole === "" ? [] : whole.split("\n");
}

async function findAttempt({ run, entry, attempt }: BulkLogQuery, { runs }: ApiBulk): Promise<AttemptRecord> {
  let after: string | undefined;
  do {
    const page = await runs.attempts({ run, entryId: entry, after });
    const found = page.rows.find((one) => one.attempt === attempt);
    if (found !== undefined) return found;
    after = page.next;
  } while (after !== undefined);
  throw new NotFound(
    `There is no attempt ${attempt} of ${entry} in ${run}.`,
    `GET /v1/bulk/${run}/attempts lists them.`,
  );
}
