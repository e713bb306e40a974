/** Filters for payloads, the same for every command that looks for several; and what a table shows of each. */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { HOW_TO_WRITE_A_MOMENT, momentOf } from "../../state/query-time.ts";
import type { ListQuery, PayloadRecord } from "../../state/state-store.ts";
import { isState, STATES, type State } from "../../state/states.ts";
import type { Io } from "../terminal/io.ts";
import type { Rows } from "../terminal/output.ts";
import { stateMark } from "../terminal/state-mark.ts";

export interface FilterOptions {
  readonly workflow?: string;
  readonly collections?: string;
  readonly organisation?: string;
  readonly state?: State;
  readonly since?: string;
  readonly until?: string;
  readonly idPrefix?: string;
  readonly errorPrefix?: string;
}

export function addFilterOptions(command: Command, now: () => number = Date.now): Command {
  const parseMoment = (text: string) => moment(text, now());
  return command
    .option("--workflow <name>", "of this workflow")
    .option("--collections <names>", "of these collections, as the payload ID has them")
    .option("--organisation <name>", "of this organisation, as their process definition has it")
    .option("--state <state>", STATES.join(", "), parseState)
    .option("--since <time>", "changed since: 7d, 24h, 30m or 2030-01-31T12:00Z", parseMoment)
    .option("--until <time>", "changed before", parseMoment)
    .option("--id-prefix <text>", "whose ID starts with this")
    .option("--error-prefix <text>", "whose last error starts with this");
}

export function filtersOf(options: FilterOptions): ListQuery {
  const { workflow, collections, organisation, state, since, until, idPrefix, errorPrefix } = options;
  return { workflow, collections, organisation, state, since, until, idPrefix, errorPrefix };
}

export function recordRows(io: Io): Rows<PayloadRecord> {
  return {
    columns: [
      { title: "state" },
      { title: "attempt" },
      { title: "updated" },
      { title: "payload" },
      { title: "error", grows: true },
    ],
    cells: ({ state, attempt, updated, payloadId, lastError }) => [
      stateMark(io, io.stdout, state),
      String(attempt),
      updated,
      payloadId,
      lastError ? `${lastError.error}: ${lastError.cause}` : "",
    ],
    name: ({ payloadId }) => payloadId,
  };
}

export function parseState(text: string): State {
  const state = text.toUpperCase();
  if (isState(state)) return state;
  throw new InvalidArgumentError(`There is no such state. There are: ${STATES.join(", ")}.`);
}

/** `24h`: so long ago. Anything else is a time as ISO 8601 writes it. */
export function moment(text: string, now: number): string {
  const time = momentOf(text, now);
  if (time !== undefined) return time;
  throw new InvalidArgumentError(HOW_TO_WRITE_A_MOMENT);
}
