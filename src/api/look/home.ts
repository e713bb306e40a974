/** Everything that the page's first view shows: is everything well, and what is going on? */
import { isoTime } from "../../clock.ts";
import { lookAtLoops } from "../../loop/look/look-at-loops.ts";
import { type ActivityCount, INTERVAL_MS, type Interval, periodsOf } from "../../state/activity.ts";
import type { Count } from "../../state/state-store.ts";
import type { State } from "../../state/states.ts";
import { defined } from "../defined.ts";
import type { ApiBulk, ApiLoops, ApiPorts } from "../ports.ts";
import type { Home, WINDOWS } from "../shapes/home.ts";
import { payloadRow } from "./payload-row.ts";

export type Window = (typeof WINDOWS)[number];

/** Each is made of whole periods, of which the last is the one that goes on. */
const WINDOW_PERIODS: Readonly<Record<Window, { readonly interval: Interval; readonly count: number }>> = {
  "1h": { interval: "5min", count: 12 },
  "24h": { interval: "hour", count: 24 },
  "7d": { interval: "hour", count: 7 * 24 },
  "30d": { interval: "day", count: 30 },
};

/** Longer than most executions take: whatever stands still for so long is worth a look. */
const STUCK_AFTER_MS = 3_600_000;
const MOST_COUNTED = 100;
const STUCK_ROWS = 10;
const RUNNING_ROWS = 20;

export async function lookAtHome(ports: ApiPorts, window: Window): Promise<Home> {
  const { state, rejections, clock } = ports.functions;
  const now = clock.now();
  const { interval, count } = WINDOW_PERIODS[window];
  const length = INTERVAL_MS[interval];
  const periods = periodsOf({ interval, from: isoTime(now - (count - 1) * length), to: isoTime(now) });
  const [from = isoTime(now)] = periods;
  const before = isoTime(Date.parse(from) - count * length);
  const stuckBefore = isoTime(now - STUCK_AFTER_MS);
  const [counts, activity, workflows, queues, rejected, stuck, running, bulk, loops] = await Promise.all([
    state.counts(),
    state.activity({ interval, from: before, to: isoTime(now) }),
    ports.workflows.list(),
    ports.queues.depths(),
    rejections.count(from, MOST_COUNTED),
    state.listUnsettled({ before: stuckBefore, limit: MOST_COUNTED }),
    state.list({ state: "PROCESSING", order: "oldest", limit: RUNNING_ROWS }),
    ports.bulk && lookAtBulk(ports.bulk),
    ports.loops && countLoops(ports.loops, ports),
  ]);
  return defined({
    matrix: matrixOf(new Set(workflows.map(({ name }) => name)), counts, activity, periods),
    periods: [...periods],
    window,
    queues: queues.map((depth) => defined(depth)),
    rejected: { ...rejected },
    stuck: {
      count: stuck.items.length,
      atLeast: stuck.next !== undefined,
      stuckAfterMs: STUCK_AFTER_MS,
      rows: stuck.items.slice(0, STUCK_ROWS).map(payloadRow),
    },
    running: running.items.map(payloadRow),
    bulk,
    loops,
  });
}

type Row = Home["matrix"][number];

/** Those that exist, and those that have payloads and exist no more. In the order of their names. */
function matrixOf(
  existing: ReadonlySet<string>,
  counts: readonly Count[],
  activity: readonly ActivityCount[],
  periods: readonly string[],
): Row[] {
  const rows = new Map<string, Row>();
  const places = new Map(periods.map((period, place) => [period, place]));
  const rowOf = (workflow: string) => {
    const row = rows.get(workflow) ?? { workflow, now: {}, window: {}, before: {}, series: {} };
    rows.set(workflow, row);
    return row;
  };
  for (const workflow of existing) rowOf(workflow);
  for (const { workflow, state, count } of counts) add(rowOf(workflow).now, state, count);
  for (const { workflow, state, period, count } of activity) {
    const place = places.get(period);
    const row = rowOf(workflow);
    add(place === undefined ? row.before : row.window, state, count);
    if (place === undefined) continue;
    const series = row.series[state] ?? periods.map(() => 0);
    series[place] = count;
    row.series[state] = series;
  }
  return [...rows.values()].toSorted((a, b) => (a.workflow < b.workflow ? -1 : 1));
}

function add(sums: Partial<Record<State, number>>, state: State, count: number): void {
  sums[state] = (sums[state] ?? 0) + count;
}

async function lookAtBulk({ runs }: ApiBulk): Promise<NonNullable<Home["bulk"]>> {
  const open = (await runs.list()).filter(({ state }) => state === "OPEN" || state === "LOADING");
  return { open: open.length, runs: open.map(({ name }) => name) };
}

async function countLoops({ store, files }: ApiLoops, { functions }: ApiPorts): Promise<NonNullable<Home["loops"]>> {
  const look = lookAtLoops(store, files, functions.clock);
  const [loops, organisations] = await Promise.all([look.loops(), look.organisations()]);
  const sum = (member: "running" | "failing" | "broken") => organisations.reduce((all, one) => all + one[member], 0);
  return {
    loops: loops.length,
    running: sum("running"),
    failing: sum("failing"),
    broken: sum("broken"),
    paused: loops.filter(({ paused }) => paused !== undefined).length,
  };
}
