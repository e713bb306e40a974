/** What definitions say to feeders, checked against the parameters of the project's own handlers and of the package's. */
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { checkDocuments } from "../../../src/project/parameters/check-documents.ts";
import { checkFeederCalls } from "../../../src/project/parameters/check-feeder-calls.ts";
import type { Project } from "../../../src/project/project.ts";
import { readProject } from "../../../src/project/read-project.ts";
import { CONFIG, show, writeFolder } from "../project-folder.ts";

const FEEDER = `import { defineFeeder, feederParameters } from "cirrus-pipeline/feeder";
import * as z from "zod";
const parameters = z.object({ url: z.url(), most: z.int().optional(), ...feederParameters });
export const handler = defineFeeder({ name: "find", parameters, async *run() {} });
`;

function projectOf(files: Readonly<Record<string, string>>): Project {
  const root = writeFolder({ "cirrus.yml": CONFIG, "feeders/find/handler.ts": FEEDER, ...files });
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  return readProject(root, { env: {} }).project;
}

const problemsOf = async (files: Readonly<Record<string, string>>) => show(await checkFeederCalls(projectOf(files)));

const scheduled = (input: string) => `lambda:
  events:
    - schedule:
        rate: rate(1 hour)
        input: ${input}
`;

test("A schedule's input is held against the feeder's parameters, each problem at its place", async () => {
  const definition = scheduled("{ url: nowhere, most: 1.5, mst: 2, workflow: mirrr }");
  expect(await problemsOf({ "feeders/find/definition.yml": definition })).toEqual([
    'feeders/find/definition.yml:5:23 invalid-parameter: found "nowhere", expected a URL',
    "feeders/find/definition.yml:5:38 invalid-parameter: found 1.5, expected a whole number",
    expect.stringMatching(
      /^feeders\/find\/definition.yml:5:\d+ unknown-parameter: find has no parameter mst \[Did you mean most\?]$/,
    ),
    expect.stringMatching(
      /^feeders\/find\/definition.yml:5:\d+ unknown-workflow: there is no workflow mirrr in this project \[Did you mean mirror\?]$/,
    ),
  ]);
});

test("What is right, or known only on AWS, is no problem", async () => {
  const files = {
    "feeders/find/definition.yml": scheduled("{ url: !Ref Api, workflow: another-deployments-workflow, rate: 2 }"),
    "feeders/other/definition.yml": `uses: find\n${scheduled("!Sub '{}'")}`,
    "feeders/third/definition.yml": `uses: find\nenvironment: { CIRRUS_FEEDER_PARAMETERS: !Ref Given }\nlambda: { events: [s3: data] }\n`,
  };
  expect(await problemsOf(files)).toEqual([]);
});

test("A parameter that nobody says is missed at what calls the feeder", async () => {
  const files = {
    "feeders/find/definition.yml": "lambda:\n  events:\n    - schedule: rate(1 hour)\n    - sns: items\n",
    "feeders/hourly/definition.yml": `uses: find\n${scheduled("{ workflow: mirror }")}`,
    "feeders/scenes/definition.yml": `uses: feed-stac-api\n${scheduled("{ url: https://example.org, collection: a }")}`,
    "feeders/objects/definition.yml": "uses: feed-s3-objects\nlambda:\n  events:\n    - s3: data\n",
  };
  expect(await problemsOf(files)).toEqual([
    "feeders/find/definition.yml:3:17 missing-parameter: The schedule would call find without its parameter url [Say it in the schedule's input, or in CIRRUS_FEEDER_PARAMETERS.]",
    "feeders/find/definition.yml:4:12 missing-parameter: The sns would call find without its parameter url [Say it in CIRRUS_FEEDER_PARAMETERS.]",
    "feeders/hourly/definition.yml:6:16 missing-parameter: url is missing [It is a text.]",
    "feeders/objects/definition.yml:4:11 missing-parameter: The s3 would call objects without its parameter workflow [Say it in CIRRUS_FEEDER_PARAMETERS.]",
    "feeders/scenes/definition.yml:6:16 missing-parameter: The schedule would call scenes without its parameter workflow [Say it in the schedule's input, or in CIRRUS_FEEDER_PARAMETERS.]",
  ]);
});

test("CIRRUS_FEEDER_PARAMETERS is read as what every call has beforehand", async () => {
  const given = (text: string, rest = scheduled("{ most: 3 }")) =>
    `environment:\n  CIRRUS_FEEDER_PARAMETERS: '${text}'\n${rest}`;
  const files = {
    "feeders/find/definition.yml": given('{"url": "https://example.org", "workflow": "mirror"}'),
    "feeders/find/event.json": '{ "most": 2 }',
    "feeders/a/definition.yml": `uses: find\n${given('{"url": "https://example.org", "most": "3", "mots": 3}')}`,
    "feeders/b/definition.yml": `uses: find\n${given("url=https://example.org")}`,
  };
  expect(await problemsOf(files)).toEqual([
    'feeders/a/definition.yml:3:29 invalid-parameter: CIRRUS_FEEDER_PARAMETERS, $.most: found "3", expected a number',
    "feeders/a/definition.yml:3:29 unknown-parameter: CIRRUS_FEEDER_PARAMETERS, $.mots: a has no parameter mots [Did you mean most?]",
    `feeders/b/definition.yml:3:29 not-json: CIRRUS_FEEDER_PARAMETERS is no JSON object [Write it as a text: CIRRUS_FEEDER_PARAMETERS: '{"workflow": "mirror"}']`,
  ]);
  expect(await checkDocuments(projectOf(files))).toEqual([]);
});
