/**
 * `npm run build:package`: stages in dist/ what `npm pack dist` puts into the package. The layout is the checkout's, with
 * every module compiled, because Node takes no types off what lies in node_modules.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");

/** Copied as they are, except their TypeScript and tests. */
const PARTS = ["tasks", "feeders", "functions", "workflows", "cloudformation", "docker"];
const FILES = ["cirrus.yml", "serverless.yml", "README.md", "CHANGELOG.md", "LICENSE"];

/** Our declarations mention them, so whoever compiles against us needs them as well. */
const TYPES = ["@types/aws-lambda", "@types/geojson", "stac-ts"];

rmSync(DIST, { recursive: true, force: true });
compile();
buildPage();
copyParts();
writeManifest();

function compile(): void {
  run("node_modules/typescript/bin/tsc", "-p", "tsconfig.package.json");
}

/** From nothing, so that no file of an older page is in the package. */
function buildPage(): void {
  run("node_modules/vite/bin/vite.js", "build", "dashboard", "--logLevel", "warn");
  // The manifest is for tests.
  const kept = (path: string) => !path.includes(".vite");
  cpSync(join(ROOT, "dashboard/dist"), join(DIST, "dashboard/dist"), { recursive: true, filter: kept });
}

function run(program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, program), ...args], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

function copyParts(): void {
  for (const part of PARTS) {
    if (!existsSync(join(ROOT, part))) continue;
    cpSync(join(ROOT, part), join(DIST, part), { recursive: true, filter: (path) => !path.endsWith(".ts") });
  }
  for (const file of FILES) cpSync(join(ROOT, file), join(DIST, file));
  // The programs that check and run notebooks.
  const python = "src/notebook/python";
  const kept = (path: string) => !path.endsWith(".ts") && !path.includes("__pycache__");
  cpSync(join(ROOT, python), join(DIST, python), { recursive: true, filter: kept });
  const templates = "src/scaffold/templates";
  cpSync(join(ROOT, templates), join(DIST, templates), { recursive: true });
  for (const name of readdirSync(join(ROOT, "bin"))) {
    const program = readFileSync(join(ROOT, "bin", name), "utf8");
    cpSync(join(ROOT, "bin", name), join(DIST, "bin", name));
    writeFileSync(join(DIST, "bin", name), program.replaceAll(/(import\("[^"]+)\.ts"\)/g, '$1.js")'));
  }
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The versions of what only a project needs stay under devDependencies: `cirrus init` reads them there. */
function writeManifest(): void {
  const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const { [manifest.name]: _itself, ...devDependencies } = manifest.devDependencies;
  const types = TYPES.map((name) => [name, devDependencies[name] ?? "*"]);
  const published = {
    ...manifest,
    scripts: undefined,
    exports: Object.fromEntries(Object.entries(manifest.exports).map(([name, file]) => [name, compiled(file)])),
    dependencies: { ...manifest.dependencies, ...Object.fromEntries(types) },
    devDependencies,
  };
  writeFileSync(join(DIST, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
}

function compiled(file: string): string | { readonly types: string; readonly default: string } {
  if (!file.endsWith(".ts")) return file;
  const stem = file.slice(0, -".ts".length);
  return { types: `${stem}.d.ts`, default: `${stem}.js` };
}
