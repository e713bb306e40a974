/** Finds the items of a search in a STAC API, each once, and makes a payload of each. */
import { defineFeeder, isPosition, payloadOf, processOf } from "cirrus-pipeline/feeder";
import { findItems } from "./find-items.ts";
import { askWith, findSearch } from "./find-search.ts";
import { parameters, searchOf } from "./parameters.ts";
import { makePages } from "./read-pages.ts";

export const handler = defineFeeder({
  name: "feed-stac-api",
  description: "Finds the items of a search in a STAC API",
  parameters,
  async *run({ parameters, http, clock, log, signal, position }) {
    // What the payloads are for is checked before anything is asked.
    processOf(parameters);
    const { url, headers, sleep, max_items_batch: most } = parameters;
    const search = searchOf(parameters);
    const endpoint = await findSearch(url, search.collections, askWith(http, headers));
    const pages = makePages({ http, clock, signal, url, headers, sleepMs: sleep * 1000 });
    for await (const found of findItems({ pages, endpoint, search, most, log }, position)) {
      yield isPosition(found) ? found : payloadOf([found], parameters);
    }
  },
});
