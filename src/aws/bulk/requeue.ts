/** Entries that operators have tried again or cancelled. */
import { type EntryState, hasEnded } from "../../bulk/entry.ts";
import { type Item, toAttribute } from "../state/attribute-values.ts";
import { inParallel } from "../state/table.ts";
import { findEntries, findEntry } from "./lists.ts";
import type { Place } from "./place.ts";
import { sendMessages } from "./queue/messages.ts";
import { commit, type Move } from "./records/commit.ts";
import { type EntryRow, hasCome, toEntryRow, waits } from "./records/entry-item.ts";
import { type RunRecord, setRunState } from "./records/run-record.ts";

/** Entries that are moved before the next ones are looked for. */
const PART = 1_000;

/** What has ended waits again; an entry whose message is not sent, should this be cut off, `repair` finds. */
export async function requeueEntries(
  record: RunRecord,
  from: readonly EntryState[],
  ids: readonly string[] | undefined,
  place: Place,
): Promise<number> {
  const states = from.filter(hasEnded);
  const { queues, run } = record;
  if (states.length === 0 || queues === undefined) return 0;
  const by = operator(place);
  let count = 0;
  for await (const rows of ids ? named(record, states, ids, place) : inStates(record, states, place)) {
    const now = place.clock.now();
    const moves = rows.map((row): Move => {
      const where = { state: row.state, attempts: row.attempts };
      const counts = { [row.state]: -1, QUEUED: 1 };
      return { position: row.position, change: { set: waits(now, {}, undefined), where }, counts };
    });
    const made = await commit(record.key, by, moves, place);
    const moved = rows.filter((_, i) => made[i]);
    await sendMessages(queues.queueUrl, moved, place);
    count += moved.length;
  }
  if (count > 0) await setRunState(run.name, ["STOPPED", "FINISHED"], "OPEN", undefined, place);
  return count;
}

/** Their messages stay where they are: whoever receives one finds the entry ended. */
export async function purgeEntries(record: RunRecord, reason: string, place: Place): Promise<number> {
  const by = operator(place);
  let count = 0;
  for await (const rows of inStates(record, ["QUEUED"], place)) {
    const moves = rows.map((row): Move => {
      const where = { state: "QUEUED", attempts: row.attempts };
      const change = { set: hasCome("CANCELLED", reason), where };
      return { position: row.position, change, counts: { QUEUED: -1, CANCELLED: 1 } };
    });
    const made = await commit(record.key, by, moves, place);
    count += made.filter(Boolean).length;
  }
  return count;
}

/** Nobody else counts under this name. */
function operator(place: Place): string {
  return `operator-${place.newId()}`;
}

async function* inStates(
  record: RunRecord,
  states: readonly EntryState[],
  place: Place,
): AsyncGenerator<readonly EntryRow[]> {
  const values = Object.fromEntries(states.map((state, i) => [`:state${i}`, toAttribute(state)]));
  const filter = { expression: `#state IN (${Object.keys(values).join(", ")})`, names: { "#state": "state" }, values };
  for (let after = 0; after < record.loaded; ) {
    const found: readonly Item[] = await findEntries(record, { after, wanted: PART, filter }, place);
    if (found.length === 0) return;
    const rows = found.map(toEntryRow);
    yield rows;
    after = rows.at(-1)?.position ?? record.loaded;
  }
}

async function* named(
  record: RunRecord,
  states: readonly EntryState[],
  ids: readonly string[],
  place: Place,
): AsyncGenerator<readonly EntryRow[]> {
  const found = await inParallel([...new Set(ids)], (id) => findEntry(record, id, place));
  yield found.flatMap((item) => (item ? [toEntryRow(item)] : [])).filter(({ state }) => states.includes(state));
}
