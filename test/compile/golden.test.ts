/**
 * The whole of what is deployed, to be read as a diff. `npm run golden` writes the files anew when a change is meant.
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { isJsonObject, type Json } from "../../src/json.ts";
import { readProject } from "../../src/project/read-project.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

test.each([
  ["checkout", ".", undefined],
  // Without built-in parts, so that the file changes with the definition of the documentation alone.
  ["seed", "test/fixtures/projects/seed", "test/fixtures/projects/seed/cloudformation"],
])("the project %s compiles to its golden file", async (name, folder, builtIns) => {
  const read = readProject(`${ROOT}${folder}`, {
    stage: "prod",
    region: "us-west-2",
    env: {},
    builtIns: builtIns === undefined ? undefined : `${ROOT}${builtIns}`,
  });
  const { functions, resources, problems } = compile(read.project);
  expect([...read.problems, ...problems]).toEqual([]);
  const text = `${JSON.stringify({ functions, ...readable(resources) }, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`../golden/${name}.json`);
});

/** Definitions of state machines line by line. */
function readable(value: Json): object {
  return JSON.parse(JSON.stringify(value), (key, member: Json) => {
    const [text, variables] = key === "DefinitionString" && isJsonObject(member) ? [member["Fn::Sub"]].flat() : [];
    if (typeof text !== "string") return member;
    return { lines: text.split("\n"), ...(variables !== undefined && { variables }) };
  });
}
