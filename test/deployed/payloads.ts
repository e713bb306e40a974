/** Payloads for the deployed scenarios: one small item, its process definitions, and the ID that Cirrus gives them. */
import type { JsonObject } from "../../src/json.ts";

export function payloadOf(item: string, ...process: readonly JsonObject[]): JsonObject {
  return {
    type: "FeatureCollection",
    features: [
      {
        type: "Feature",
        stac_version: "1.1.0",
        id: item,
        collection: "deployed",
        bbox: [5, 50, 6, 51],
        geometry: { type: "Point", coordinates: [5.5, 50.5] },
        properties: { datetime: "2026-01-02T03:04:05Z" },
        links: [],
        assets: {},
      },
    ],
    process: [...process],
  };
}

export function idOf(item: string, workflow: string): string {
  return `deployed/workflow-${workflow}/${item}`;
}

export function processBy(workflow: string, more: JsonObject = {}): JsonObject {
  return { workflow, upload_options: { path_template: "$" + "{collection}/$" + "{id}" }, ...more };
}
