/** Task files for tests: entries of any kind, as texts of every format, and read back from a folder or in any chunks. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import type { Entry } from "../../../src/bulk/entry.ts";
import { ProblemsError } from "../../../src/errors.ts";
import type { JsonObject } from "../../../src/json.ts";
import type { ObjectStore } from "../../../src/payload/object-store.ts";
import { showSource } from "../../../src/queue/task-file/fetch-task-file.ts";
import { makeProblemList } from "../../../src/queue/task-file/problem-list.ts";
import { readEntries, type TaskFileOptions } from "../../../src/queue/task-file/read-task-file.ts";
import type { TaskFilePorts } from "../../../src/queue/task-file/task-file-ports.ts";

export interface Sample {
  readonly id: string;
  readonly data: JsonObject;
}

export async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const noObjects = new Proxy({} as ObjectStore, {
  get() {
    throw new Error("no object store in this test");
  },
});

/** Ports whose standard input is this text. */
export function portsOf(stdin: Uint8Array | string = "", sizes: readonly number[] = []): TaskFilePorts {
  return { objects: noObjects, stdin: chunksOf(Buffer.from(stdin), sizes) };
}

/** Entry by entry; throws ProblemsError at the end where anything is wrong. */
export async function* readTaskFile(options: TaskFileOptions, ports: TaskFilePorts): AsyncGenerator<Entry> {
  const problems = makeProblemList(showSource(options.file));
  for await (const entries of readEntries(options, ports, problems)) yield* entries;
  problems.raise();
}

/** Reads a text as standard input. */
export async function read(
  text: string | Uint8Array,
  options: Omit<TaskFileOptions, "file"> & { readonly sizes?: readonly number[] } = {},
): Promise<readonly Entry[]> {
  const { sizes, ...rest } = options;
  return Array.fromAsync(readTaskFile({ file: "-", ...rest }, portsOf(text, sizes)));
}

/** What is wrong with a text, one line a problem: `line path message`. */
export async function problemsOf(
  text: string | Uint8Array,
  options: Omit<TaskFileOptions, "file"> = {},
): Promise<readonly string[]> {
  return (await failureOf(read(text, options))).problems.map(({ line, path, message }) =>
    [line, path, message].filter((part) => part !== undefined).join(" "),
  );
}

export async function failureOf(reading: Promise<unknown>): Promise<ProblemsError> {
  const thrown = await reading.then(
    () => new Error("it went well"),
    (error: unknown) => error,
  );
  if (thrown instanceof ProblemsError) return thrown;
  throw thrown;
}

export function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-task-file-"));
  return use(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
}

export function write(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function shape({ id, data }: Sample): JsonObject {
  return { task_id: id, data };
}

/** `<<` would be a merge key, not one of the data. */
const QUOTED_KEYS = { defaultKeyType: "QUOTE_DOUBLE" } as const;

export const texts: Readonly<Record<string, (samples: readonly Sample[]) => string>> = {
  json: (samples) => JSON.stringify(samples.map(shape)),
  "indented json": (samples) => JSON.stringify(samples.map(shape), null, 2),
  jsonl: (samples) => samples.map((sample) => JSON.stringify(shape(sample))).join("\n"),
  yaml: (samples) => stringify(samples.map(shape), QUOTED_KEYS),
  "yaml documents": (samples) => samples.map((sample) => stringify(shape(sample), QUOTED_KEYS)).join("---\n"),
  csv: (samples) =>
    ["task_id,whole:json", ...samples.map(({ id, data }) => `${quote(id)},${quote(JSON.stringify(data))}`)].join("\n"),
};

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** IDs are unique; -0 is no JSON. */
export const samples: fc.Arbitrary<readonly Sample[]> = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter((id) => !/\p{Cc}/u.test(id)),
    data: fc
      .dictionary(fc.string({ unit: "grapheme", maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }))
      .map((data) => JSON.parse(JSON.stringify(data)) as JsonObject),
  }),
  { minLength: 1, maxLength: 12, selector: ({ id }) => id },
);
