/** What the old routes answer: the same stores in the shapes that their clients know. */
import { isoTime } from "../../clock.ts";
import type { ParsedPayloadId } from "../../payload/payload-id.ts";
import { type ActivityCount, INTERVAL_MS, type Interval, periodsOf } from "../../state/activity.ts";
import type { ListQuery, PayloadRecord, StateStore } from "../../state/state-store.ts";
import { STATES } from "../../state/states.ts";
import { defined } from "../defined.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { Item, ItemPage, Landing, Stats, WorkflowSummary } from "../shapes/reference.ts";

const JSON_TYPE = "application/json";

/** The workflows that really exist, with the collections whose payloads they have. */
export async function landingPage(
  { workflows, functions }: Pick<ApiPorts, "workflows" | "functions">,
  { service, place }: Pick<ApiSettings, "service" | "place">,
  root: string,
): Promise<Landing> {
  const [existing, counts] = await Promise.all([workflows.list(), functions.state.counts()]);
  const used = new Map(counts.map((one) => [`${one.collections}/workflow-${one.workflow}`, one]));
  const children = [...used].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const idle = existing.filter(({ name }) => !counts.some(({ workflow }) => workflow === name));
  return {
    id: `${service}-state-api`,
    description: `The states of payloads ${place}`,
    links: [
      { rel: "self", href: root, type: JSON_TYPE },
      { rel: "service-desc", href: `${root}v1/openapi.json`, type: "application/vnd.oai.openapi+json;version=3.1" },
      ...children.map(([path, { collections, workflow }]) => ({
        rel: "child",
        href: root + encodePath(path),
        type: JSON_TYPE,
        title: `${collections} - ${workflow}`,
      })),
      ...idle.map(({ name }) => ({
        rel: "related",
        href: `${root}v1/workflows/${name}`,
        type: JSON_TYPE,
        title: name,
      })),
    ],
  };
}

const DAYS = 60;
const HOURS = 36;
const ROLLING_HOURS = 2;

export async function transitionStats(store: Pick<StateStore, "activity">, now: number): Promise<Stats> {
  const [daily, hourly, fine] = await Promise.all([
    periodsBack(store, "day", DAYS, now),
    periodsBack(store, "hour", HOURS, now),
    periodsBack(store, "5min", (ROLLING_HOURS * INTERVAL_MS.hour) / INTERVAL_MS["5min"], now),
  ]);
  const anHour = fine.length / ROLLING_HOURS;
  const rolling = Array.from({ length: ROLLING_HOURS }, (_, hour) => fine.slice(hour * anHour, (hour + 1) * anHour));
  return {
    state_transitions: {
      daily: daily.map(({ period, counts }) => ({ period, interval: "day", states: byState(counts) })),
      hourly: hourly.map(({ period, counts }) => ({ period, interval: "hour", states: byState(counts) })),
      hourly_rolling: rolling.map((parts, hour) => ({
        period: parts[0]?.period ?? isoTime(now - (ROLLING_HOURS - hour) * INTERVAL_MS.hour),
        interval: "hour",
        states: byState(parts.flatMap(({ counts }) => counts)),
      })),
    },
  };
}

/** So many periods, the last of which is going on; those in which nothing happened among them. */
async function periodsBack(store: Pick<StateStore, "activity">, interval: Interval, length: number, now: number) {
  const span = { interval, from: isoTime(now - (length - 1) * INTERVAL_MS[interval]), to: isoTime(now) };
  const found = Map.groupBy(await store.activity(span), ({ period }) => period);
  return periodsOf(span).map((period) => ({ period, counts: found.get(period) ?? [] }));
}

/** Over all workflows. A payload that came into a state in two parts of a rolling hour is counted in both. */
function byState(counts: readonly ActivityCount[]) {
  return STATES.map((state) => {
    const own = counts.filter((one) => one.state === state);
    return {
      state,
      unique_count: own.reduce((sum, { unique }) => sum + unique, 0),
      count: own.reduce((sum, one) => sum + one.count, 0),
    };
  });
}

export type Collected = Pick<ParsedPayloadId, "collections" | "workflow">;

export async function summarise(
  store: Pick<StateStore, "count">,
  { collections, workflow }: Collected,
  { since, most }: { readonly since: string | undefined; readonly most: number },
): Promise<WorkflowSummary> {
  const counted = await Promise.all(
    STATES.map(async (state) => {
      const { count, atLeast } = await store.count({ collections, workflow, state, since }, most);
      return [state, atLeast ? `${count}+` : count] as const;
    }),
  );
  // One of each state, as they are listed.
  const counts = Object.fromEntries(counted) as WorkflowSummary["counts"];
  return { collections, workflow, counts };
}

export async function listItems(store: Pick<StateStore, "list">, query: ListQuery, root: string): Promise<ItemPage> {
  const { items, next } = await store.list(query);
  return defined({ items: items.map((record) => itemOf(record, [record.execution], root)), nextkey: next });
}

/** Undefined where there is no such payload. */
export async function findItem(
  store: Pick<StateStore, "get" | "history">,
  payloadId: string,
  root: string,
): Promise<Item | undefined> {
  const [record] = await store.get([payloadId]);
  if (record === undefined) return undefined;
  const { items: transitions } = await store.history(payloadId, { limit: MOST_TRANSITIONS });
  const executions = new Set([...transitions.map(({ execution }) => execution), record.execution]);
  return itemOf(record, [...executions], root);
}

/** Of a payload that ran more often than that the oldest executions are told. */
const MOST_TRANSITIONS = 1000;

function itemOf(record: PayloadRecord, executions: readonly string[], root: string): Item {
  const { payloadId, collections, workflow, itemids, state, created, updated, claimedAt } = record;
  const { inputUrl, outputUrl = null, outputs, lastError } = record;
  return defined({
    payload_id: payloadId,
    catid: payloadId,
    collections,
    workflow,
    items: itemids,
    state,
    created,
    updated,
    claimed_at: claimedAt,
    input_payload_url: inputUrl,
    catalog: inputUrl,
    output_payload_url: outputUrl,
    executions: executions.map((name) => `${root}dashboard/execution/${workflow}/${encodeURIComponent(name)}`),
    outputs: outputs.length === 0 ? undefined : [...outputs],
    last_error: lastError && `${lastError.error}: ${lastError.cause}`,
  });
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
