/**
 * The program of an execution of a notebook in TypeScript or JavaScript: it gets one line that says which, makes one module
 * of the cells, and calls the entry function.
 */
import { createRequire } from "node:module";
import { CirrusError } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";
import { assembleModule, CELL_BEGINS, ENTRY_EXPORT } from "./assemble-module.ts";
import type { JavaScriptAssignment } from "./assignment.ts";
import { openReport, readAssignment, waitForAnswer } from "./child-report.ts";
import { extractCode } from "./extract-code.ts";
import { findingText } from "./finding.ts";
import { fileUrlIn, hookModules } from "./module-hooks.ts";
import { placeSyntaxError, traceNotebook } from "./notebook-traces.ts";
import { bindArguments, type Parameters, parametersOf } from "./parameters.ts";

/** Found before anything ran. */
class NotRunnable extends CirrusError {}

const given = readAssignment();
const report = openReport();
if (!isJsonObject(given)) process.exit(0);
// Written by javaScriptProgram.
const assignment = given as unknown as JavaScriptAssignment;
void report.end(run);

async function run(): Promise<unknown> {
  const { language, method, full, args, cells, checkout, notebook, nodeModules } = assignment;
  const extract = extractCode(cells, language, { method, fullNotebook: full, args });
  if (extract.outcome === "refused") {
    const [first, ...more] = extract.findings.filter(({ severity }) => severity === "error").map(findingText);
    throw new NotRunnable([first, ...more].join("\n"));
  }
  const module = assembleModule(extract.cells, method);
  // Files are found from the notebook's folder.
  const url = fileUrlIn(checkout, notebook);
  hookModules({ checkout, nodeModules, made: new Map([[url, module.text]]) });
  const traced = { path: notebook, url, module };
  traceNotebook(traced);
  Object.assign(globalThis, {
    require: createRequire(url),
    [Symbol.for(CELL_BEGINS)]: begin,
  });
  const namespace: Record<string, unknown> = await import(url).catch((thrown: unknown) => {
    placeSyntaxError(thrown, traced);
    throw thrown;
  });
  return callEntry(namespace[ENTRY_EXPORT], extract.parameters);
}

function callEntry(entry: unknown, written: Parameters | undefined): unknown {
  const { method, args, callCell } = assignment;
  if (typeof entry !== "function") throw new NotRunnable(`\`${method}\` is no function, but ${typeof entry}`);
  const bound = bindArguments(method, written ?? parametersOf(entry as (...given: never[]) => unknown), args);
  if (bound.outcome === "refused") throw new NotRunnable(findingText({ severity: "error", code: "args", ...bound }));
  begin(callCell);
  return entry(...bound.values);
}

/** What is printed from now on is of this cell. */
function begin(cell: number): void {
  report.say({ cell });
  if (assignment.answersCells) waitForAnswer();
}
