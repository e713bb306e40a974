/**
 * How long it takes, and how much memory, to load a task file of a million entries into the store of one machine: read,
 * checked with a schema, looked through for repeated IDs, stored. `node bench/load.ts 100000 csv` for another size or format.
 */
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { DEFAULT_POLICY } from "../src/bulk/retry-policy.ts";
import { renderTable } from "../src/cli/terminal/table.ts";
import { systemClock } from "../src/clock.ts";
import { makeEmbeddedBulk } from "../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../src/embedded/database/database.ts";
import { makeObjectStore } from "../src/embedded/objects/object-store.ts";
import { type LoadProgress, loadRun } from "../src/queue/load-run.ts";
import { machine } from "./figures.ts";

const [, , first = "1000000", format = "json", folder, which = "cirrus"] = process.argv;

interface Measured {
  readonly readSeconds: number;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly entries: number;
}

const LOADS = {
  cirrus: { title: "Cirrus: checked, durable, as a stream", load },
  bare: { title: "the limit: JSON.parse of the whole file, inserts into a table in one transaction", load: loadBare },
} as const;
type Name = keyof typeof LOADS;

if (folder === undefined) await compare(Number(first));
else console.log(JSON.stringify(await LOADS[which as Name].load(join(folder, `../tasks.${format}`), folder))); // as compare() says

/** Each load is a process of its own, so that its memory is its own. */
async function compare(count: number): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), "cirrus-bench-load-"));
  try {
    const file = join(temporary, `tasks.${format}`);
    await pipeline(Readable.from(textOf(count)), createWriteStream(file));
    const megabytes = (statSync(file).size / 1e6).toFixed(0);
    const names: readonly Name[] = format === "json" ? ["cirrus", "bare"] : ["cirrus"];
    const measured = names.map((name) => ({ name, ...measure(name, temporary) }));
    const limit = measured.find(({ name }) => name === "bare")?.seconds;
    console.log(`${machine()}\n${count} entries, ${format}, ${megabytes} MB\n`);
    const right = { align: "right" as const };
    console.log(
      renderTable(
        [
          { title: "" },
          ...["read and checked", "loaded", "entries/s", "against the limit", "peak memory"].map((title) => ({
            title,
            ...right,
          })),
        ],
        measured.map(({ name, readSeconds, seconds, peakMiB, entries }) => [
          LOADS[name].title,
          `${readSeconds.toFixed(1)} s`,
          `${seconds.toFixed(1)} s`,
          `${Math.round(entries / seconds)}`,
          limit === undefined ? "" : (limit / seconds).toFixed(2),
          `${peakMiB.toFixed(0)} MiB`,
        ]),
      ),
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function measure(name: Name, temporary: string): Measured {
  const folder = join(temporary, name);
  mkdirSync(folder);
  const { stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, first, format, folder, name], {
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Measured; // printed by the load
}

function* textOf(count: number): Generator<string> {
  if (format === "json") yield "[\n";
  if (format === "csv") yield "task_id,num1:number,num2:number,band\n";
  const step = 1000;
  for (let from = 0; from < count; from += step) {
    const rows = Array.from({ length: Math.min(step, count - from) }, (_, index) => rowOf(from + index));
    yield rows.join(format === "json" ? ",\n" : "\n") + (format === "json" && from + step < count ? ",\n" : "\n");
  }
  if (format === "json") yield "]\n";
}

function rowOf(number: number): string {
  const id = `scene-${String(number).padStart(8, "0")}`;
  if (format === "csv") return `${id},${number},${number * 2},B04`;
  const data = { num1: number, num2: number * 2, band: "B04" };
  if (format === "yaml") return `- task_id: ${id}\n  data: ${JSON.stringify(data)}`;
  return JSON.stringify({ task_id: id, data });
}

async function load(file: string, into: string): Promise<Measured> {
  const database = openDatabase(join(into, "cirrus.db"));
  const { runs } = makeEmbeddedBulk(database, { clock: systemClock, folder: into });
  const started = performance.now();
  let readUntil = started;
  const onProgress = ({ step }: LoadProgress) => {
    if (step === "read") readUntil = performance.now();
  };
  const { run } = await loadRun(
    { runs, objects: makeObjectStore(into), stdin: process.stdin },
    {
      run: {
        name: "additions",
        task: { kind: "task", name: "add" },
        limits: { maxRuntimeSeconds: 60, cpus: 1, graceSeconds: 5 },
        policy: DEFAULT_POLICY,
      },
      taskFile: { file },
      schema: z.object({ num1: z.number(), num2: z.number(), band: z.string() }),
      onProgress,
    },
  );
  database.close();
  return measuredFrom(started, readUntil, run.entries);
}

/** Nothing is checked, and an ID that comes twice is an error of the database. */
async function loadBare(file: string, into: string): Promise<Measured> {
  const started = performance.now();
  const entries = JSON.parse(readFileSync(file, "utf8")) as { task_id: string; data: object }[]; // as textOf() writes them
  const readUntil = performance.now();
  const database = new DatabaseSync(join(into, "bare.db"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE entries (task_id TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT");
  const insert = database.prepare("INSERT INTO entries VALUES (?, ?)");
  database.exec("BEGIN");
  for (const { task_id, data } of entries) insert.run(task_id, JSON.stringify(data));
  database.exec("COMMIT");
  database.close();
  return measuredFrom(started, readUntil, entries.length);
}

function measuredFrom(started: number, readUntil: number, entries: number): Measured {
  return {
    readSeconds: (readUntil - started) / 1000,
    seconds: (performance.now() - started) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    entries,
  };
}
