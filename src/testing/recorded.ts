/**
 * A payload that was recorded where it ran, as a folder of a test's fixtures:
 *
 *     payload.json     what the task got
 *     recorded.json    where it comes from, and what was known of each of its objects
 *     objects/…        the bodies of those that are small enough
 */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod";
import { CirrusError, EXIT } from "../errors.ts";
import type { Json } from "../json.ts";

export const PAYLOAD_FILE = "payload.json";
export const MANIFEST_FILE = "recorded.json";

const recordedObject = z.union([
  z.object({ file: z.string(), size: z.int(), sha256: z.string() }),
  /** Its body was left out. */
  z.object({ size: z.int() }),
  /** It could not be read, and why. */
  z.object({ unavailable: z.string() }),
]);

const manifest = z.object({
  payloadId: z.string().optional(),
  workflow: z.string().optional(),
  state: z.string().optional(),
  place: z.string().optional(),
  recordedAt: z.string(),
  /** How it ended there. */
  error: z.object({ error: z.string(), cause: z.string() }).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  objects: z.record(z.string(), recordedObject),
});

export type RecordedObject = z.output<typeof recordedObject>;
export type RecordedManifest = z.output<typeof manifest>;

export interface Recorded {
  readonly payload: Json;
  readonly manifest: RecordedManifest;
  /** Paths of the bodies that were recorded, by URL. */
  readonly files: Readonly<Record<string, string>>;
  /** Why an object has no body here, by URL. */
  readonly absent: ReadonlyMap<string, string>;
}

export async function readRecorded(folder: string): Promise<Recorded> {
  const payload = await readJson(join(folder, PAYLOAD_FILE), (value) => value);
  const read = await readJson(join(folder, MANIFEST_FILE), (value) => manifest.parse(value));
  const files: Record<string, string> = {};
  const absent = new Map<string, string>();
  for (const [url, object] of Object.entries(read.objects)) {
    if ("file" in object) files[url] = join(folder, object.file);
    else if ("unavailable" in object) absent.set(url, object.unavailable);
    else absent.set(url, leftOut(url, object.size, basename(folder)));
  }
  return { payload, manifest: read, files, absent };
}

function leftOut(url: string, size: number, fixture: string): string {
  return `${url} has ${size} bytes and was left out when ${fixture} was recorded; record it with a larger --max-size, or give the test a file for it: objects: { "${url}": "…" }`;
}

async function readJson<T>(path: string, parse: (value: Json) => T): Promise<T> {
  try {
    return parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new CirrusError(
      `${path} is no part of a recorded payload: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: "Record one: npx cirrus execution record <payload-id> <folder>",
        exitCode: EXIT.usage,
        cause,
      },
    );
  }
}
