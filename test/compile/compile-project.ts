/** Projects of a few files, compiled, and what the tests look at in the result. */
import { compile } from "../../src/compile/compile.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/json.ts";
import { makeResolver } from "../../src/project/local/intrinsics.ts";
import type { ReadOptions } from "../../src/project/read-project.ts";
import { HANDLER, read, readAt, show } from "../project/project-folder.ts";

/** The files of a task that is a Lambda, whose settings are lines of its `lambda` section. */
export function lambdaTask(name: string, settings = "{}", more = ""): Record<string, string> {
  const section = settings === "{}" ? "lambda: {}" : `lambda:\n${settings.replace(/^(?=.)/gm, "  ")}`;
  return { [`tasks/${name}/definition.yml`]: `${section}\n${more}`, [`tasks/${name}/handler.ts`]: HANDLER };
}

/** Reads and compiles a project of these files, which must be without problems while it is read. */
export function compileFiles(files: Readonly<Record<string, string>>, options: Partial<ReadOptions> = {}) {
  const { project, problems } = read(files, options);
  if (problems.length > 0) throw new Error(`The project of the test has problems: ${show(problems).join("; ")}`);
  return summarise(project);
}

export function compileFolder(folder: string, options: Partial<ReadOptions> = {}) {
  return summarise(readAt(folder, options).project);
}

function summarise(project: ReturnType<typeof read>["project"]) {
  const compiled = compile(project);
  return {
    ...compiled,
    problems: show(compiled.problems),
    function: (name: string) => member(compiled.functions, name),
    resource: (logicalId: string) => member(compiled.resources.Resources, logicalId),
    properties: (logicalId: string) => member(member(compiled.resources.Resources, logicalId), "Properties"),
    /** The statements of a role. */
    statements: (logicalId: string) => statementsOf(member(compiled.resources.Resources, logicalId)),
  };
}

/** A member that must be there, and must be a map. */
export function member(object: Json | undefined, name: string): JsonObject {
  const value = isJsonObject(object) ? object[name] : undefined;
  if (!isJsonObject(value)) throw new Error(`There is no ${name} in ${JSON.stringify(object)?.slice(0, 200)}`);
  return value;
}

function statementsOf(role: JsonObject): readonly JsonObject[] {
  const { Policies } = member(role, "Properties");
  const policies = Array.isArray(Policies) ? Policies : [];
  return policies.flatMap((policy: Json) => {
    const { Statement } = member(policy, "PolicyDocument");
    return Array.isArray(Statement) ? Statement.filter(isJsonObject) : [];
  });
}

/** What CloudFormation makes of a value, with the names of what it refers to in angle brackets. */
export function deployed(value: Json): Json | undefined {
  return makeResolver({
    reference: (name) => `<${name}>`,
    attribute: (name, attribute) => `<${name}.${attribute}>`,
    fail: (_path, message) => {
      throw new Error(message);
    },
  }).resolve(value, []);
}
