/** The objects and items that an event tells of, or those that lie below prefixes. */
import { InvalidInput, type JsonObject, type ObjectStore, parseObjectUrl } from "cirrus-pipeline/feeder";
import * as z from "zod";
import { type Notice, noticesIn } from "./notifications.ts";
import type { Parameters } from "./parameters.ts";

/** Of prefixes: everything up to this URL is done, and all prefixes before. */
export const position = z.object({ prefix: z.int(), url: z.string() });

export interface Found {
  readonly notice: Notice;
  readonly position?: z.infer<typeof position> | undefined;
}

export async function* findObjects(
  parameters: Parameters,
  objects: ObjectStore,
  from: z.infer<typeof position> | undefined,
): AsyncGenerator<Found> {
  const { s3urls, Records: records, detail } = parameters;
  if (s3urls === undefined && records === undefined && detail === undefined) {
    throw new InvalidInput("The event is no notification, and names no s3urls.", {
      hint: 'Call it with what S3 sends, or with "s3urls": ["s3://bucket/prefix/"].',
    });
  }
  if (records !== undefined || detail !== undefined) {
    // It came as JSON.
    for (const notice of noticesIn(parameters as JsonObject)) yield { notice };
  }
  for (const [prefix, root] of (s3urls ?? []).entries()) {
    if (from !== undefined && prefix < from.prefix) continue;
    for await (const { url, size } of objects.list(root)) {
      // Listings are in the order of their keys, by their bytes.
      if (from?.prefix === prefix && Buffer.compare(Buffer.from(url), Buffer.from(from.url)) <= 0) continue;
      yield { notice: { tells: "object", ...parseObjectUrl(url), size }, position: { prefix, url } };
    }
  }
}

/** One error for everything that is wrong with an event, thrown when all that is right was sent. */
export function errorOf(unknown: readonly string[], failed: readonly unknown[]): unknown {
  const [message] = unknown;
  const [first, ...more] = failed;
  if (message === undefined) {
    if (more.length === 0 || !(first instanceof Error)) return first;
    const reason = `${failed.length} objects could not be read, among them: ${first.message}`;
    return new InvalidInput(reason, { cause: first });
  }
  const others =
    first === undefined ? "" : ` And of objects: ${first instanceof Error ? first.message : String(first)}`;
  return new InvalidInput(
    `${unknown.length === 1 ? "A message is" : `${unknown.length} messages are`} no notification of S3: ${message}${others}`,
    { hint: "See what else sends to this queue or topic." },
  );
}
