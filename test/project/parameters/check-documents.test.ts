/** Example payloads, events and flags of a project, checked against its own handlers. */
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { checkDocuments } from "../../../src/project/parameters/check-documents.ts";
import { checkFlags } from "../../../src/project/parameters/check-flags.ts";
import type { Project } from "../../../src/project/project.ts";
import { CONFIG, readAt, show, writeFolder, yaml } from "../project-folder.ts";

const TASK = `import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
const parameters = z.object({ limit: z.int().describe("Most that are counted."), batch: z.boolean().default(false) });
export const handler = defineTask({ name: "count", parameters, run() {} });
`;
const FEEDER = `import { defineFeeder } from "cirrus-pipeline/feeder";
import * as z from "zod";
export const handler = defineFeeder({ name: "find", parameters: z.object({ url: z.url() }), async *run() {} });
`;
const FLOW = yaml`
  definition:
    StartAt: choose
    States:
      choose:
        Type: Choice
        Choices:
          - Variable: $.process[0].tasks.count.batch
            BooleanEquals: true
            Next: count
          - Variable: $.process[0].tasks['count'].bach
            BooleanEquals: true
            Next: count
        Default: count
      count:
        Type: Task
        Resource: !GetAtt count.Arn
        End: true`;
const ITEM = { type: "Feature", id: "a", collection: "c", properties: {}, assets: {}, links: [] };
const payload = (process: unknown) => JSON.stringify({ type: "FeatureCollection", features: [ITEM], process });

function makeProject(): Project {
  const root = writeFolder({
    "cirrus.yml": CONFIG,
    "tasks/count/definition.yml": "lambda: {}\n",
    "tasks/count/handler.ts": TASK,
    "tasks/count/payload.json": payload([{ workflow: "any", tasks: { count: { limit: "3", limits: 3 } } }]),
    "tasks/other/definition.yml": "uses: count\n",
    "tasks/other/payload.json": payload([{ workflow: "any", tasks: { other: { limit: 3 } } }]),
    "feeders/find/definition.yml": "lambda: {}\n",
    "feeders/find/handler.ts": FEEDER,
    "feeders/find/event.json": '{ "url": "nowhere", "urls": [] }',
    "workflows/flow/definition.yml": FLOW,
    "workflows/flow/payload.json": payload([{ workflow: "flow", tasks: { count: { limit: 1.5, most: 2 } } }]),
  });
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  return readAt(root).project;
}

test("Every document beside a component says what the component takes", async () => {
  const problems = await checkDocuments(makeProject());
  expect(problems.map(({ file, path, message, hint }) => [file, path, message, hint])).toEqual([
    [
      "workflows/flow/payload.json",
      "$.process[0].tasks.count.limit",
      "count: found 1.5, expected a whole number",
      undefined,
    ],
    [
      "workflows/flow/payload.json",
      "$.process[0].tasks.count.most",
      "count has no parameter most",
      "There are: batch, limit.",
    ],
    ["tasks/count/payload.json", "$.process[0].tasks.count.limit", 'found "3", expected a number', undefined],
    [
      "tasks/count/payload.json",
      "$.process[0].tasks.count.limits",
      "count has no parameter limits",
      "Did you mean limit?",
    ],
    ["feeders/find/event.json", "$.url", expect.stringContaining('found "nowhere"'), undefined],
    ["feeders/find/event.json", "$.urls", "find has no parameter urls", "Did you mean url?"],
  ]);
});

test("A flag that a state machine reads is a parameter of its task", async () => {
  expect(show(await checkFlags(makeProject()))).toEqual([
    "workflows/flow/definition.yml:10:21 unknown-parameter: The workflow flow reads the parameter bach of count, which has none of this name [Did you mean batch? Or declare it in count's parameters, so that payloads may say it.]",
  ]);
});
