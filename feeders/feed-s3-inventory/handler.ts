/** Sends a payload for every object that an S3 inventory lists and that is asked for. */
import { at, defineFeeder, inOrder, type Json, makeObjectItems, payloadOf } from "cirrus-pipeline/feeder";
import { makeFilter } from "./filter-rows.ts";
import { findFiles, position } from "./find-files.ts";
import { parameters } from "./parameters.ts";
import { type Read, wantedRows } from "./wanted-rows.ts";

/** Payloads between two positions: so many are sent twice at most where a run is cut off. */
const STRIDE = 1_000;
/** Objects that are read themselves. */
const AT_A_TIME = 16;

export const handler = defineFeeder({
  name: "feed-s3-inventory",
  description: "Sends a payload for every object that an S3 inventory lists and that is asked for",
  parameters,
  async *run({ parameters, objects, log, position: reached }) {
    const from = reached === undefined ? undefined : position.parse(reached);
    const found = makeObjectItems(parameters, objects);
    const wanted = makeFilter(parameters, found);
    const read = async ({ next, row }: Read) => ({
      next,
      row,
      items: row === undefined ? [] : await found.itemsOf(row),
    });
    const { manifest, files } = await findFiles(parameters, objects, from);
    let previous: Json | undefined;
    let same = 0;
    for (const [index, file] of files.entries()) {
      const { url } = file;
      const start = from?.file === url ? from.row : 0;
      log.info("reading", { url, row: start, filesLeft: files.length - index });
      yield at({ manifest, file: url, row: start });
      let sent = 0;
      const rows = wantedRows(file, objects, wanted, { datetimeColumn: parameters.datetime_key, from: start });
      for await (const { next, row, items } of inOrder(rows, AT_A_TIME, read)) {
        for (const item of items) {
          if (item.id === previous) same++;
          previous = item.id;
          yield payloadOf([item], parameters);
        }
        sent += items.length;
        if (row !== undefined && sent < STRIDE) continue;
        sent = 0;
        yield at({ manifest, file: url, row: next });
      }
    }
    if (same === 0) return;
    log.warn("objects have the item ID of the one before them: only one of each is processed", { objects: same });
  },
});
