/** The payloads that an action is about: which they are when it begins, and whether they are still as they were then. */
import type { ChosenPayloads } from "../../actions/action-request.ts";
import type { PayloadFilter, PayloadRecord } from "../../state/state-store.ts";
import type { ActPorts } from "./ports.ts";
import { type Chosen, failed, type Result, skipped, type Target } from "./progress.ts";
import type { ActionFacts } from "./work-of.ts";

const LIST = 1000;
/** So many are done at a time: after a crash no more than these are looked at again. */
export const PAGE = 50;

export async function choosePayloads(
  { payloadIds, filter }: ChosenPayloads,
  { at }: Pick<ActionFacts, "at">,
  after: string | undefined,
  { functions: { state } }: ActPorts,
): Promise<Chosen> {
  if (filter === undefined) {
    const ids = [...new Set(payloadIds)];
    const records = await state.get(ids);
    return { targets: ids.map((id, index) => targetOf(id, records[index])) };
  }
  const until = filter.until === undefined || filter.until > at ? at : filter.until;
  // The oldest first: what changes while they are chosen leaves the choice and does not shift what follows.
  const { items, next } = await state.list({ ...filter, until, order: "oldest", limit: LIST, cursor: after });
  return { targets: items.map((record) => targetOf(record.payloadId, record)), ...(next !== undefined && { next }) };
}

function targetOf(id: string, record: PayloadRecord | undefined): Target {
  return record === undefined ? { id } : { id, version: record.version, execution: record.execution };
}

/** Their records as they are now, by payload ID. */
export async function recordsOf(
  targets: readonly Target[],
  { functions: { state } }: ActPorts,
): Promise<ReadonlyMap<string, PayloadRecord>> {
  const records = await state.get(targets.map(({ id }) => id));
  return new Map(records.flatMap((record) => (record === undefined ? [] : [[record.payloadId, record]])));
}

export function noSuchPayload({ id }: Target): Result {
  return failed(id, "there is no such payload");
}

export function changedSince({ id }: Target, { state }: PayloadRecord): Result {
  return skipped(id, `it has changed since the action began: it is ${state} now`);
}

/** `214 payloads that FAILED in mirror` */
export function payloadsText({ payloadIds, filter }: ChosenPayloads, count: number | undefined): string {
  const [only] = payloadIds ?? [];
  if (filter === undefined && only !== undefined && new Set(payloadIds).size === 1) return only;
  const many = filter === undefined ? new Set(payloadIds).size : count;
  const payloads = many === 1 ? "1 payload" : many === undefined ? "payloads" : `${many} payloads`;
  return [payloads, ...(filter === undefined ? [] : choiceText(filter))].join(" ");
}

function choiceText(filter: PayloadFilter): readonly string[] {
  const { state, workflow, collections, organisation, idPrefix, errorPrefix, since, until } = filter;
  const all = [
    state && (state === "FAILED" || state === "SUCCEEDED" ? `that ${state}` : `that are ${state}`),
    workflow && `in ${workflow}`,
    collections && `of ${collections}`,
    organisation && `of the organisation ${organisation}`,
    idPrefix && `whose ID starts with ${idPrefix}`,
    errorPrefix && `whose error starts with ${errorPrefix}`,
    since && `changed since ${since}`,
    until && `changed until ${until}`,
  ];
  return all.flatMap((text) => text || []);
}
