/**
 * GDAL as WebAssembly in a thread of its own: it computes without pause for minutes, in which a task has to hear that
 * its time is over. This file is both ends: the thread loads it again, so that a bundle of it is whole.
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parentPort, Worker, workerData } from "node:worker_threads";
import type { Dataset, Gdal } from "gdal3.js/node.js";

/**
 * One step of GDAL. Paths are relative to `folder`, and GDAL sees nothing of the machine but that folder: some formats
 * are only lists of other files, and a payload must not choose which of the machine's are read.
 */
export interface Job {
  readonly folder: string;
  readonly source: string;
  /** What the step makes of the source; without it, the source is only described. */
  readonly make?: {
    readonly tool: "gdal_translate" | "gdalwarp";
    readonly options: readonly string[];
    /** A file name without its extension, which GDAL chooses. */
    readonly name: string;
  };
}

export type Answer =
  | { readonly outcome: "done"; readonly info: unknown; readonly path: string }
  | { readonly outcome: "failed"; readonly message: string };

/** MB of pixels that GDAL keeps. Of the 2 GiB that WebAssembly gives it, the rest is for what it works on. */
const CACHE_MB = "256";

const ROLE = "cirrus-gdal";
const OUTPUT = "/output";

/** A thread that GDAL starts in. */
export function startThread(): Worker {
  // Options of this process, such as a test runner's, are not meant for it.
  return new Worker(new URL(import.meta.url), { workerData: ROLE, execArgv: [] });
}

if (parentPort !== null && workerData === ROLE) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  /** GDAL has one stream for what goes wrong. */
  let said: string[] = [];
  const starting = startGdal((text) => said.push(...text.split("\n")));
  let mounted: string | undefined;
  port.on("message", async (job: Job) => {
    said = [];
    try {
      const gdal = await starting;
      mounted = mount(gdal, mounted, job.folder);
      port.postMessage(await work(gdal, job));
    } catch (thrown) {
      port.postMessage({ outcome: "failed", message: causeOf(thrown, said) });
    }
  });
}

async function startGdal(errorHandler: (text: string) => void): Promise<Gdal> {
  const { default: initGdal } = await import("gdal3.js/node.js");
  // It takes the path for one relative to the working directory, whatever it looks like.
  const folder = join(dirname(fileURLToPath(import.meta.resolve("gdal3.js/node.js"))), "dist", "package");
  // Of every disk it would believe that 2 GB are free.
  const env = { GDAL_CACHEMAX: CACHE_MB, GDAL_PAM_ENABLED: "NO", CHECK_DISK_FREE_SPACE: "NO" };
  return initGdal({ path: relative(process.cwd(), folder), env, errorHandler, logHandler: () => {} });
}

function mount(gdal: Gdal, mounted: string | undefined, folder: string): string {
  if (mounted === folder) return folder;
  const { FS, NODEFS } = gdal.Module;
  if (mounted !== undefined) FS.unmount(OUTPUT);
  FS.mount(NODEFS, { root: folder }, OUTPUT);
  return folder;
}

async function work(gdal: Gdal, { source, make }: Job): Promise<Answer> {
  const path = make === undefined ? source : await makeRaster(gdal, source, make);
  const dataset = await openRaster(gdal, path);
  const info = await gdal.gdalinfo(dataset, ["-json"]);
  await gdal.close(dataset);
  return { outcome: "done", info, path };
}

async function makeRaster(gdal: Gdal, source: string, { tool, options, name }: NonNullable<Job["make"]>) {
  const dataset = await openRaster(gdal, source);
  const { local } = await gdal[tool](dataset, options, name);
  await gdal.close(dataset);
  return local.slice(OUTPUT.length + 1);
}

async function openRaster(gdal: Gdal, path: string): Promise<Dataset> {
  const { datasets, errors } = await gdal.open(`${OUTPUT}/${path}`);
  const [dataset] = datasets;
  if (dataset === undefined) throw errors;
  return dataset;
}

/** What is thrown is often only that nothing came of it; the first error that was printed is the cause. */
function causeOf(thrown: unknown, said: readonly string[]): string {
  const printed = said.find((line) => line.startsWith("ERROR"))?.replace(/^ERROR \d+: /, "");
  const cause = printed ?? (messageOf(thrown) || "it is no raster that GDAL knows");
  // Some begin with the place in GDAL's own source.
  return cause.replace(/^\S+\.cpp, \d+: /, "").replaceAll(`${OUTPUT}/`, "");
}

/** GDAL throws plain objects, and lists of them. */
function messageOf(thrown: unknown): string {
  if (Array.isArray(thrown)) return thrown.map(messageOf).join(" ").trim();
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) return String(thrown.message).trim();
  return String(thrown);
}
