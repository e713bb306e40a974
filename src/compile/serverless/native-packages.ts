/**
 * Packages that bring machine code, such as sharp, or WebAssembly that they read from their own folder, such as gdal3.js,
 * cannot be bundled. They are copied into the zip of the functions that import them, in the build for the machine that
 * Lambda runs, as npm installed it; npm itself is not run.
 */
import { cpSync, existsSync, globSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PartialMessage, Plugin } from "esbuild";
import { z } from "zod";

/** The processor that a function runs on, as npm calls it. */
export type Processor = "x64" | "arm64";

/** A function whose code one entry is. */
export interface Packaged {
  readonly processor: Processor;
  /** Where its packages are put, so that they go into its zip. */
  readonly folder: string;
}

export interface NativePackagesOptions {
  /** Packages that the project wants copied as they are, whatever they hold. */
  readonly external: readonly string[];
  /** The functions that an entry and the folder of its output belong to. */
  readonly functionsOf: (entry: string, outdir: string) => readonly Packaged[];
}

/** A plugin for esbuild. */
export function makeNativePackages({ external, functionsOf }: NativePackagesOptions): Plugin {
  // Thousands of modules of every function's bundle ask for the same packages.
  const known: Known = new Map();
  return {
    name: "native-packages",
    setup(build) {
      const found = new Map<string, Installed>();
      build.onResolve({ filter: /^[^./]/ }, ({ path, resolveDir }) => {
        if (path.startsWith("node:")) return undefined;
        const name = packageName(path);
        const installed = findPackage(name, resolveDir, known);
        if (installed === undefined || !(external.includes(name) || cannotBeBundled(installed))) return undefined;
        found.set(name, installed);
        return { path, external: true };
      });
      build.onEnd(({ errors }) => {
        if (errors.length > 0) return undefined;
        const entry = String((build.initialOptions.entryPoints as readonly string[])[0]); // one entry a bundle
        const functions = functionsOf(entry, build.initialOptions.outdir ?? "");
        return { errors: functions.flatMap((packaged) => copyPackages([...found.values()], packaged)) };
      });
    },
  };
}

const manifestSchema = z.object({
  name: z.string(),
  gypfile: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
});

interface Installed {
  readonly directory: string;
  readonly manifest: z.output<typeof manifestSchema>;
}

function packageName(path: string): string {
  return path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
}

/** What was found in, or above, a folder of a package. */
type Known = Map<string, Installed | undefined>;

/** As Node looks for a package: in the folder's node_modules, then in those above it. */
function findPackage(name: string, from: string, known: Known = new Map()): Installed | undefined {
  const directory = join(from, "node_modules", name);
  if (known.has(directory)) return known.get(directory);
  const found = existsSync(join(directory, "package.json")) ? readPackage(directory) : findAbove(name, from, known);
  known.set(directory, found);
  return found;
}

function findAbove(name: string, from: string, known: Known): Installed | undefined {
  const parent = dirname(from);
  return parent === from ? undefined : findPackage(name, parent, known);
}

function readPackage(directory: string): Installed | undefined {
  const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(join(directory, "package.json"), "utf8")));
  return parsed.success ? { directory: realpathSync(directory), manifest: parsed.data } : undefined;
}

/** Of each package. */
const unbundled = new WeakMap<Installed, boolean>();

function cannotBeBundled(installed: Installed): boolean {
  const cannot = unbundled.get(installed) ?? (isNative(installed) || readsWasm(installed));
  unbundled.set(installed, cannot);
  return cannot;
}

/** One build a platform as optional dependencies, or compiled where it was installed. */
function isNative({ directory, manifest }: Installed): boolean {
  const { gypfile, dependencies, optionalDependencies } = manifest;
  return (
    gypfile === true ||
    COMPILERS.some((name) => name in dependencies) ||
    Object.keys(optionalDependencies).some((name) => /[-/](linux|darwin|win32)-/.test(name)) ||
    existsSync(join(directory, "binding.gyp"))
  );
}

/** One machine is as good as another for it. */
function readsWasm({ directory }: Installed): boolean {
  const exclude = (name: string) => name === "node_modules";
  return globSync("**/*.wasm", { cwd: directory, exclude }).length > 0;
}

const COMPILERS = ["bindings", "node-gyp-build", "node-pre-gyp", "@mapbox/node-pre-gyp", "prebuild-install"];

/** What is wrong with them comes back. */
function copyPackages(natives: readonly Installed[], { processor, folder }: Packaged): PartialMessage[] {
  const wanted = new Map<string, Installed>();
  const problems = natives.flatMap((native) => checkBuild(native, processor));
  for (const native of natives) collect(native, processor, wanted);
  if (problems.length > 0) return problems;
  for (const { directory, manifest } of wanted.values()) {
    const within = directory.length + 1;
    cpSync(directory, join(folder, "node_modules", manifest.name), {
      recursive: true,
      dereference: true,
      // Nested dependencies are collected on their own; sources and types do not run.
      filter: (path) => !/(^|[\\/])(node_modules|src|install)([\\/]|$)|\.(d\.[cm]?ts|map|md)$/.test(path.slice(within)),
    });
  }
  return [];
}

function collect(native: Installed, processor: Processor, wanted: Map<string, Installed>): void {
  if (wanted.has(native.manifest.name)) return;
  wanted.set(native.manifest.name, native);
  const { dependencies, optionalDependencies } = native.manifest;
  for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) {
    const installed = findPackage(name, native.directory);
    if (installed !== undefined && runsOn(installed, processor)) collect(installed, processor, wanted);
  }
}

/** Lambda runs Amazon Linux, whose C library is glibc. */
function runsOn({ manifest: { os, cpu, libc } }: Installed, processor: Processor): boolean {
  const allows = (list: readonly string[] | undefined, value: string) => list === undefined || list.includes(value);
  return allows(os, "linux") && allows(cpu, processor) && allows(libc, "glibc");
}

function checkBuild(native: Installed, processor: Processor): PartialMessage[] {
  if (!isNative(native)) return [];
  const { name, optionalDependencies } = native.manifest;
  const platform = `linux-${processor}`;
  const builds = Object.keys(optionalDependencies).filter(
    (other) => other.includes(platform) && !other.includes("musl"),
  );
  const missing =
    builds.length > 0
      ? builds.filter((build) => findPackage(build, native.directory) === undefined)
      : platform === `${process.platform}-${process.arch}`
        ? []
        : [`${name} for ${platform}`];
  if (missing.length === 0) return [];
  const command = `npm install --no-save --os=linux --cpu=${processor} --libc=glibc ${name}`;
  return [
    { text: `${name} runs on Lambda only with ${missing.join(" and ")}, which is not installed. Run: ${command}` },
  ];
}
