/** The payloads in `examples/` and what each says it comes to. */
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import * as z from "zod";
import { CirrusError, EXIT } from "../errors.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import type { Followed } from "../runtime/follow.ts";
import { STATES } from "../state/states.ts";
import { shownState } from "./terminal/progress.ts";

const outcome = z.strictObject({
  workflow: z.string(),
  state: z.enum(STATES),
  /** What the error's name starts with. */
  error: z.string().optional(),
});
const expectation = outcome.extend({ chain: z.array(outcome).optional() });
const expectations = z.record(z.string(), expectation);

export type ExpectedOutcome = z.infer<typeof outcome>;
export type Expectation = z.infer<typeof expectation>;

export interface Example {
  /** Within the folder. */
  readonly file: string;
  readonly path: string;
  readonly expected: Expectation;
}

export async function readExamples(directory: string): Promise<readonly Example[]> {
  const path = join(directory, "expected.json");
  if (!existsSync(path)) {
    throw new CirrusError(`There are no examples: ${path} does not exist.`, { exitCode: EXIT.notFound });
  }
  const parsed = expectations.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (!parsed.success) {
    throw new CirrusError(`${path} is not as it should be:\n${z.prettifyError(parsed.error)}`, {
      exitCode: EXIT.config,
    });
  }
  return Object.entries(parsed.data).map(([file, expected]) => ({ file, path: join(directory, file), expected }));
}

/** Puts the examples' assets where their items say they are: `examples/assets/` of the data bucket. */
export async function storeAssets(directory: string, bucket: string, objects: ObjectStore): Promise<void> {
  const assets = join(directory, "assets");
  if (!existsSync(assets)) return;
  for (const entry of await readdir(assets, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const url = `s3://${bucket}/examples/${relative(directory, path).split(sep).join("/")}` as const;
    if ((await objects.head(url))?.size !== (await stat(path)).size) await objects.upload(path, url);
  }
}

/** What differs from what the example says; undefined where nothing does. `chained` are the links after it. */
export function difference(expected: Expectation, one: Followed, chained: readonly Followed[]): string | undefined {
  const links = expected.chain ?? [];
  if (chained.length !== links.length) return `expected ${links.length} chained payloads, found ${chained.length}`;
  return [
    mismatch(expected, one),
    ...links.map((link) => {
      const match = chained.find(({ record }) => record?.workflow === link.workflow);
      return match ? mismatch(link, match) : `expected a chained payload of ${link.workflow}`;
    }),
  ].find((text) => text !== undefined);
}

function mismatch({ state, error }: ExpectedOutcome, one: Followed): string | undefined {
  if (shownState(one) !== state) return `expected ${state}, found ${shownState(one)}`;
  const found = one.record?.lastError?.error ?? "no error";
  return error !== undefined && !found.startsWith(error) ? `expected the error ${error}, found ${found}` : undefined;
}
