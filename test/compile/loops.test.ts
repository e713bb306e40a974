// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written as CloudFormation writes them
/** What loops add to a deployment: nothing but their table while they are not enabled. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { readProject } from "../../src/project/read-project.ts";
import { makeProjectWithLoops } from "../stack/with-loops.ts";

const ROOT = resolve(import.meta.dirname, "../..");

function compileAt(folder: string) {
  const { project, problems } = readProject(folder, { stage: "prod", region: "us-west-2", env: {} });
  const compiled = compile(project);
  expect([...problems, ...compiled.problems]).toEqual([]);
  const { Resources = {} } = compiled.resources;
  return { functions: compiled.functions, resources: Resources as JsonObject }; // as every template has it
}

function compileWithLoops() {
  const folder = makeProjectWithLoops();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return compileAt(folder);
}

function added(more: JsonObject, less: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(more).filter(([name]) => !(name in less)));
}

test("while they are not enabled there is nothing of loops but their table, which costs nothing", () => {
  const { functions, resources } = compileAt(ROOT);
  const named = (part: JsonObject) => Object.keys(part).filter((name) => /loop|turn/i.test(name));
  expect(named(functions)).toEqual([]);
  expect(named(resources)).toEqual(["LoopTable"]);
});

test("enabling them changes nothing of what is there, and adds what the golden file shows", async () => {
  const [without, withThem] = [compileAt(ROOT), compileWithLoops()];
  for (const [name, resource] of Object.entries(without.resources)) expect(withThem.resources[name]).toEqual(resource);
  const functions = added(withThem.functions, without.functions);
  const resources = added(withThem.resources, without.resources);
  expect(Object.keys(functions)).toEqual(["take-turn"]);
  const text = `${JSON.stringify({ functions, resources: readable(resources) }, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../golden/loops.json");
});

/** The definition of the state machine line by line. */
function readable(value: JsonObject): object {
  return JSON.parse(JSON.stringify(value), (key, member: Json) =>
    key === "Fn::Sub" && typeof member === "string" && member.includes("\n") ? member.split("\n") : member,
  );
}

test("every name that the state machine's definition refers to is a resource beside it", () => {
  const { resources } = compileWithLoops();
  const names = [...JSON.stringify(resources.LoopStateMachine).matchAll(/\$\{(\w+)(?:\.\w+)?\}/g)].map(
    ([, name]) => name,
  );
  expect(names).not.toEqual([]);
  for (const name of names) expect(resources).toHaveProperty(String(name));
});
