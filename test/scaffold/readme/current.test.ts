/** Every README of a built-in part says what its definition and its schema say. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parameterRows } from "../../../src/project/parameters/parameter-rows.ts";
import { readAllParameters } from "../../../src/project/parameters/read-parameters.ts";
import { readProject } from "../../../src/project/read-project.ts";
import { describedParts, makeReadmes } from "../../../src/scaffold/readme/write-readmes.ts";

const { project } = readProject(resolve("."), { env: {} });

test("Every README of a built-in part is current; otherwise write them: npx cirrus readme", async () => {
  const readmes = await makeReadmes(project, describedParts(project));
  expect(readmes.length).toBeGreaterThan(5);
  expect(readmes.filter(({ isCurrent }) => !isCurrent).map(({ file }) => file)).toEqual([]);
});

test("Every parameter of a built-in part is described in a sentence", async () => {
  const schemas = await readAllParameters([...project.tasks.values(), ...project.feeders.values()]);
  const mute = [...schemas].flatMap(([{ name }, schema]) =>
    parameterRows(schema)
      .filter(({ meaning }) => !/^[A-Z`{"].*\.$/s.test(meaning))
      .map((row) => `${name} ${row.name}: ${row.meaning}`),
  );
  expect(mute).toEqual([]);
});

test("Every built-in task and feeder tells its parameters", async () => {
  const components = [...project.tasks.values(), ...project.feeders.values()];
  const schemas = await readAllParameters(components);
  expect(components.filter((one) => !schemas.has(one)).map(({ name }) => name)).toEqual([]);
});
