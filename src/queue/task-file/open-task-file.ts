/** Where a task file's bytes come from: a path, standard input, S3 or the web. */
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { fetchTaskFile, isRemote } from "./fetch-task-file.ts";
import type { TaskFilePorts } from "./task-file-ports.ts";

export interface OpenedFile {
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

const READ_BYTES = 64 * 1024;

export async function openTaskFile(file: string, ports: TaskFilePorts): Promise<OpenedFile> {
  if (file === "-") return { bytes: ports.stdin, close: async () => {} };
  if (isRemote(file)) {
    const { path, remove } = await fetchTaskFile(file, ports);
    return { bytes: readBytes(path), close: remove };
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(file)) {
    throw new CirrusError(`${file} cannot be read: its scheme is not known.`, {
      hint: "Task files are read from paths, - (standard input), s3:// and https://.",
      exitCode: EXIT.config,
    });
  }
  return { bytes: readBytes(findLocalFile(file)), close: async () => {} };
}

/** The path of a file that is there. */
export function findLocalFile(file: string): string {
  const path = resolve(file);
  const found = statSync(path, { throwIfNoEntry: false });
  // A pipe or a device can be read too: `--tasks <(make-tasks)`.
  if (found !== undefined && !found.isDirectory()) return path;
  const what = found === undefined ? "does not exist" : "is a folder";
  throw new CirrusError(`The task file ${file} ${what}.`, { hint: suggestFile(path), exitCode: EXIT.config });
}

function suggestFile(path: string): string {
  const folder = dirname(path);
  if (!existsSync(folder)) return `The folder ${folder} does not exist either.`;
  const near = nearest(basename(path), readdirSync(folder));
  return near === undefined ? `It was looked for in ${folder}.` : `Did you mean ${near}?`;
}

async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: READ_BYTES });
  try {
    // Without an encoding a stream gives buffers.
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
  } finally {
    stream.destroy();
  }
}
