/**
 * Brings a task file from S3 or the web into a temporary file: a connection that breaks while entries are checked would
 * otherwise leave half a list, which is a list too in some formats.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import { showUrl } from "../../task/assets/href.ts";
import { fetchFile } from "../../task/batch/fetch-file.ts";
import { AssetUnavailable, TransientError } from "../../task/errors.ts";
import type { TaskFilePorts } from "./task-file-ports.ts";

/** Ten million entries of a kilobyte. */
const MAX_BYTES = 10 * 2 ** 30;
const IDLE_MS = 30_000;

export interface FetchedFile {
  readonly path: string;
  remove(): Promise<void>;
}

export async function fetchTaskFile(url: string, ports: TaskFilePorts): Promise<FetchedFile> {
  const folder = await mkdtemp(join(tmpdir(), "cirrus-tasks-"));
  const path = join(folder, "tasks");
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    if (url.startsWith("s3://")) await fetchObject(url, path, ports);
    else await fetchUrl(url, path, ports);
    return { path, remove };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

async function fetchObject(url: string, path: string, { objects }: TaskFilePorts): Promise<void> {
  if (!isObjectUrl(url)) {
    throw unusable(`${url} is not the URL of an object.`, "Write it as s3://bucket/key.");
  }
  if (await objects.download(url, path)) return;
  throw unusable(`There is no object at ${url}.`, "Check the bucket and the key, also upper and lower case.");
}

async function fetchUrl(url: string, path: string, { allowLocal = false, signal }: TaskFilePorts): Promise<void> {
  const limits = { maxBytes: MAX_BYTES, idleMs: IDLE_MS, allowLocal };
  try {
    await fetchFile(url, path, limits, signal ?? new AbortController().signal);
  } catch (thrown) {
    if (thrown instanceof TransientError) {
      throw new TransientError(`The task file cannot be fetched now: ${thrown.message}.`, {
        hint: "Check the address and the network, and try again; or download it and name the file.",
        cause: thrown,
      });
    }
    if (!(thrown instanceof AssetUnavailable)) throw thrown;
    const hint = "Check the URL, and that it can be read without signing in; or download it and name the file.";
    throw unusable(`The task file cannot be fetched: ${thrown.message}.`, hint, thrown);
  }
}

function unusable(message: string, hint: string, cause?: unknown): CirrusError {
  return new CirrusError(message, { hint, cause, exitCode: EXIT.config });
}

/** As messages show it: signed URLs have their secrets in the query. */
export function showSource(file: string): string {
  if (file === "-") return "standard input";
  return isRemote(file) ? showUrl(file) : file;
}

export function isRemote(file: string): boolean {
  return /^(?:s3|https?):\/\//i.test(file);
}
