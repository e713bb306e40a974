/** Items of attempts that have ended. One that runs is known by its entry alone, so that taking an entry is one write. */
import type { AttemptEnd, AttemptRecord } from "../../../bulk/attempt.ts";
import type { Json } from "../../../json.ts";
import type { ObjectStore } from "../../../payload/object-store.ts";
import { type Item, toItem } from "../../state/attribute-values.ts";
import type { Place } from "../place.ts";
import { keepBody, readBody } from "./body.ts";
import { toEntryRow } from "./entry-item.ts";
import { attemptKey, type RunKey } from "./keys.ts";

export interface Tried {
  readonly entryId: string;
  readonly position: number;
  readonly attempt: number;
  readonly worker: string;
  readonly host: string;
}

export async function endedItem(run: RunKey, tried: Tried, end: AttemptEnd, place: Place): Promise<Item> {
  const { position, attempt, worker } = tried;
  // Its members are JSON's; those that are undefined are left out.
  const body = await keepBody(
    end as unknown as Json,
    place.urls(run.name).end(position, attempt, worker),
    place.objects,
  );
  return { ...attemptKey(run, position, attempt), ...toItem({ ...tried, outcome: end.outcome, ...body }) };
}

/** Of the item of an attempt, or of an entry that is being run. */
export async function toAttempt(run: string, item: Item, objects: ObjectStore): Promise<AttemptRecord> {
  const { holder, id, attempts } = "outcome" in item ? NO_ENTRY : toEntryRow(item);
  if (holder !== undefined) {
    const { worker, host, startedAt } = holder;
    return { run, entryId: id, attempt: attempts, worker, host, startedAt };
  }
  // What endedItem stored.
  const end = (await readBody(item, objects)) as unknown as AttemptEnd;
  const { entryId, worker, host, attempt } = item;
  return {
    run,
    entryId: entryId?.S ?? "",
    attempt: Number(attempt?.N),
    worker: worker?.S ?? "",
    host: host?.S ?? "",
    ...end,
  };
}

const NO_ENTRY = { holder: undefined, id: "", attempts: 0 };
