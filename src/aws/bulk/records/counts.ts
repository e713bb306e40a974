/**
 * Counts of a run. Whoever moves entries adds what that changes to an item of its own, in the transaction that moves them: so
 * the sum of all these items and of what was loaded is exact, and nobody waits for anybody else to count.
 */
import type { Update } from "@aws-sdk/client-dynamodb";
import type { EntryCounts } from "../../../bulk/bulk-run.ts";
import { ENTRY_STATES } from "../../../bulk/entry.ts";
import { toAttribute } from "../../state/attribute-values.ts";
import { endOf, queryRange } from "../../state/read-items.ts";
import type { Place } from "../place.ts";
import { COUNTS, countKey, type RunKey, shardsOf } from "./keys.ts";
import type { RunRecord } from "./run-record.ts";

export type CountChange = Readonly<Partial<Record<keyof EntryCounts, number>>>;

const NAMES = [...ENTRY_STATES, "attempts"] as const;

export async function readCounts({ key, loaded }: RunRecord, place: Place): Promise<EntryCounts> {
  const range = { partitions: shardsOf(key), from: COUNTS, to: endOf(COUNTS) };
  const items = await queryRange(range, await place.table());
  const totals = NAMES.map((name) => [name, items.reduce((sum, item) => sum + Number(item[name]?.N ?? 0), 0)]);
  // Every name is in NAMES.
  const changed = Object.fromEntries(totals) as EntryCounts;
  return { ...changed, QUEUED: changed.QUEUED + loaded };
}

export function sumOf(changes: readonly CountChange[]): CountChange {
  const totals = NAMES.map((name) => [name, changes.reduce((sum, change) => sum + (change[name] ?? 0), 0)]);
  return Object.fromEntries(totals.filter(([, total]) => total !== 0));
}

/** Undefined where nothing changes. */
export function countUpdate(
  table: string,
  run: RunKey,
  { by, lane }: { readonly by: string; readonly lane: number },
  changes: readonly CountChange[],
): Update | undefined {
  const changed = Object.entries(sumOf(changes));
  if (changed.length === 0) return undefined;
  return {
    TableName: table,
    Key: countKey(run, by, lane),
    UpdateExpression: `ADD ${changed.map(([name]) => `#${name} :${name}`).join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries(changed.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(changed.map(([name, by]) => [`:${name}`, toAttribute(by)])),
  };
}
