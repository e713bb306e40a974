/**
 * What copying assets costs beyond the copying: 2,000 small and 4 large files between two buckets of one machine by the task
 * copy-assets, against the same files copied in parallel with nothing around it; and the memory that a 2 GiB asset takes.
 * `node bench/assets.ts 9` for another number of rounds.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, mkdtemp, open, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pLimit from "p-limit";
import { renderTable } from "../src/cli/terminal/table.ts";
import { makeObjectStore } from "../src/embedded/objects/object-store.ts";
import { startS3Endpoint } from "../src/embedded/s3/endpoint.ts";
import { wholeEnvironment } from "../src/env.ts";
import { copyAssets } from "./assets/copy-run.ts";
import { machine, median, spread } from "./figures.ts";

const MiB = 1024 ** 2;
/** As `aws s3 cp --recursive`: max_concurrent_requests. */
const AT_A_TIME = 10;
const rounds = Number(process.argv[2] ?? "5");

const SETS = [
  { title: "2,000 files of 64 KiB", count: 2000, bytes: 64 * 1024 },
  { title: "4 files of 256 MiB", count: 4, bytes: 256 * MiB },
] as const;
type Files = (typeof SETS)[number];

const work = await mkdtemp(join(tmpdir(), "cirrus-bench-assets-"));

/** One way to copy all files of `source` into a folder that is not there yet. */
type Copy = (names: readonly string[], source: string, target: string) => Promise<void>;

/** What is stored survives a power cut: the limit promises the same, or it would be measured how fast memory is. */
const LIMIT = "the limit: copied by the kernel, 10 at a time, synced";

const COPIES: Readonly<Record<string, Copy>> = {
  "copied by the kernel, 10 at a time, not synced": (names, source, target) =>
    each(names, (name) => copyFile(join(source, name), join(target, name))),
  [LIMIT]: (names, source, target) =>
    each(names, async (name) => {
      await copyFile(join(source, name), join(target, name));
      const file = await open(join(target, name));
      await file.sync();
      await file.close();
    }),
  "copy-assets: checked, described, synced": (names) =>
    copyAssets({
      objects: makeObjectStore(join(work, "objects")),
      hrefs: names.map((name) => `s3://source/${name}`),
      bucket: "target",
    }),
};

try {
  console.log(`${machine()}\n`);
  for (const files of SETS) await measureCopies(files);
  await measureMemory();
} finally {
  await rm(work, { recursive: true });
}

async function each(names: readonly string[], act: (name: string) => Promise<void>): Promise<void> {
  await Promise.all(names.map(limitOf(act)));
}

function limitOf(act: (name: string) => Promise<void>): (name: string) => Promise<void> {
  const limit = pLimit(AT_A_TIME);
  return (name) => limit(act, name);
}

async function measureCopies(files: Files): Promise<void> {
  const [source, target] = [join(work, "objects", "source"), join(work, "objects", "target")];
  const names = await writeFiles(files, source);
  const measured = Object.keys(COPIES).map((name) => ({ name, seconds: [] as number[], cpu: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    // One after the other in each round: what else the machine does then meets all of them alike.
    for (const { name, seconds, cpu } of measured) {
      await mkdir(target, { recursive: true });
      const [began, used] = [performance.now(), process.cpuUsage()];
      await COPIES[name]?.(names, source, target);
      seconds.push((performance.now() - began) / 1000);
      const { user, system } = process.cpuUsage(used);
      cpu.push((user + system) / 1e6);
      await rm(target, { recursive: true });
    }
  }
  await rm(source, { recursive: true });
  const limit = measured.find(({ name }) => name === LIMIT);
  const share = (own: readonly number[], limits: readonly number[] = own) =>
    `${(median(own.map((one, round) => (limits[round] ?? one) / one)) * 100).toFixed(0)} %`;
  const rows = measured.map(({ name, seconds, cpu }) => [
    name,
    spread(seconds.map((one) => files.count / one)),
    spread(seconds.map((one) => (files.count * files.bytes) / MiB / one)),
    share(seconds, limit?.seconds),
    spread(cpu, 1),
    share(cpu, limit?.cpu),
  ]);
  print(`${files.title}, ${rounds} rounds`, ["files/s", "MiB/s", "of the limit", "CPU seconds", "of the limit"], rows);
}

async function writeFiles({ count, bytes }: Files, folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const names = Array.from({ length: count }, (_, i) => `${i}.tif`);
  const content = randomBytes(bytes);
  for (const name of names) await writeFile(join(folder, name), content);
  return names;
}

/** Each copy is a process of its own, so that its memory is its own. */
async function measureMemory(): Promise<void> {
  const folder = join(work, "memory");
  const file = join(folder, "source", "large.tif");
  await mkdir(join(folder, "source"), { recursive: true });
  await mkdir(join(folder, "copies"));
  const web = await serveFile(file);
  const s3 = await startS3Endpoint({ directory: folder, buckets: ["copies"] });
  const ways = [
    ["between objects of one machine", "s3://source/large.tif", folder],
    ["from a web server to objects of one machine", web.url, folder],
    ["from a web server to S3, in parts", web.url, s3.url],
  ] as const;
  const rows: string[][] = [];
  try {
    for (const [title, href, place] of ways) {
      const measure = (bytes: number) => copyOne({ href, place, environment: s3.environment }, file, bytes);
      const [small, large] = [await measure(64 * MiB), await measure(2048 * MiB)];
      rows.push([title, small.peakMiB.toFixed(0), large.peakMiB.toFixed(0), large.seconds.toFixed(1)]);
    }
  } finally {
    await s3.close();
    web.close();
  }
  print("One asset: the most memory that the process had, in MiB", ["64 MiB", "2 GiB", "seconds for 2 GiB"], rows);
}

interface Way {
  readonly href: string;
  readonly place: string;
  readonly environment: Readonly<Record<string, string>>;
}

async function copyOne({ href, place, environment }: Way, file: string, bytes: number) {
  await writeFile(file, "");
  await truncate(file, bytes);
  const program = join(import.meta.dirname, "assets/copy-one.ts");
  const env = { ...wholeEnvironment(), ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [program, href, place], { env });
  return JSON.parse(stdout) as { seconds: number; peakMiB: number }; // what copy-one.ts prints
}

async function serveFile(path: string) {
  const server = createServer(async (_request, response) => {
    const { size } = await stat(path);
    response.writeHead(200, { "content-length": size, etag: `"${size}"` });
    createReadStream(path, { highWaterMark: MiB }).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/large.tif`, close: () => server.close() };
}

function print(title: string, columns: readonly string[], rows: readonly string[][]): void {
  const right = columns.map((column) => ({ title: column, align: "right" as const }));
  console.log(`${title}\n\n${renderTable([{ title: "" }, ...right], rows)}\n`);
}
