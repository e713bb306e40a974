/** What is said of a handler that would only fail once it is deployed. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { checkHandlers } from "../../src/compile/check/check-handlers.ts";
import { entryHandler, listEntries } from "../../src/compile/serverless/entries.ts";
import { read, show } from "../project/project-folder.ts";

/** The problems of a task whose handler is this text. */
function check(text: string, { file = "handler.ts", definition = "lambda: {}\n" } = {}): string[] {
  const { project, problems } = read({ "tasks/warp/definition.yml": definition, [`tasks/warp/${file}`]: text });
  expect(show(problems)).toEqual([]);
  return show(checkHandlers(project));
}

test.each([
  ["a function", "export async function handler(event: unknown) { return event; }"],
  ["a constant made by a call", "export const handler: Handler = defineTask({ run });"],
  ["one of several constants", "export const other = 1, handler = run;"],
  ["a list of names", "const run = () => {};\nexport { run as handler };"],
  ["a name in quotation marks", "const run = () => {};\nexport { run as 'handler' };"],
  ["another module's name", "export { handler } from './warp.ts';"],
  ["a destructured object", "export const { first: [{ handler = run }], ...rest } = make();"],
  ["all that another module exports", "export * from './warp.ts';"],
  ["a function beside an enum, which esbuild understands", "enum Kind { one }\nexport const handler = () => Kind.one;"],
  ["a function beside a decorated class", "@logged class Warp {}\nexport const handler = () => new Warp();"],
  [
    "a function of a module with types only TypeScript has",
    "type A<T> = T extends infer U ? U : never;\nexport const handler = <T,>(a: A<T>) => a satisfies unknown;",
  ],
])("%s is a handler", (_, text) => {
  expect(check(text)).toEqual([]);
});

test("a name that is not exported is a problem where the nearest one is, with what to do", () => {
  expect(check("const a = 1;\n  export const handlr = () => a;\n")).toEqual([
    "tasks/warp/handler.ts:2:16 missing-export: The module exports no handler, and the handler of the task warp is " +
      "handler.handler [Did you mean handlr? Rename it to handler, or name it in lambda.handler in tasks/warp/definition.yml.]",
  ]);
});

test("a name that nothing resembles is a problem with the names that there are", () => {
  expect(check("export default () => {};\nexport function main() {}\n")).toEqual([
    "tasks/warp/handler.ts:1:1 missing-export: The module exports no handler, and the handler of the task warp is " +
      "handler.handler [It exports default, main: export the function as handler, or name another in lambda.handler in " +
      "tasks/warp/definition.yml.]",
  ]);
});

test.each([
  ["nothing", "", "missing-export"],
  ["a type of that name", "export interface handler { a: 1 }\nexport type { handler as other };", "missing-export"],
  ["a function that stays inside", "// exports nothing\nexport {};\nfunction handler() {}", "missing-export"],
  ["an object", "export const handler = { run() {} };", "handler-no-function"],
  ["a class", "export class handler {}", "handler-no-function"],
  ["a namespace", "export * as handler from './warp.ts';", "handler-no-function"],
])("a module that exports %s has no handler", (_, text, code) => {
  expect(check(text)).toEqual([expect.stringContaining(` ${code}: `)]);
});

test.each(["handler.js", "handler.mjs"])("a module in %s is looked at as well", (file) => {
  expect(check("export const run = 1;", { file })).toEqual([expect.stringContaining(`tasks/warp/${file}:1:1 missing`)]);
});

test("the handler's own name is what is looked for, and in an object what stands before the dot", () => {
  const named = (handler: string) => ({ file: "lib/main.ts", definition: `lambda: {handler: ${handler}}\n` });
  expect(check("export const run = () => {};", named("lib/main.run"))).toEqual([]);
  expect(check("export const handler = () => {};", named("lib/main.run"))).toEqual([
    expect.stringContaining("tasks/warp/lib/main.ts:1:1 missing-export: The module exports no run, and"),
  ]);
});

test.each([
  ["handler.ts", "export const handler = (a: number) => {\n  return a +;\n};\n", ":2:13", "Expression expected"],
  ["handler.mjs", "export const handler = 'a\n", ":1:24", "Unterminated string constant"],
  ["handler.js", "export function handler() {\n  return [1;\n}\n", ":2:12", "Expected ','"],
])("a module in %s that does not parse is a problem with its place", (file, text, place, message) => {
  const [problem, ...more] = check(text, { file });
  expect(problem).toContain(`tasks/warp/${file}${place}`);
  expect(problem).toContain(` broken-module: The module does not parse: ${message}`);
  expect(problem).toContain("[Correct it: nothing can load the handler of the task warp.]");
  expect(more).toEqual([]);
});

test.each([
  ["by its exports", "const a = 1;\nexports.handler = () => a;\n"],
  ["by what only a script may hold", "if (process.env.A) return;\nmodule.exports = { handler() {} };\n"],
])("CommonJS, known %s, is a problem, except in a file that says so", (_, text) => {
  expect(check(text, { file: "handler.js" })).toEqual([
    "tasks/warp/handler.js:1:1 commonjs-handler: The module is CommonJS, whose exports Lambda would not find in the bundle, " +
      "an ES module [Write `export` for `exports`, or rename the file to handler.cjs.]",
  ]);
  expect(check(text, { file: "handler.cjs" })).toEqual([]);
});

test("a CommonJS handler in a .cjs has its name in the bundle", async () => {
  const { project } = read({
    "tasks/warp/definition.yml": "lambda: {}\n",
    "tasks/warp/handler.cjs": "exports.handler = () => 'warped';\n",
  });
  for (const { path, text } of listEntries(project)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const warp = project.tasks.get("warp");
  if (warp?.lambda === undefined) throw new Error("The project of the test has no task warp");
  const entry = entryHandler(warp, warp.lambda, project.root).replace(/\.handler$/, ".ts");
  const outfile = join(project.root, "bundle.mjs");
  await build({ entryPoints: [join(project.root, entry)], outfile, bundle: true, format: "esm", platform: "node" });
  const { handler } = await import(pathToFileURL(outfile).href);
  expect(handler()).toBe("warped");
});

test("a disabled Lambda and one from an image have no module to look at", () => {
  expect(check("oh no", { definition: "lambda: {enabled: false}\n" })).toEqual([]);
  expect(check("oh no", { definition: "lambda: {image: registry.example/warp:1}\n" })).toEqual([]);
});

test("nothing is said of Node's own experiments", () => {
  const { emitWarning } = process;
  check("export const handler = (a: number) => a;");
  check("export const handler = (a: number) => {");
  expect(process.emitWarning).toBe(emitWarning);
});

test("a handler of bulk runs is looked for as well, and once where a Lambda has the same", () => {
  const text = "export const handlr = () => {};\n";
  expect(check(text, { definition: "bulk: {}\n" })).toEqual([expect.stringContaining("or name it in bulk.handler in")]);
  expect(check(text, { definition: "bulk: {}\nlambda: {}\n" })).toHaveLength(1);
  expect(check(text, { definition: "bulk:\n  command: [cat]\n" })).toEqual([]);
});

test("a bulk run imports a module that is CommonJS as it is", () => {
  expect(check("exports.handler = run;\n", { file: "handler.js", definition: "bulk: {}\n" })).toEqual([]);
});
