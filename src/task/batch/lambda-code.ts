/** Fetches the code of a deployed Lambda, so that a Batch job can run the very same handler. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { LambdaCode } from "../../aws/lambda-code.ts";
import { CirrusError, TransientError } from "../../errors.ts";
import { fetchFile } from "./fetch-file.ts";
import { unzip } from "./unzip.ts";

/** The code of a task could not be had: its handler has not run. */
export class CodeUnavailable extends CirrusError {}

export interface TaskCode {
  readonly directory: string;
  readonly handler: string;
  /** What the Lambda has in its environment; undefined where the code is no Lambda's. */
  readonly environment?: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** The URL may be one of this machine, as an emulator's is. */
  readonly allowLocal: boolean;
}

/** Lambda takes no more than 250 MB, unpacked. */
const MAX_CODE_BYTES = 250 * 1024 ** 2;
const IDLE_MS = 30_000;

export async function fetchLambdaCode(name: string, code: LambdaCode, options: FetchOptions): Promise<TaskCode> {
  const folder = await mkdtemp(join(tmpdir(), "cirrus-code-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const archive = join(folder, "code.zip");
  const directory = join(folder, "code");
  try {
    const { signal, allowLocal } = options;
    await fetchFile(code.url, archive, { maxBytes: MAX_CODE_BYTES, idleMs: IDLE_MS, allowLocal }, signal);
    await checkSum(archive, code.sha256);
    await mkdir(directory);
    await unzip(archive, directory, { maxBytes: MAX_CODE_BYTES });
    await rm(archive);
    return { directory, handler: code.handler, environment: code.environment, remove };
  } catch (thrown) {
    await remove();
    if (options.signal.aborted || thrown instanceof TransientError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CodeUnavailable(`The code of the Lambda ${name} cannot be used: ${reason}`, {
      hint: "Deploy the task again, then publish the payload again.",
      cause: thrown,
    });
  }
}

async function checkSum(archive: string, expected: string): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(archive), hash);
  const actual = hash.digest("base64");
  if (actual !== expected) throw new CirrusError(`Its SHA-256 is ${actual}, and Lambda says ${expected}`);
}
