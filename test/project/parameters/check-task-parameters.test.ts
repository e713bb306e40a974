/** What a payload says to tasks, checked against the schemas of their handlers, with the project's own built-in parts. */
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Problem } from "../../../src/errors.ts";
import type { JsonObject } from "../../../src/json.ts";
import { type Payload, parsePayload } from "../../../src/payload/payload.ts";
import { checkTaskParameters, type Findings } from "../../../src/project/parameters/check-task-parameters.ts";
import { checkValue } from "../../../src/project/parameters/check-value.ts";
import type { Project } from "../../../src/project/project.ts";
import { readProject } from "../../../src/project/read-project.ts";

let project: Project;
beforeAll(() => {
  ({ project } = readProject(resolve("."), { env: {} }));
});

function payloadOf(...process: readonly JsonObject[]) {
  const item = { type: "Feature", id: "a", collection: "c", properties: {}, assets: {}, links: [] };
  const parsed = parsePayload({ type: "FeatureCollection", features: [item], process });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.payload;
}

async function check(payload: Payload): Promise<Findings> {
  const [findings] = await checkTaskParameters([payload], project);
  if (findings === undefined) throw new Error("nothing was found out");
  return findings;
}

const show = (problems: readonly Problem[]) =>
  problems.map(({ path, message, hint }) => `${path}: ${message}${hint === undefined ? "" : ` [${hint}]`}`);

describe("What a payload says to tasks", () => {
  test("is checked where it stands, in every definition of the chain", async () => {
    const payload = payloadOf(
      { workflow: "reproject", tasks: { reproject: { assets: [], crs: 3857, resampling: "bilinaer" } } },
      { workflow: "publish-only", workflow_options: { public: "yes" } },
    );
    const { problems, warnings } = await check(payload);
    expect(show(problems)).toEqual([
      "$.process[0].tasks.reproject.assets: reproject: found [], expected a list of at least 1",
      "$.process[0].tasks.reproject.crs: reproject: found 3857, expected a text",
      expect.stringMatching(/^\$\.process\[0\]\.tasks\.reproject\.resampling: .*\[Did you mean bilinear\?\]$/),
      '$.process[1].tasks.publish.public: publish: found "yes", expected true or false',
    ]);
    expect(warnings).toEqual([]);
  });

  test("may be misspelt: a parameter, a task and an option for all that nobody knows are warned of", async () => {
    const payload = payloadOf({
      workflow: "publish-only",
      workflow_options: { nobody: 1 },
      tasks: { publish: { publik: true }, publsh: {} },
    });
    const { problems, warnings } = await check(payload);
    expect(problems).toEqual([]);
    expect(show(warnings)).toEqual([
      "$.process[0].tasks.publsh: the workflow publish-only runs no task publsh [Did you mean publish?]",
      "$.process[0].tasks.publish.publik: publish has no parameter publik [Did you mean public?]",
      expect.stringMatching(
        /^\$\.process\[0\]\.workflow_options\.nobody: no task of the workflow has a parameter nobody/,
      ),
    ]);
  });

  test("is missed where a task needs it", async () => {
    const { problems } = await check(payloadOf({ workflow: "reproject" }));
    expect(show(problems)).toEqual([
      "$.process[0].tasks.reproject.assets: reproject: assets is missing [It is a list.]",
      "$.process[0].tasks.reproject.crs: reproject: crs is missing [It is a text.]",
    ]);
  });

  test("of a workflow that the project does not have is nothing that could be checked", async () => {
    const payload = payloadOf({ workflow: "elsewhere", tasks: { any: { a: 1 } } });
    expect(await check(payload)).toEqual({ problems: [], warnings: [] });
    const { problems, warnings } = await check(payloadOf({ workflow: "reprojct" }));
    expect(problems).toEqual([]);
    expect(show(warnings)).toEqual([
      "$.process[0].workflow: there is no workflow reprojct in this project [Did you mean reproject?]",
    ]);
  });
});

describe("A value that does not fit its schema", () => {
  const schema: JsonObject = {
    type: "object",
    properties: {
      assets: { anyOf: [{ const: "ALL" }, { type: "array", items: { type: "string" } }] },
      size: { type: "integer", minimum: 16, maximum: 99 },
      code: { type: "string", pattern: "^EPSG:" },
      nested: { type: "object", properties: { a: { type: "number" } }, required: ["a"], additionalProperties: false },
    },
  };
  test.each([
    [{ assets: 5 }, '$.p.assets: found 5, expected "ALL", or a list'],
    [{ assets: [5] }, '$.p.assets: found [5], expected "ALL", or a text at [0]'],
    [{ size: 15 }, "$.p.size: found 15, expected at least 16"],
    [{ size: 100 }, "$.p.size: found 100, expected at most 99"],
    [{ size: 16.5 }, "$.p.size: found 16.5, expected a whole number"],
    [{ code: "3857" }, '$.p.code: found "3857", expected a text that matches /^EPSG:/'],
    [{ nested: { a: 1, b: 2 } }, "$.p.nested.b: there is no parameter b"],
    [{ nested: {} }, "$.p.nested.a: a is missing [It is a number.]"],
  ])("%j is told", (value, told) => {
    expect(show(checkValue(schema, value, ["p"]))).toEqual([told]);
  });

  test("is no problem where the schema has words that nobody here knows", () => {
    expect(checkValue({ type: "object", unevaluatedProperties: false }, { a: 1 }, [])).toEqual([]);
  });
});
