/** What one round asks of a function and what it took; and the events that AWS would send it. */
import type { JsonObject } from "../../src/json.ts";

export interface RunRequest {
  /** A file with the invocations' events, as a JSON array. */
  readonly events: string;
}

export interface RunResult {
  readonly ms: number;
  /** Of the function's own process, all threads together. */
  readonly cpuMs: number;
}

export type FunctionName = "process" | "update-state";

/** A payload of one item with four assets, 2 kB as text. */
export function payloadOf(item: string, workflow = "cog"): JsonObject {
  const asset = (name: string) => ({
    href: `https://example.com/collections/sentinel-2-l2a/items/${item}/${name}.tif`,
    type: "image/tiff; application=geotiff; profile=cloud-optimized",
    title: `Band ${name}`,
    roles: ["data", "reflectance"],
    "proj:shape": [10_980, 10_980],
    "proj:transform": [10, 0, 600_000, 0, -10, 5_600_040],
  });
  const names = ["red", "green", "blue", "nir"];
  return {
    type: "FeatureCollection",
    id: `sentinel-2-l2a/workflow-${workflow}/${item}`,
    features: [
      {
        type: "Feature",
        stac_version: "1.0.0",
        id: item,
        collection: "sentinel-2-l2a",
        bbox: [5, 50, 6, 51],
        geometry: {
          type: "Polygon",
          coordinates: [
            [
              [5, 50],
              [6, 50],
              [6, 51],
              [5, 51],
              [5, 50],
            ].map((at) => at),
          ],
        },
        properties: { datetime: "2026-01-02T03:04:05Z", platform: "sentinel-2a", "eo:cloud_cover": 12.5, gsd: 10 },
        links: [],
        assets: Object.fromEntries(names.map((name) => [name, asset(name)])),
      },
    ],
    process: [
      {
        workflow,
        upload_options: { path_template: "$" + "{collection}/$" + "{year}/$" + "{id}" },
        tasks: { reproject: { resolution: 30 } },
      },
    ],
  };
}

export function queueEvent(bodies: readonly JsonObject[]): JsonObject {
  return {
    Records: bodies.map((body) => ({
      messageId: crypto.randomUUID(),
      receiptHandle: "null",
      body: JSON.stringify(body),
      attributes: { ApproximateReceiveCount: "1", SentTimestamp: "0" },
      messageAttributes: {},
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-west-2:000000000000:bench",
      awsRegion: "us-west-2",
    })),
  };
}

/** A payload's execution succeeded, with the payload as its output. */
export function statusChange(payload: JsonObject, stack: string): JsonObject {
  const name = crypto.randomUUID();
  const text = JSON.stringify(payload);
  return {
    version: "0",
    id: crypto.randomUUID(),
    "detail-type": "Step Functions Execution Status Change",
    source: "aws.states",
    account: "000000000000",
    time: "2026-01-02T03:04:06Z",
    region: "us-west-2",
    detail: {
      executionArn: `arn:aws:states:us-west-2:000000000000:execution:${stack}-cog:${name}`,
      stateMachineArn: `arn:aws:states:us-west-2:000000000000:stateMachine:${stack}-cog`,
      name,
      status: "SUCCEEDED",
      startDate: Date.now() - 1_000,
      stopDate: Date.now(),
      input: text,
      inputDetails: { included: true },
      output: text,
      outputDetails: { included: true },
      error: null,
      cause: null,
    },
  };
}
