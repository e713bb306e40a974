/** Traces that speak of cells: `x.ipynb[cell 2]:3:5` in place of a line of the module that was made of them. */
import { type NotebookModule, OWN_NAME_ENDING } from "./assemble-module.ts";
import { placeText } from "./place.ts";

export interface TracedNotebook {
  /** As people know it. */
  readonly path: string;
  /** Of the module. */
  readonly url: string;
  readonly module: NotebookModule;
}

/** Of this program: beyond them nothing was called by people's code. */
const OUR_FILES = new URL(".", import.meta.url).href;

export function traceNotebook(notebook: TracedNotebook): void {
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.flatMap((site) => frameText(site, notebook) ?? []);
    return [headOf(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
  };
}

function frameText(site: NodeJS.CallSite, { path, url, module }: TracedNotebook): string | undefined {
  const file = site.getFileName();
  if (file?.startsWith(OUR_FILES) || file?.startsWith("node:internal/")) return undefined;
  if (file !== url) return String(site);
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  const place = line === null || column === null ? undefined : module.placeOf(line, column);
  if (place === undefined) return undefined;
  return String(site).replace(`${url}:${line}:${column}`, placeText(path, place)).replaceAll(OWN_NAME_ENDING, "");
}

/** What is wrong with an import is found before anything has a trace: Node writes `url:line` above the line itself. */
export function placeSyntaxError(thrown: unknown, { path, url, module }: TracedNotebook): void {
  if (!(thrown instanceof SyntaxError) || !thrown.stack?.startsWith(`${url}:`)) return;
  const line = Number.parseInt(thrown.stack.slice(url.length + 1), 10);
  const place = module.placeOf(line, 1);
  if (place === undefined) return;
  thrown.stack = thrown.stack.replace(`${url}:${line}`, placeText(path, place).replace(/:\d+$/, ""));
}

/** Whatever somebody threw has to be printed. */
function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}
