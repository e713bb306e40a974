/** A feeder that is told of new objects, in a project that runs here: a file that is dropped into a bucket becomes a payload. */
import { copyFileSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Clock, systemClock } from "../../../src/clock.ts";
import { changedObjects } from "../../../src/embedded/objects/changed-objects.ts";
import { makeObjectStore } from "../../../src/embedded/objects/object-store.ts";
import { makeObjectPositions, nameRun } from "../../../src/feeder/positions.ts";
import { silentLog } from "../../../src/log.ts";
import { readProject } from "../../../src/project/read-project.ts";
import { feederBuckets } from "../../../src/runtime/feeders/buckets/feeder-buckets.ts";
import { startFeeders } from "../../../src/runtime/feeders/start-feeders.ts";
import { makeRuntime } from "../../../src/runtime/runtime.ts";
import { temporaryProject } from "../../cli/temporary-project.ts";

const DEFINITION = `uses: feed-s3-objects
environment:
  CIRRUS_FEEDER_PARAMETERS: '{"collection": "scenes", "workflow": "mirror"}'
lambda:
  events:
    - schedule: rate(1 hour)
    - s3: my-scenes
    - s3:
        bucket: others
        event: s3:ObjectCreated:Put
        rules: [{ prefix: new/ }, { suffix: .tif }]
        existing: true
    - s3: { bucket: gone, event: "s3:ObjectRemoved:*" }
`;

function projectOf(definition: string) {
  const root = temporaryProject({ "feeders/new-scenes/definition.yml": definition });
  return { root, project: readProject(root, { env: {} }).project };
}

test("the buckets of feeders are those that their definitions name for new objects", () => {
  expect(feederBuckets(projectOf(DEFINITION).project)).toEqual([
    { feeder: "new-scenes", bucket: "my-scenes", prefix: "", suffix: "" },
    { feeder: "new-scenes", bucket: "others", prefix: "new/", suffix: ".tif" },
  ]);
  expect(feederBuckets(projectOf(`${DEFINITION}  enabled: false\n`).project)).toEqual([]);
});

test("what is copied, moved or written into a bucket's folder has changed, whatever time its file has", async () => {
  const { root } = projectOf(DEFINITION);
  const store = makeObjectStore(join(root, "objects"));
  const folder = join(root, "objects", "my-scenes", "a");
  mkdirSync(folder, { recursive: true });
  await store.put("s3://my-scenes/a/put.tif", "1");
  for (const name of ["old.tif", "moved.tif"]) writeFileSync(join(root, name), "22");
  utimesSync(join(root, "moved.tif"), new Date(0), new Date(0));
  copyFileSync(join(root, "old.tif"), join(folder, "copied.tif"));
  renameSync(join(root, "moved.tif"), join(folder, "moved.tif"));
  const between = async (after: number, until: number) =>
    (await Array.fromAsync(changedObjects(join(root, "objects"), "s3://my-scenes/", { after, until }))).map(
      ({ url }) => url,
    );
  const now = systemClock.now() + 1000;
  expect(await between(now - 60_000, now)).toEqual(
    ["copied", "moved", "put"].map((name) => `s3://my-scenes/a/${name}.tif`),
  );
  expect(await between(now, now + 60_000)).toEqual([]);
  expect(await between(now - 60_000, now - 30_000)).toEqual([]);
});

/** A minute later, so that what is there has settled; nobody wakes. */
const later: Clock = {
  now: () => systemClock.now() + 60_000,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    }),
};

test("a file that is dropped into a bucket becomes a payload in the runtime's queue", async () => {
  const { root, project } = projectOf(DEFINITION);
  const runtime = makeRuntime({ project, data: join(root, ".cirrus") });
  onTestFinished(() => runtime.stop());
  const { objects, payloads } = runtime.ports;
  const run = nameRun("new-scenes", { bucket: "my-scenes", prefix: "", suffix: "" });
  await makeObjectPositions({ objects, urls: payloads.urls }).write(run, { position: { until: 0 }, found: 0 });
  const folder = join(root, ".cirrus", "objects", "my-scenes", "LC09 a+b");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "B4.tif"), "bytes");
  const found = await new Promise<readonly [string, number]>((resolve, reject) => {
    const log = {
      ...silentLog,
      error: (message: string, fields = {}) => reject(new Error(`${message} ${JSON.stringify(fields)}`)),
    };
    const watched = startFeeders(runtime, { log, clock: later, tell: (...told) => resolve(told) });
    onTestFinished(() => watched.stop());
  });
  expect(found).toEqual(["new-scenes", 1]);
  const [message] = await runtime.intake.receive({ max: 10 });
  const payload = JSON.parse(JSON.parse(message?.body ?? "{}").Message);
  expect(payload).toMatchObject({
    id: "scenes/workflow-mirror/LC09 a+b",
    features: [{ assets: { tif: { href: "s3://my-scenes/LC09 a+b/B4.tif" } } }],
  });
});
