/**
 * Finds entries that wait without a message, and sends them one: SQS forgets a message after two weeks, gives it up after it was
 * received a thousand times, and whoever was to send it may have been stopped before.
 */
import { hasEnded } from "../../../bulk/entry.ts";
import { toAttribute } from "../../state/attribute-values.ts";
import { findEntries } from "../lists.ts";
import type { Place } from "../place.ts";
import { commit } from "../records/commit.ts";
import { readCounts } from "../records/counts.ts";
import { toEntryRow } from "../records/entry-item.ts";
import type { RunRecord } from "../records/run-record.ts";
import { sendMessages } from "./messages.ts";
import { queueDepth } from "./queues.ts";

/** What SQS estimates is up to a minute old, and a message that was just received is not yet a lease. */
const GRACE_MS = 120_000;
const PART = 1_000;

/**
 * How many were sent. With messages that can be received nothing is missed: who waits for a lost one is found when the queue has
 * run dry, and the entries are looked through only where there are more of them than messages.
 */
export async function repairRun(record: RunRecord, place: Place): Promise<number> {
  const { queues, run } = record;
  if (run.state !== "OPEN" || queues === undefined) return 0;
  const depth = await queueDepth(queues, place);
  if (depth.visible + depth.delayed > 0) return 0;
  const { QUEUED, RUNNING } = await readCounts(record, place);
  if (QUEUED + RUNNING <= depth.inFlight) return 0;
  let count = 0;
  for (let after = 0; after < record.loaded; ) {
    const found = await findEntries(record, { after, wanted: PART, filter: overdue(place.clock.now()) }, place);
    if (found.length === 0) break;
    const rows = found.map(toEntryRow).filter(({ state }) => !hasEnded(state));
    // Marked first, so that the next look, a minute later, does not send them again.
    const moves = rows.map(({ position, state, attempts }) => {
      const change = { set: { sent: place.clock.now() }, where: { state, attempts } };
      return { position, change, counts: {} };
    });
    const made = await commit(record.key, "repair", moves, place);
    const lost = rows.filter((_, i) => made[i]);
    await sendMessages(queues.queueUrl, lost, place);
    count += lost.length;
    after = rows.at(-1)?.position ?? record.loaded;
  }
  return count;
}

function overdue(now: number) {
  return {
    expression:
      "((#state = :queued AND #due < :since) OR (#state = :running AND #until < :since)) AND (attribute_not_exists(#sent) OR #sent < :since)",
    names: { "#state": "state", "#due": "due", "#until": "until", "#sent": "sent" },
    values: {
      ":queued": toAttribute("QUEUED"),
      ":running": toAttribute("RUNNING"),
      ":since": toAttribute(now - GRACE_MS),
    },
  };
}
