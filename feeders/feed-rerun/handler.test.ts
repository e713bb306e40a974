import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { failedPayload } from "../../test/feeder/failed-payload.ts";
import { runFeeder } from "../../test/feeder/run-feeder.ts";
import { handler } from "./handler.ts";

const EVENT = JSON.parse(readFileSync(join(import.meta.dirname, "event.json"), "utf8"));
const ID = "none/workflow-mirror/a";
const INPUT = { type: "FeatureCollection", features: [{ id: "a" }], process: [{ workflow: "mirror" }] };

test.each([
  ["TransientError", [ID]],
  ["InvalidInput", []],
])("what failed with %s is found in the database of this machine by the example event, or not", async (error, ids) => {
  vi.stubEnv("CIRRUS_DATABASE", await failedPayload(ID, "s3://payloads/a.json", error));
  onTestFinished(() => void vi.unstubAllEnvs());
  const fed = await runFeeder(handler, EVENT, {
    objects: { "s3://payloads/a.json": JSON.stringify(INPUT) },
  });
  expect(fed.thrown).toBeUndefined();
  expect(fed.payloads.map(({ id }) => id)).toEqual(ids);
});
