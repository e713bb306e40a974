/**
 * How long it takes, and how much memory, to load a task file of a million entries into the store of one machine: read,
 * checked with a schema, looked through for repeated IDs, stored. `node bench/load.ts 100000 csv` for another size or format.
 */
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { DEFAULT_POLICY } from "../src/bulk/retry-policy.ts";
import { systemClock } from "../src/clock.ts";
import { makeEmbeddedBulk } from "../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../src/embedded/database/database.ts";
import { makeObjectStore } from "../src/embedded/objects/object-store.ts";
import { type LoadProgress, loadRun } from "../src/queue/load-run.ts";
import { machine } from "./figures.ts";

const [, , first = "1000000", format = "json", folder] = process.argv;

interface Measured {
  readonly readSeconds: number;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly entries: number;
}

if (folder === undefined) await compare(Number(first));
else console.log(JSON.stringify(await load(join(folder, `tasks.${format}`), folder)));

/** Each load is a process of its own, so that its memory is its own. */
async function compare(count: number): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), "cirrus-bench-load-"));
  try {
    const file = join(temporary, `tasks.${format}`);
    await pipeline(Readable.from(textOf(count)), createWriteStream(file));
    const megabytes = (statSync(file).size / 1e6).toFixed(0);
    const { stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, first, format, temporary], {
      encoding: "utf8",
    });
    if (stdout === "") throw new Error(stderr);
    const { readSeconds, seconds, peakMiB, entries } = JSON.parse(stdout) as Measured; // printed by load()
    console.log(`${machine()}\n`);
    console.log("| entries | file | read and checked | loaded | entries/s | peak memory |");
    console.log("| ---: | --- | ---: | ---: | ---: | ---: |");
    console.log(
      `| ${entries} | ${format}, ${megabytes} MB | ${readSeconds.toFixed(1)} s | ${seconds.toFixed(1)} s | ${Math.round(entries / seconds)} | ${peakMiB.toFixed(0)} MiB |`,
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
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
  const ended = performance.now();
  database.close();
  return {
    readSeconds: (readUntil - started) / 1000,
    seconds: (ended - started) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    entries: run.entries,
  };
}
