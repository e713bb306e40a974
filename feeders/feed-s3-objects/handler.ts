/** Sends a payload for every new object that S3 tells of, or for those that lie below prefixes. */
import {
  at,
  defineFeeder,
  inOrder,
  type JsonObject,
  makeObjectItems,
  payloadOf,
  TransientError,
} from "cirrus-pipeline/feeder";
import { errorOf, type Found, findObjects, position } from "./find-objects.ts";
import { parameters } from "./parameters.ts";

/** Objects that are read themselves. */
const AT_A_TIME = 16;
/** Objects between two positions. */
const STRIDE = 500;

export const handler = defineFeeder({
  name: "feed-s3-objects",
  description: "Sends a payload for every new object that S3 tells of, or for those that lie below prefixes",
  parameters,
  async *run({ parameters, objects, signal, position: reached }) {
    const from = reached === undefined ? undefined : position.parse(reached);
    const wanted = makeObjectItems(parameters, objects);
    const read = async (
      found: Found,
    ): Promise<Found & { readonly items: readonly JsonObject[]; readonly failed?: unknown }> => {
      const { notice } = found;
      if (notice.tells === "item") return { ...found, items: [notice.item] };
      if (notice.tells !== "object" || !wanted.wants(notice.key)) return { ...found, items: [] };
      try {
        return { ...found, items: await wanted.itemsOf(notice) };
      } catch (failed) {
        // What passes is tried again with all messages, or with what is listed from here on.
        if (failed instanceof TransientError || signal.aborted) throw failed;
        return { ...found, items: [], failed };
      }
    };
    const unknown: string[] = [];
    const failed: unknown[] = [];
    let listed = 0;
    for await (const one of inOrder(findObjects(parameters, objects, from), AT_A_TIME, read)) {
      if (one.notice.tells === "unknown") unknown.push(one.notice.message);
      if (one.failed !== undefined) failed.push(one.failed);
      for (const item of one.items) yield payloadOf([item], parameters);
      if (one.position !== undefined && ++listed % STRIDE === 0) yield at(one.position);
    }
    if (unknown.length + failed.length > 0) throw errorOf(unknown, failed);
  },
});
