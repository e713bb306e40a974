/**
 * How long the API takes to list and count payloads among a million of them, for every combination of its filters, to
 * find one, and to show the first view: in process, from the request to the answer's JSON. The limit is 100 ms at the
 * 95th percentile. The peer is the same question as a bare statement of SQLite over the same tables, which makes no JSON.
 *
 * `npm run bench:api -- --rows 100000` for fewer payloads, `--every 4` for a quarter of the questions, `--keep FILE` for
 * a database that is there the next time.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { WINDOWS } from "../src/api/shapes/home.ts";
import { renderTable } from "../src/cli/terminal/table.ts";
import { type Database, openDatabase } from "../src/embedded/database/database.ts";
import { type Ask, makeAsker } from "./api/asker.ts";
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
  options: {
    rows: { type: "string", default: "1000000" },
    every: { type: "string", default: "1" },
    keep: { type: "string" },
  },
});
const rows = Number(options.rows);
const every = Number(options.every);
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

interface Measured extends Taken {
  readonly kind: string;
  readonly what: string;
  readonly filter: Question["filter"];
  readonly peerMs: number;
}

async function measure(db: Database): Promise<void> {
  const ask = makeAsker(db);
  const peer = makePeer(db);
  const days = (rows * SECONDS_BETWEEN) / 86_400;
  const measured: Measured[] = await firstView(ask);
  for (const { kind, filter } of questionsOf(kindsOf(NOW, days)).filter((_, place) => place % every === 0)) {
    const query = new URLSearchParams(Object.entries(filter));
    for (const order of ["newest", "oldest"] as const) {
      const list = `/v1/payloads?${query}&order=${order}&limit=100`;
      const first = await fastest(() => ask(list));
      const peerMs = (await timed(() => peer.list(filter, order))).ms;
      measured.push({ kind, what: order, filter, ...first, peerMs });
      const cursor = await deepCursor(ask, `/v1/payloads?${query}&order=${order}&limit=1000`);
      if (cursor === undefined) continue;
      const deep = await fastest(() => ask(`${list}&cursor=${cursor}`));
      measured.push({ kind, what: `${order}, deep`, filter, ...deep, peerMs: Number.NaN });
    }
    const count = await fastest(() => ask(`/v1/payloads/count?${query}`));
    const peerMs = (await timed(() => peer.count(filter, MOST_COUNTED))).ms;
    measured.push({ kind, what: "count", filter, ...count, peerMs });
  }
  print(measured);
}

/** What the page opens with, and single payloads. */
async function firstView(ask: Ask): Promise<Measured[]> {
  const found: Measured[] = [];
  for (const window of WINDOWS) {
    const home = await fastest(() => ask(`/v1/home?window=${window}`));
    found.push({ kind: "home", what: window, filter: {}, ...home, peerMs: Number.NaN });
  }
  for (const { id } of (await ask("/v1/payloads?limit=20")).rows ?? []) {
    const one = await fastest(() => ask(`/v1/payload?id=${encodeURIComponent(id)}`));
    found.push({ kind: "payload", what: "by its ID", filter: {}, ...one, peerMs: Number.NaN });
  }
  return found;
}

async function deepCursor(ask: Ask, path: string): Promise<string | undefined> {
  let next: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    next = (await ask(next === undefined ? path : `${path}&cursor=${next}`)).next;
    if (next === undefined) return undefined;
  }
  return next;
}

interface Taken {
  readonly ms: number;
  /** Of this process: what another one did meanwhile is not in it. */
  readonly cpuMs: number;
}

/** Of a few rounds, so that what else the machine does is left out. */
async function fastest(work: () => unknown): Promise<Taken> {
  const rounds: Taken[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await timed(work));
  return {
    ms: Math.min(...rounds.map(({ ms }) => ms)),
    cpuMs: Math.min(...rounds.map(({ cpuMs }) => cpuMs)),
  };
}

async function timed(work: () => unknown): Promise<Taken> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1000 };
}

function print(measured: readonly Measured[]): void {
  console.log(`${machine()}\n${rows} payloads, ${measured.length} questions, the fastest of ${ROUNDS} rounds each\n`);
  const groups = Map.groupBy(measured, ({ kind, what }) => `${kind}, ${what}`);
  const columns = [
    "questions",
    "p50 ms",
    "p95 ms",
    "slowest ms",
    "CPU p95 ms",
    "p95 of 100 ms",
    "SQLite p95 ms",
    "ratio",
  ];
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
    quantile(
      group.map(({ cpuMs }) => cpuMs),
      0.95,
    ).toFixed(1),
    `${((100 * p95) / LIMIT_MS).toFixed(0)} %`,
    Number.isNaN(peer95) ? "" : peer95.toFixed(1),
    Number.isNaN(peer95) ? "" : `${(peer95 / p95).toFixed(1)}×`,
  ];
}
