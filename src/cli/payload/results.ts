/** The closing table of what became of payloads, and the exit code that tells the truth about it. */
import type { Clock } from "../../clock.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Followed } from "../../runtime/follow.ts";
import { type Io, paint } from "../terminal/io.ts";
import { elapsed, shownState } from "../terminal/progress.ts";
import { stateMark } from "../terminal/state-mark.ts";
import { renderTable } from "../terminal/table.ts";

const TITLES = ["payload", "workflow", "state", "attempts", "duration", "outputs or error"];

export function renderResults(
  io: Io,
  followed: readonly Followed[],
  {
    clock,
    show = (url) => url,
    note = () => undefined,
  }: {
    readonly clock: Clock;
    /** How a person finds an output. */
    readonly show?: (url: string) => string;
    /** What else there is to say of one. */
    readonly note?: (one: Followed) => string | undefined;
  },
): string {
  const columns = TITLES.map((title, index) => ({
    title: paint(io, io.stdout, "bold", title),
    align: index === 3 || index === 4 ? ("right" as const) : ("left" as const),
    grows: index === 0 || index === TITLES.length - 1,
  }));
  const rows = followed.map((one) => [
    nameOf(one),
    one.record?.workflow ?? "",
    stateMark(io, io.stdout, shownState(one)),
    one.record ? String(one.record.attempt) : "",
    elapsed(one, clock),
    [...outcomeLines(one, show), note(one)].filter(Boolean).join("\n"),
  ]);
  return renderTable(columns, rows, io.stdout.isTTY ? (io.stdout.columns ?? 80) : undefined);
}

/** The file for what was published, and an arrow for what was chained from the payload above. */
function nameOf({ payloadId, source, depth }: Followed): string {
  const id = payloadId ?? (depth > 0 ? "(no next payload)" : "(no payload)");
  if (depth === 0) return payloadId === undefined ? source : id;
  return `${"  ".repeat(depth - 1)}└ ${id}`;
}

function outcomeLines(one: Followed, show: (url: string) => string): string[] {
  const { record, outcome } = one;
  if (!record || shownState(one) === "GIVEN UP") return outcome?.reason === undefined ? [] : [outcome.reason];
  if (record.lastError) return [`${record.lastError.error}: ${record.lastError.cause}`];
  return record.outputs.map(show);
}

/** Why a message did not run its payload, where it did not. */
export function skipNote({ outcome, record }: Followed): string | undefined {
  if (outcome?.payloadId === undefined) return undefined;
  // It may have run since.
  if (outcome.outcome === "waiting") return record?.state === "WAITING" ? outcome.reason : undefined;
  return outcome.outcome === "skipped" ? `skipped: ${outcome.reason}` : undefined;
}

/** 0 where all succeeded, 1 where none did, 8 where some did. */
export function exitCodeOf(followed: readonly Followed[]): ExitCode {
  const bad = followed.filter((one) =>
    ["FAILED", "INVALID", "ABORTED", "REJECTED", "GIVEN UP"].includes(shownState(one)),
  ).length;
  if (bad === 0) return EXIT.ok;
  return bad === followed.length ? EXIT.failed : EXIT.partial;
}
