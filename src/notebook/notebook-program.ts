/** How an execution of a notebook's function is started: by which program, and with what it is told first. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CirrusError, EXIT } from "../errors.ts";
import { asJson, type Json, type JsonObject } from "../json.ts";
import type { Environment } from "../loop/environments.ts";
import { javaScriptProgram } from "./javascript/javascript-program.ts";
import { type Notebook, readNotebook } from "./read-notebook.ts";

/** What cannot be run as it is registered: the notebook or the function is not there in this version. */
export class NotRunnable extends CirrusError {}

export interface NotebookCall {
  /** In the checkout. */
  readonly path: string;
  readonly method: string;
  readonly fullNotebook: boolean;
  readonly args: JsonObject;
}

export interface NotebookProgram {
  /** Started in the checkout's folder. */
  readonly command: readonly [string, ...string[]];
  /** On top of what every task is given. */
  readonly environment: Readonly<Record<string, string>>;
  /** The line that it is sent first. */
  readonly assignment: Json;
}

const RUN_PYTHON = join(dirname(fileURLToPath(import.meta.url)), "python", "run.py");

/** Reads the notebook as it is in the checkout. Throws NotRunnable where it is none. */
export function notebookProgram(call: NotebookCall, checkout: string, environment: Environment): NotebookProgram {
  const notebook = readIn(checkout, call.path);
  const { language } = notebook;
  const assignment = {
    checkout,
    notebook: call.path,
    method: call.method,
    full: call.fullNotebook,
    args: call.args,
    cells: notebook.cells.map(({ index, source }) => ({ index, source })),
    callCell: notebook.cellCount,
  };
  switch (language) {
    case "python":
      return { command: [environment.python, RUN_PYTHON], environment: PYTHON, assignment };
    case "typescript":
    case "javascript": {
      const program = javaScriptProgram({ ...assignment, language }, environment);
      return { ...program, assignment: asJson(program.assignment) };
    }
    default:
      throw new NotRunnable(`${call.path} is written in ${language}, which no program here runs`, {
        exitCode: EXIT.config,
      });
  }
}

const PYTHON = {
  // A checkout is used again while nothing in it has changed.
  PYTHONDONTWRITEBYTECODE: "1",
  // Child processes of the task print as it does.
  PYTHONIOENCODING: "utf-8:backslashreplace",
  // Figures are drawn without a display, as a notebook's are.
  MPLBACKEND: "Agg",
} as const;

function readIn(checkout: string, path: string): Notebook {
  const read = readNotebook(contentOf(checkout, path));
  if (read.outcome === "read") return read.notebook;
  throw new NotRunnable(`${path} ${read.message}`, { where: path, hint: read.hint, exitCode: EXIT.config });
}

function contentOf(checkout: string, path: string): Uint8Array {
  try {
    return readFileSync(join(checkout, path));
  } catch (thrown) {
    throw new NotRunnable(`There is no notebook ${path} in this version`, {
      where: path,
      cause: thrown,
      exitCode: EXIT.notFound,
    });
  }
}
