/**
 * Moves entries from one state to the next: the entry, the attempt that ends with it, and the counts, in one transaction.
 * Those whose condition does not hold are left out, and the others are made.
 */
import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { isoTime } from "../../../clock.ts";
import { TransientError } from "../../../errors.ts";
import type { Item } from "../../state/attribute-values.ts";
import { inParallel, slices, type Table } from "../../state/table.ts";
import { transact } from "../../state/transact.ts";
import { type Change, updateOf } from "../../state/update-item.ts";
import type { Place } from "../place.ts";
import { type CountChange, countUpdate } from "./counts.ts";
import { entryKey, type RunKey } from "./keys.ts";

export interface Move {
  readonly position: number;
  readonly change: Change;
  /** The attempt that ends. */
  readonly ended?: Item | undefined;
  readonly counts: CountChange;
}

/** A transaction has at most 100 items: two a move, and the counts. */
const MOST_MOVES = 49;
const TRIES = 8;
const FIRST_WAIT_MS = 25;

/** Which of them were made, in their order. `by` is whoever makes them. */
export async function commit(
  run: RunKey,
  by: string,
  moves: readonly Move[],
  place: Place,
): Promise<readonly boolean[]> {
  const made: boolean[] = moves.map(() => false);
  for (const wave of wavesOf(moves)) {
    await inParallel(slices(wave, MOST_MOVES), async (slice) => {
      const done = await place.lanes(by, (lane) => commitSlice(slice, { run, by, lane }, place));
      for (const index of done) made[index] = true;
    });
  }
  return made;
}

type Numbered = readonly [index: number, move: Move];

/** A transaction writes no item twice: the second move of an entry waits for the first. */
function wavesOf(moves: readonly Move[]): readonly (readonly Numbered[])[] {
  const waves: Numbered[][] = [];
  for (const same of Map.groupBy(moves.entries(), ([, { position }]) => position).values()) {
    for (const [turn, one] of same.entries()) {
      const wave = waves[turn] ?? [];
      wave.push(one);
      waves[turn] = wave;
    }
  }
  return waves;
}

interface Counting {
  readonly run: RunKey;
  readonly by: string;
  readonly lane: number;
}

/** Indexes of those that were made. */
async function commitSlice(moves: readonly Numbered[], counting: Counting, place: Place): Promise<readonly number[]> {
  const table = await place.table();
  let left = moves;
  let tries = 0;
  while (left.length > 0) {
    const refused = await make(left, counting, place.newId(), table);
    if (refused === undefined) return left.map(([index]) => index);
    const kept = left.filter((one) => !refused.has(one));
    if (kept.length === left.length) {
      tries += 1;
      if (tries === TRIES) {
        throw new TransientError(`The entries of ${counting.run.name} are being written by others at the same time.`, {
          hint: "It usually passes: try again in a moment.",
        });
      }
      await table.clock.sleep(table.random() * FIRST_WAIT_MS * 2 ** tries);
    }
    left = kept;
  }
  return [];
}

/** Those whose condition does not hold, none where all may be made a moment later; undefined where all were made. */
async function make(
  moves: readonly Numbered[],
  { run, by, lane }: Counting,
  token: string,
  { client, table, clock }: Table,
): Promise<ReadonlySet<Numbered> | undefined> {
  const updated = isoTime(clock.now());
  const writes = moves.flatMap((one): readonly (readonly [Numbered, TransactWriteItem])[] => {
    const { position, change, ended } = one[1];
    const set = { updated, ...change.set };
    const Update = updateOf(table, entryKey(run, position), { ...change, set });
    return [[one, { Update }], ...(ended ? [[one, { Put: { TableName: table, Item: ended } }] as const] : [])];
  });
  const counts = countUpdate(
    table,
    run,
    { by, lane },
    moves.map(([, move]) => move.counts),
  );
  const items = [...writes.map(([, write]) => write), ...(counts ? [{ Update: counts }] : [])];
  const codes = await transact(items, token, { client });
  return codes && new Set(writes.filter((_, i) => codes[i] === "ConditionalCheckFailed").map(([one]) => one));
}
