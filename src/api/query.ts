/** Query parameters as texts that the stores understand. */
import { CirrusError, EXIT } from "../errors.ts";
import { HOW_TO_WRITE_A_MOMENT, momentOf } from "../state/query-time.ts";
import type { ListQuery } from "../state/state-store.ts";
import type { PayloadFilter } from "./shapes/payloads.ts";

/** A time, or `24h` before now. */
export function askedTime(parameter: string, text: string, now: number): string {
  const time = momentOf(text, now);
  if (time !== undefined) return time;
  throw new CirrusError(`${parameter}: "${text.slice(0, 80)}" is not a time.`, {
    hint: HOW_TO_WRITE_A_MOMENT,
    exitCode: EXIT.usage,
  });
}

/** What the store chooses payloads by. */
export function payloadQuery(filter: PayloadFilter, now: number): ListQuery {
  const { since, until, ...rest } = filter;
  return {
    ...rest,
    ...(since !== undefined && { since: askedTime("since", since, now) }),
    ...(until !== undefined && { until: askedTime("until", until, now) }),
  };
}
