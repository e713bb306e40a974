/** Logs of Lambdas and Batch jobs in CloudWatch Logs. */
import type { GetLogEventsCommandInput, OutputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { isoTime } from "../clock.ts";
import type { LogLine, TaskLogs } from "../executions/jobs.ts";
import { foreignCursor } from "../pages.ts";
import type { Logs } from "./services/logs.ts";

/** Where Batch's own stream names (`definition/default/id`) live. */
export const BATCH_LOG_GROUP = "/aws/batch/job";

export interface CloudWatchTaskLogsOptions {
  readonly logs: () => Promise<Logs>;
  /** Of streams that are named without one; Batch's unless told otherwise. */
  readonly group?: string | undefined;
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  /** Where the next call goes on; there may be lines later although there are none now. */
  readonly next: string | undefined;
}

export interface LogSearch {
  /** `/aws/lambda/<name>` */
  readonly group: string;
  /** A text that the lines hold, such as a request ID. */
  readonly text: string;
  /** ISO 8601 */
  readonly since: string;
  readonly until?: string | undefined;
}

export interface CloudWatchTaskLogs extends TaskLogs {
  /** Forwards from `cursor`, or from the beginning; undefined where there is no such stream yet. */
  readFrom(stream: string, cursor?: string): Promise<LogPage | undefined>;
  /** Every line of a group with a text; nothing where there is no such group. */
  search(query: LogSearch): Promise<readonly LogLine[]>;
}

/** CloudWatch may answer with an empty page although more follow; so many in a row are the end all the same. */
const MOST_EMPTY_PAGES = 50;
const MOST_EVENTS = 10_000;

export function makeCloudWatchTaskLogs({
  logs,
  group = BATCH_LOG_GROUP,
}: CloudWatchTaskLogsOptions): CloudWatchTaskLogs {
  /** `/aws/lambda/<name>/<stream>` names its group too. */
  function locate(stream: string): { readonly logGroupName: string; readonly logStreamName: string } {
    const [, named, rest] = /^(\/aws\/[^/]+\/[^/]+)\/(.+)$/.exec(stream) ?? [];
    return { logGroupName: named ?? group, logStreamName: rest ?? stream };
  }

  async function getPage(input: GetLogEventsCommandInput) {
    try {
      return await (await logs()).getLogEvents(input);
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      // A token is good for a day; and one that CloudWatch never gave is no better.
      if (input.nextToken !== undefined && nameOf(thrown) === "InvalidParameterException") {
        throw foreignCursor("to this log, or is older than a day", input.nextToken);
      }
      throw thrown;
    }
  }

  return {
    async tail(stream, lines) {
      const found: LogLine[] = [];
      let token: string | undefined;
      for (let empty = 0; found.length < lines && empty < MOST_EMPTY_PAGES; ) {
        const page = await getPage({
          ...locate(stream),
          startFromHead: false,
          limit: Math.min(lines - found.length, MOST_EVENTS),
          ...(token !== undefined && { nextToken: token }),
        });
        if (page === undefined) return undefined;
        const { events = [], nextBackwardToken } = page;
        found.unshift(...events.map(toLine));
        empty = events.length === 0 ? empty + 1 : 0;
        // The token that was sent comes back: this is where the stream begins.
        if (nextBackwardToken === undefined || nextBackwardToken === token) break;
        token = nextBackwardToken;
      }
      return found;
    },

    async readFrom(stream, cursor) {
      const found: LogLine[] = [];
      let token = cursor;
      for (let empty = 0; found.length < MOST_EVENTS && empty < MOST_EMPTY_PAGES; ) {
        const page = await getPage({
          ...locate(stream),
          startFromHead: true,
          ...(token !== undefined && { nextToken: token }),
        });
        if (page === undefined) return undefined;
        const { events = [], nextForwardToken } = page;
        found.push(...events.map(toLine));
        empty = events.length === 0 ? empty + 1 : 0;
        if (nextForwardToken === undefined || nextForwardToken === token) break;
        token = nextForwardToken;
      }
      return { lines: found, next: token };
    },

    async search({ group: logGroupName, text, since, until }) {
      const found: LogLine[] = [];
      let nextToken: string | undefined;
      try {
        do {
          const page = await (await logs()).filterLogEvents({
            logGroupName,
            filterPattern: JSON.stringify(text),
            startTime: Date.parse(since),
            ...(until !== undefined && { endTime: Date.parse(until) }),
            ...(nextToken !== undefined && { nextToken }),
          });
          found.push(...(page.events ?? []).map(toLine));
          nextToken = page.nextToken;
        } while (nextToken !== undefined && found.length < MOST_EVENTS);
      } catch (thrown) {
        if (!isMissing(thrown)) throw thrown;
      }
      return found;
    },
  };
}

function toLine({ timestamp = 0, message = "" }: OutputLogEvent): LogLine {
  return { at: isoTime(timestamp), message: message.replace(/\n$/, "") };
}

function isMissing(thrown: unknown): boolean {
  return nameOf(thrown) === "ResourceNotFoundException";
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : "";
}
