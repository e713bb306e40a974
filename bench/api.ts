/**
 * How long the API takes to list and count payloads among a million of them, for every combination of its filters: in
 * process, from the request to the answer's JSON. The limit is 100 ms at the 95th percentile. The peer is the same
 * question as a bare statement of SQLite over the same tables, which makes no JSON.
 *
 * `npm run bench:api -- --rows 100000` for fewer payloads, `--keep FILE` for a database that is there the next time.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { OpenAPIHono } from "@hono/zod-openapi";
import { refuseParameters } from "../src/api/answers.ts";
import type { Api, ApiEnv } from "../src/api/app.ts";
import { addPolicy } from "../src/api/policy.ts";
import type { ApiPorts, ApiSettings } from "../src/api/ports.ts";
import { addPayloadRoutes } from "../src/api/routes/payloads.ts";
import { renderTable } from "../src/cli/terminal/table.ts";
import { systemClock } from "../src/clock.ts";
import { type Database, openDatabase } from "../src/embedded/database/database.ts";
import { makeStateStore } from "../src/embedded/state/state-store.ts";
import { silentLog } from "../src/log.ts";
import { NOW, SECONDS_BETWEEN, writeManyPayloads } from "./api/many-payloads.ts";
import { makePeer } from "./api/peer.ts";
import { kindsOf, type Question, questionsOf } from "./api/questions.ts";
import { machine, quantile } from "./figures.ts";

const LIMIT_MS = 100;
const ROUNDS = 2;
/** Pages of a thousand between the first one and the one that is measured as deep. */
const PAGES = 3;
const MOST_COUNTED = 100_000;

const { values: options } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, keep: { type: "string" } },
});
const rows = Number(options.rows);
const folder = mkdtempSync(join(tmpdir(), "cirrus-bench-"));
const path = options.keep ?? join(folder, "cirrus.db");
try {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    console.error(`Writing ${rows} payloads …`);
    writeManyPayloads(path, rows);
  }
  const db = openDatabase(path);
  await measure(db);
  db.close();
} finally {
  rmSync(folder, { recursive: true });
}

interface Measured {
  readonly kind: string;
  readonly what: string;
  readonly filter: Question["filter"];
  readonly ms: number;
  readonly peerMs: number;
}

async function measure(db: Database): Promise<void> {
  const ask = makeAsker(db);
  const peer = makePeer(db);
  const days = (rows * SECONDS_BETWEEN) / 86_400;
  const measured: Measured[] = [];
  for (const { kind, filter } of questionsOf(kindsOf(NOW, days))) {
    const query = new URLSearchParams(Object.entries(filter));
    for (const order of ["newest", "oldest"] as const) {
      const list = `/v1/payloads?${query}&order=${order}&limit=100`;
      const first = await fastest(() => ask(list));
      measured.push({ kind, what: order, filter, ms: first, peerMs: await fastest(() => peer.list(filter, order)) });
      const cursor = await deepCursor(ask, `/v1/payloads?${query}&order=${order}&limit=1000`);
      if (cursor === undefined) continue;
      const deep = await fastest(() => ask(`${list}&cursor=${cursor}`));
      measured.push({ kind, what: `${order}, deep`, filter, ms: deep, peerMs: Number.NaN });
    }
    const ms = await fastest(() => ask(`/v1/payloads/count?${query}`));
    measured.push({ kind, what: "count", filter, ms, peerMs: await fastest(() => peer.count(filter, MOST_COUNTED)) });
  }
  print(measured);
}

type Ask = (path: string) => Promise<{ readonly next?: string }>;

/** The routes of payloads alone, with what lists and counts need of the ports. */
function makeAsker(db: Database): Ask {
  const functions = { state: makeStateStore(db, { clock: systemClock }), clock: systemClock, log: silentLog };
  const settings: ApiSettings = {
    version: "0.0.0",
    place: "here",
    service: "bench",
    flags: "",
    live: "events",
    shownUrls: [],
    corsOrigins: [],
  };
  const api: Api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseParameters });
  addPolicy(api, silentLog, settings);
  // What these routes do not use is not there.
  addPayloadRoutes(api, { functions } as unknown as ApiPorts, settings);
  return async (path) => {
    const response = await api.request(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    // The routes' own shapes.
    return (await response.json()) as { readonly next?: string };
  };
}

async function deepCursor(ask: Ask, path: string): Promise<string | undefined> {
  let next: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    next = (await ask(next === undefined ? path : `${path}&cursor=${next}`)).next;
    if (next === undefined) return undefined;
  }
  return next;
}

/** Of a few rounds, so that what else the machine does is left out. */
async function fastest(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

function print(measured: readonly Measured[]): void {
  console.log(`${machine()}\n${rows} payloads, ${measured.length} questions, the fastest of ${ROUNDS} rounds each\n`);
  const groups = Map.groupBy(measured, ({ kind, what }) => `${kind}, ${what}`);
  const columns = ["questions", "p50 ms", "p95 ms", "slowest ms", "p95 of 100 ms", "SQLite p95 ms", "ratio"];
  console.log(
    renderTable(
      [{ title: "what is asked for" }, ...columns.map((title) => ({ title, align: "right" as const }))],
      [...[...groups].map(([name, group]) => rowOf(name, group)), rowOf("all", measured)],
    ),
  );
  console.log("\nThe slowest:");
  for (const { kind, what, filter, ms } of measured.toSorted((a, b) => b.ms - a.ms).slice(0, 5)) {
    console.log(`  ${ms.toFixed(1)} ms  ${kind}, ${what}: ${JSON.stringify(filter)}`);
  }
}

function rowOf(name: string, group: readonly Measured[]): string[] {
  const times = group.map(({ ms }) => ms);
  const peer = group.map(({ peerMs }) => peerMs).filter((ms) => !Number.isNaN(ms));
  const [p95, peer95] = [quantile(times, 0.95), quantile(peer, 0.95)];
  return [
    name,
    String(group.length),
    quantile(times, 0.5).toFixed(1),
    p95.toFixed(1),
    Math.max(...times).toFixed(1),
    `${((100 * p95) / LIMIT_MS).toFixed(0)} %`,
    Number.isNaN(peer95) ? "" : peer95.toFixed(1),
    Number.isNaN(peer95) ? "" : `${(peer95 / p95).toFixed(1)}×`,
  ];
}
