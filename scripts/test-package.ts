/**
 * `npm run test:package`: what a stranger does. Packs the package, installs the tarball in a project that `cirrus init`
 * made, checks it, runs a payload, and packages it for AWS. Needs npm's registry, and says plainly where it is not there.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

if (run("npm", ["view", "zod", "version"], ROOT).status !== 0) {
  console.log("npm's registry is not there: the package was NOT tested.");
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), "cirrus-package-"));
try {
  const project = makeProject(packTarball());
  step("npm", ["install", "--no-audit", "--no-fund"], project);
  for (const args of [
    ["cirrus", "check"],
    ["cirrus", "show", "task", "publish", "handler"],
    ["cirrus", "create", "task", "both", "Runs both ways", "--has-lambda", "--has-batch"],
    ["cirrus", "create", "workflow", "flow", "Runs it", "--task", "both"],
    ["cirrus", "task", "run", "both"],
    ["cirrus", "task", "run", "both", "--batch"],
    ["cirrus", "run", "flow", "workflows/flow/payload.json"],
    ["cirrus", "create", "task", "many", "Runs over many", "--type", "bulk"],
    ["cirrus", "bulk", "run", "many", "--tasks", "tasks/many/tasks.json"],
    ["cirrus", "examples"],
    ["vitest", "run"],
    ["tsc"],
    ["serverless", "package", "--stage", "dev"],
  ]) {
    step("npx", ["--no-install", ...args], project);
  }
  expectZip(project, "both.zip");
  console.log("The package works in a project of its own.");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function packTarball(): string {
  step("npm", ["run", "build:package"], ROOT);
  step("npm", ["pack", join(ROOT, "dist")], folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  return join(folder, tarball);
}

function makeProject(tarball: string): string {
  step(process.execPath, [join(ROOT, "bin/cirrus"), "init", "demo"], folder);
  const file = join(folder, "demo/package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  manifest.dependencies["cirrus-pipeline"] = `file:${tarball}`;
  writeFileSync(file, JSON.stringify(manifest, null, 2));
  return join(folder, "demo");
}

/** Shows what a step wrote only where it failed. */
function step(program: string, args: readonly string[], cwd: string): void {
  const started = performance.now();
  const { status, stdout, stderr } = run(program, args, cwd);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? "✓" : "✗"} ${[program, ...args].join(" ").replace(ROOT, ".")} (${seconds} s)`);
  if (status === 0) return;
  console.error(stdout, stderr);
  throw new Error(`${program} ${args.join(" ")} ended with ${status}`);
}

function run(program: string, args: readonly string[], cwd: string) {
  return spawnSync(program, args, { cwd, encoding: "utf8", timeout: 600_000 });
}

function expectZip(project: string, name: string): void {
  const made = readdirSync(join(project, ".serverless"));
  if (!made.includes(name)) throw new Error(`.serverless has no ${name}, but ${made.join(", ")}`);
}
