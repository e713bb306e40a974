/** The examples as tests use them: their payloads, and their pixels where the items' `self` links say they are. */
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectUrl } from "../src/payload/object-store.ts";
import type { Payload } from "../src/task/index.ts";

const FOLDER = join(import.meta.dirname, "../examples");
const PLACE = "s3://cirrus-dev-data/examples";

export async function readExample(file: string): Promise<Payload> {
  return JSON.parse(await readFile(join(FOLDER, file), "utf8"));
}

/** URL to path of every file under examples/assets. */
export const exampleObjects: Record<ObjectUrl, string> = Object.fromEntries(
  globSync("assets/**/*.tif", { cwd: FOLDER }).map((path) => [`${PLACE}/${path}`, join(FOLDER, path)]),
);
