/**
 * How the modules of an execution are found, without a link in the checkout: packages come from the organisation's
 * `node_modules` and from nowhere else, files from the checkout, and `cirrus-pipeline` is this package.
 */
import { realpathSync } from "node:fs";
import { createRequire, isBuiltin, type ResolveFnOutput, registerHooks } from "node:module";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { CirrusError } from "../../errors.ts";
import { packageOf, readSpecifier } from "./specifiers.ts";

export interface ModulePlaces {
  readonly checkout: string;
  /** Of the organisation. */
  readonly nodeModules?: string | undefined;
  /** Packages that this one depends on may be had too: a project's tasks are written with them. */
  readonly withOwn?: boolean | undefined;
  /** Modules that are in no file, by their URL. */
  readonly made?: ReadonlyMap<string, string> | undefined;
}

/** What cannot be imported, with what to do. */
export class ImportFailed extends CirrusError {}

type Resolve = (specifier: string, context?: { readonly parentURL: string }) => ResolveFnOutput;

export function hookModules(places: ModulePlaces): void {
  const checkout = `${pathToFileURL(realpathSync(places.checkout)).href}/`;
  registerHooks({
    resolve(specifier, context, next) {
      if (places.made?.has(specifier)) return { url: specifier, format: "module", shortCircuit: true };
      const isOfCheckout = context.parentURL?.startsWith(checkout) === true;
      const isInstalled = context.parentURL?.includes("/node_modules/") === true;
      if (!isOfCheckout || isInstalled || isBuiltin(specifier)) return next(specifier, context);
      const isRequired = context.conditions.includes("require");
      const read = readSpecifier(specifier);
      if (read.kind === "refused") throw new ImportFailed(`${read.message}.`, { hint: read.hint });
      if (read.kind === "package") return resolvePackage(read.name, places, checkout, isRequired, next);
      return resolveFile(specifier, next);
    },
    load(url, context, next) {
      const source = places.made?.get(url);
      return source === undefined ? next(url, context) : { format: "module", source, shortCircuit: true };
    },
  });
}

function resolvePackage(
  name: string,
  { nodeModules, withOwn }: ModulePlaces,
  checkout: string,
  isRequired: boolean,
  next: Resolve,
): ResolveFnOutput {
  const own = packageOf(name) === "cirrus-pipeline";
  const parents = [
    ...(own || nodeModules === undefined ? [] : [pathToFileURL(join(dirname(nodeModules), "package.json")).href]),
    ...(own || withOwn ? [import.meta.url] : []),
  ];
  for (const parentURL of parents) {
    // `require` goes by its module, whatever parent the hook names.
    const found = tryResolve(() =>
      isRequired
        ? { url: pathToFileURL(createRequire(parentURL).resolve(name)).href, shortCircuit: true }
        : next(name, { parentURL }),
    );
    if (found !== undefined) return found;
  }
  // A repository may hold its packages itself. What lies above the checkout is not its own.
  const found = tryResolve(() => next(name));
  if (found !== undefined && (found.url.startsWith(checkout) || isBuiltin(found.url))) return found;
  throw new ImportFailed(`The package ${packageOf(name)} is not there.`, {
    hint: `Put it under \`dependencies\` in the YAML file: npm:${packageOf(name)}`,
  });
}

/** As TypeScript and tslab find them. */
const ENDINGS = ["", ".ts", ".js", ".mjs", "/index.ts", "/index.js"];

function resolveFile(specifier: string, next: Resolve) {
  for (const ending of specifier.startsWith(".") ? ENDINGS : []) {
    const found = tryResolve(() => next(specifier + ending));
    if (found !== undefined) return found;
  }
  return next(specifier);
}

const MISSING = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND", "ERR_UNSUPPORTED_DIR_IMPORT"];

function tryResolve<T>(resolve: () => T): T | undefined {
  try {
    return resolve();
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && MISSING.includes(String(thrown.code))) return undefined;
    throw thrown;
  }
}

/** Where a folder's module would be, with links followed as Node follows them. */
export function fileUrlIn(folder: string, path: string): string {
  return pathToFileURL(realpathSync(folder) + sep + path).href;
}
