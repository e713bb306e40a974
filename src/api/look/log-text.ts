/** Pages of a log that is one text. */
import { decodeCursor, encodeCursor } from "../../pages.ts";
import type { LogPageView } from "../shapes/executions.ts";

export interface LogText {
  /** Tells it from other logs. */
  readonly name: string;
  readonly lines: readonly string[];
}

export interface TextPageRequest {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** How many lines are enough: 1000. */
  readonly enough?: number | undefined;
  readonly ended: boolean;
}

const KIND = "log-text";

export function pageOfText({ lines }: LogText, { after, enough = 1_000, ended }: TextPageRequest): LogPageView {
  const [from] = after === undefined ? [0] : decodeCursor(KIND, after, [0]);
  const to = Math.min(lines.length, from + enough);
  return {
    lines: lines.slice(from, to).map((message) => ({ message })),
    next: encodeCursor(KIND, [to]),
    rest: to < lines.length ? "more" : ended ? "ended" : "growing",
  };
}
