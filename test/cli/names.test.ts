/** Names of components that do not exist: whatever the command, the nearest is suggested. */
import { expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { taskFiles, temporaryProject, workflowFiles } from "./temporary-project.ts";

const HANDLER = `export const handler = async () => {};\n`;
const FILES = {
  ...taskFiles("count-clouds", HANDLER),
  ...workflowFiles("clouds-flow", "count-clouds"),
  "feeders/feed-clouds/definition.yml": "description: A feeder of a test\nlambda:\n  enabled: true\n",
  "feeders/feed-clouds/handler.ts": HANDLER,
};

test.each([
  ["run clouds-flw x.json", "clouds-flow"],
  ["show workflow clouds-flw", "clouds-flow"],
  ["readme workflow clouds-flw", "clouds-flow"],
  ["task run count-cluods x.json", "count-clouds"],
  ["show task count-cluods", "count-clouds"],
  ["readme task count-cluods", "count-clouds"],
  ["bulk run count-cluods --tasks x.json", "count-clouds"],
  ["create workflow other Counts --task count-cluods", "count-clouds"],
  ["feeder run feed-cluods", "feed-clouds"],
  ["feed cluods", "clouds"],
])("cirrus %s asks whether %s was meant", async (line, meant) => {
  const cwd = temporaryProject(FILES);
  const { code, stderr } = await cirrus(line.split(" "), { cwd });
  expect(code, stderr).toBe(EXIT.notFound);
  expect(stderr).toContain(`Did you mean ${meant}?`);
});
