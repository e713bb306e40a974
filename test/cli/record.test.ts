import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import type { TaskHandler } from "../../src/task/index.ts";
import { testTask } from "../../src/testing/index.ts";
import { cirrus } from "./cirrus.ts";
import { featureOf, taskFiles, temporaryProject } from "./temporary-project.ts";

/** Adds something that the second task can see. */
const FIRST = `import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({
  name: "first",
  parameters: z.object({}),
  run({ items }) {
    for (const item of items) item.properties.seen = true;
  },
});
`;
const PICKY = `import { readFile } from "node:fs/promises";
import { AssetUnreadable, defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({
  name: "picky",
  parameters: z.object({}),
  async run({ items, assets }) {
    for (const item of items) {
      const text = await readFile(await assets.download(item, "note"), "utf8");
      if (item.properties.seen) throw new AssetUnreadable("The note says " + text);
    }
  },
});
`;
const WORKFLOW = `definition:
  StartAt: first
  States:
    first:
      Type: Task
      Resource: !GetAtt first.Arn
      Next: second
    second:
      Type: Task
      Resource: !GetAtt picky.Arn
      End: true
`;
const ID = "demo/workflow-two-steps/scene";

test("what the failed task got becomes a fixture with which its test fails the same way", async () => {
  const gone = "s3://demo-data/examples/assets/gone.txt";
  const assets = { note: { href: "s3://demo-data/examples/assets/note.txt" }, old: { href: gone } };
  const item = { ...featureOf("scene"), assets };
  const cwd = temporaryProject({
    "cirrus.yml": "service: demo\nprovider:\n  environment:\n    CIRRUS_DATA_BUCKET: demo-data\n",
    ...taskFiles("first", FIRST),
    ...taskFiles("picky", PICKY),
    "workflows/two-steps/definition.yml": WORKFLOW,
    "examples/assets/note.txt": "something odd",
    "payload.json": JSON.stringify({
      type: "FeatureCollection",
      features: [item],
      process: [{ workflow: "two-steps" }],
    }),
  });
  expect((await cirrus(["run", "two-steps", "payload.json"], { cwd })).code).toBe(EXIT.failed);

  const fixture = "tasks/picky/fixtures/odd";
  const recorded = await cirrus(["execution", "record", ID, fixture], { cwd });
  expect(recorded).toMatchObject({ code: EXIT.ok, stdout: `${fixture}\n` });
  expect(recorded.stderr).toContain("Recorded what the state second got.");
  expect(recorded.stderr).toContain(`\n  without ${gone}: it does not exist\n`);
  expect(JSON.parse(readFileSync(join(cwd, fixture, "recorded.json"), "utf8"))).toMatchObject({
    ...{ payloadId: ID, workflow: "two-steps", state: "second", place: "here" },
    error: { error: "AssetUnreadable", cause: "The note says something odd" },
    environment: { CIRRUS_DATA_BUCKET: "demo-data" },
    objects: { "s3://demo-data/examples/assets/note.txt": { file: "objects/1-note.txt", size: 13 } },
  });
  const { handler }: { handler: TaskHandler } = await import(join(cwd, "tasks/picky/handler.ts"));
  await expect(testTask(handler, join(cwd, fixture))).rejects.toMatchObject({
    name: "AssetUnreadable",
    message: "The note says something odd",
  });

  const other = await cirrus(["execution", "record", ID, "whole", "--state", "first"], { cwd });
  expect(other.stderr).toContain("Recorded what the state first got.");
  expect(readFileSync(join(cwd, "whole/payload.json"), "utf8")).not.toContain("seen");
  const unknown = await cirrus(["execution", "record", ID, "none", "--state", "third"], { cwd });
  expect(unknown).toMatchObject({ code: EXIT.notFound });
  expect(unknown.stderr).toContain("It entered: first, second.");
});
