/** The item of an entry: what it was loaded with, where it stands, and who is at it. */

import { ENTRY_STATES, type Entry, type EntryRecord, type EntryState } from "../../../bulk/entry.ts";
import type { Retries } from "../../../bulk/retry-policy.ts";
import { isoTime } from "../../../clock.ts";
import type { JsonObject } from "../../../json.ts";
import type { ObjectStore } from "../../../payload/object-store.ts";
import { type Item, toItem } from "../../state/attribute-values.ts";
import { type Body, readBody } from "./body.ts";
import { entryKey, idKey, type RunKey } from "./keys.ts";

export interface EntryRow {
  readonly item: Item;
  readonly id: string;
  readonly position: number;
  readonly state: EntryState;
  readonly attempts: number;
  readonly retries: Retries;
  /** When a QUEUED entry may be tried, in milliseconds. */
  readonly due: number;
  /** Of a RUNNING one. */
  readonly holder?: Holder | undefined;
}

export interface Holder {
  readonly worker: string;
  readonly host: string;
  /** ISO 8601 */
  readonly startedAt: string;
  /** Milliseconds */
  readonly until: number;
  /** Made up when it was taken, as a number of an attempt that is given back is used again. */
  readonly lease: string;
}

export function newEntryItem(run: RunKey, { id, line }: Entry, position: number, data: Body, now: number): Item {
  return {
    ...entryKey(run, position),
    ...toItem({
      id,
      idKey: idKey(run, id),
      position,
      line,
      ...data,
      state: "QUEUED",
      attempts: 0,
      due: now,
      updated: isoTime(now),
    }),
  };
}

/** What an entry that waits has, and no other. */
export function waits(due: number, retries: Retries, reason: string | undefined) {
  return { state: "QUEUED", due, retries: JSON.stringify(retries), reason: shorten(reason), ...nobody };
}

/** What an entry that is run has, and no other. */
export function isHeld(holder: Holder, attempts: number) {
  return { state: "RUNNING", attempts, ...holder, due: undefined, reason: undefined, sent: undefined };
}

export function hasCome(state: "DONE" | "FAILED" | "CANCELLED", reason: string | undefined) {
  return { state, reason: shorten(reason), due: undefined, sent: undefined, ...nobody };
}

/** The whole message is in the attempt's record; an item has 400 kB at most. */
const MOST_REASON = 1_000;

function shorten(reason: string | undefined): string | undefined {
  return reason !== undefined && reason.length > MOST_REASON ? `${reason.slice(0, MOST_REASON)}…` : reason;
}

const nobody = { worker: undefined, host: undefined, startedAt: undefined, until: undefined, lease: undefined };

export function toEntryRow(item: Item): EntryRow {
  const text = (name: string) => item[name]?.S ?? "";
  const number = (name: string) => Number(item[name]?.N ?? 0);
  const state = toState(text("state"));
  return {
    item,
    id: text("id"),
    position: number("position"),
    state,
    attempts: number("attempts"),
    retries: JSON.parse(item.retries?.S ?? "{}"),
    due: number("due"),
    ...(state === "RUNNING" && {
      holder: {
        worker: text("worker"),
        host: text("host"),
        startedAt: text("startedAt"),
        until: number("until"),
        lease: text("lease"),
      },
    }),
  };
}

/** With its data, wherever they are kept. */
export async function readEntry(item: Item, objects: ObjectStore): Promise<Entry> {
  // What load stored, which takes the data of entries alone.
  const data = (await readBody(item, objects)) as JsonObject;
  return { id: item.id?.S ?? "", data, ...(item.line && { line: Number(item.line.N) }) };
}

export async function toEntryRecord(run: string, item: Item, objects: ObjectStore): Promise<EntryRecord> {
  const { state, position, attempts, due } = toEntryRow(item);
  return {
    run,
    entry: await readEntry(item, objects),
    position,
    state,
    attempts,
    updated: item.updated?.S ?? "",
    ...(item.reason && { reason: item.reason.S }),
    ...(state === "QUEUED" && attempts > 0 && { dueAt: isoTime(due) }),
  };
}

function toState(text: string): EntryState {
  const state = ENTRY_STATES.find((one) => one === text);
  if (state === undefined) throw new Error(`The table of bulk runs holds an entry in the state "${text}".`);
  return state;
}
