/** Refuses a handler that nobody would find: its module does not parse, or does not export what `lambda.handler` or `bulk.handler` names. */
import { readFileSync } from "node:fs";
import { basename, extname, relative } from "node:path";
import type { Problem } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { Component, Project } from "../../project/project.ts";
import { listComponents } from "../template.ts";
import { type Exported, readExports } from "./module-exports.ts";

interface Handler {
  readonly section: "lambda" | "bulk";
  readonly name: string;
  readonly file: string;
}

/** Of the project's own handlers; those that come with the package are tested with it. */
export function checkHandlers(project: Project): Problem[] {
  return listComponents(project).flatMap((component) =>
    handlersOf(component).flatMap((handler) => {
      const problem = checkHandler(component, handler);
      return problem === undefined ? [] : [{ ...problem, file: relative(project.root, handler.file) }];
    }),
  );
}

/** Most tasks of bulk runs that are a Lambda as well have one handler for both. */
function handlersOf({ lambda, bulk, source, uses }: Component): readonly Handler[] {
  const parts = [
    ["lambda", lambda],
    ["bulk", bulk],
  ] as const;
  const found = parts.flatMap(([section, part]) =>
    part?.enabled !== true || part.handlerFile === undefined
      ? []
      : [{ section, name: part.handler, file: part.handlerFile }],
  );
  return found.filter(({ name, file, section }) => {
    // What a .cjs exports is decided while it runs; it has an entry of its own, which hands on any name.
    // One that another component's code has is checked with that component.
    if (source !== "project" || uses !== undefined || extname(file) === ".cjs") return false;
    return section === "lambda" || !found.some((other) => other.section === "lambda" && other.name === name);
  });
}

function checkHandler(component: Component, { section, name, file }: Handler): Problem | undefined {
  const read = readExports(readFileSync(file, "utf8"));
  switch (read.outcome) {
    case "unknown":
      return undefined;
    case "broken": {
      const { message, line, column } = read;
      const hint = `Correct it: nothing can load the handler of the ${component.kind} ${component.name}.`;
      return { code: "broken-module", message: `The module does not parse: ${message}`, line, column, hint };
    }
    case "commonjs": {
      // A bulk run imports the module as it is.
      if (section === "bulk") return undefined;
      const message = "The module is CommonJS, whose exports Lambda would not find in the bundle, an ES module";
      const hint = `Write \`export\` for \`exports\`, or rename the file to ${basename(file, extname(file))}.cjs.`;
      return { code: "commonjs-handler", message, line: 1, column: 1, hint };
    }
    case "known":
      return missingExport(component, { section, name, file }, read.exported);
  }
}

function missingExport(
  component: Component,
  { section, name: handler }: Handler,
  exported: readonly Exported[],
): Problem | undefined {
  const name = exportName(handler);
  const found = exported.find((other) => other.name === name);
  if (found !== undefined) {
    // `handler.api.run` is a function in an object.
    if (!found.isNoFunction || !handler.endsWith(`.${name}`)) return undefined;
    const message = `${name} is no function, and the handler of the ${component.kind} ${component.name} is ${handler}`;
    const { line, column } = found;
    return { code: "handler-no-function", message, line, column, hint: `Export a function as ${name}.` };
  }
  const names = exported.map((other) => other.name);
  const near = exported.find((other) => other.name === nearest(name, names));
  const message = `The module exports no ${name}, and the handler of the ${component.kind} ${component.name} is ${handler}`;
  const hint = describeOthers(name, names, near?.name, `${section}.handler in ${component.shown}`);
  return { code: "missing-export", message, line: near?.line ?? 1, column: near?.column ?? 1, hint };
}

function describeOthers(name: string, names: readonly string[], near: string | undefined, setting: string): string {
  if (near !== undefined) return `Did you mean ${near}? Rename it to ${name}, or name it in ${setting}.`;
  if (names.length === 0) return `It exports nothing: export the function as ${name}.`;
  return `It exports ${names.join(", ")}: export the function as ${name}, or name another in ${setting}.`;
}

/** What Lambda asks the module for: up to the next dot after the one that ends the module's name. */
function exportName(handler: string): string {
  const [, name = ""] = basename(handler).split(".");
  return name;
}
