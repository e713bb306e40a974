/** Loads a task's handler as Lambda's Node runtime does, with the same names for what can be wrong with it. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { LAMBDA_ERRORS, type LambdaFailure } from "./lambda-errors.ts";

export type Handler = (event: unknown, context: unknown) => unknown;

const EXTENSIONS = [".ts", ".js", ".mjs", ".cjs"];

/** Thrown for a handler that cannot be loaded. */
export class LoadFailure extends Error {
  readonly failure: LambdaFailure;

  constructor(errorType: string, errorMessage: string, trace: readonly string[] = []) {
    super(errorMessage);
    this.failure = { errorType, errorMessage, trace };
  }
}

/** `handler` is a path without extension, a dot, the export: `lib/handler.main`. */
export async function loadHandler(directory: string, handler: string): Promise<Handler> {
  const file = basename(handler);
  const dot = file.indexOf(".");
  if (dot <= 0 || dot === file.length - 1 || handler.includes("..")) {
    throw new LoadFailure(LAMBDA_ERRORS.malformedHandler, `Bad handler '${handler}': it must be 'file.export'`);
  }
  const stem = join(dirname(handler), file.slice(0, dot));
  const exportName = file.slice(dot + 1);
  const module = await importModule(directory, stem);
  const found = exportName.split(".").reduce(member, module) ?? exportName.split(".").reduce(member, module.default);
  if (typeof found !== "function") {
    throw new LoadFailure(LAMBDA_ERRORS.noHandler, `${handler} is undefined or not exported`);
  }
  // The rule of nodejs24.x: a third parameter is a callback, and callbacks are gone.
  if (found.length >= 3) {
    throw new LoadFailure(
      LAMBDA_ERRORS.callbackHandler,
      `${handler} takes a callback, which Lambda's Node 24 does not call: make it an async function of event and context`,
    );
  }
  return found as Handler; // whatever its types, it is called as Lambda calls it
}

/** The module of `lib/handler.main` below a folder; undefined where there is none. */
export function findHandlerFile(directory: string, handler: string): string | undefined {
  const file = basename(handler);
  return findModule(directory, join(dirname(handler), file.slice(0, Math.max(file.indexOf("."), 0))));
}

function findModule(directory: string, stem: string): string | undefined {
  return EXTENSIONS.map((extension) => join(directory, stem + extension)).find((path) => existsSync(path));
}

async function importModule(directory: string, stem: string): Promise<Record<string, unknown>> {
  const path = findModule(directory, stem);
  if (!path) {
    const tried = EXTENSIONS.map((extension) => stem + extension).join(", ");
    throw new LoadFailure(
      LAMBDA_ERRORS.cannotImport,
      `Error: Cannot find module '${stem}' in ${directory} (tried ${tried})`,
    );
  }
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw loadFailure(error);
  }
}

/** An error that the module itself throws keeps its name. */
function loadFailure(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const trace = (thrown.stack ?? "").split("\n");
  const message = `${thrown.name}: ${thrown.message}`;
  if (thrown instanceof SyntaxError) {
    // Node writes file and line above the message, and nowhere else.
    const place = /^.+:\d+$/.exec(trace[0] ?? "")?.[0];
    return new LoadFailure(LAMBDA_ERRORS.syntax, place === undefined ? message : `${message} (${place})`, trace);
  }
  const { code } = thrown as NodeJS.ErrnoException; // Node's own errors carry a code
  const missing = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND", "ERR_PACKAGE_PATH_NOT_EXPORTED"];
  return code && missing.includes(code) ? new LoadFailure(LAMBDA_ERRORS.cannotImport, message, trace) : thrown;
}

function member(value: unknown, name: string): unknown {
  // A module's namespace or an object of it: whatever is no object has no members.
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
