/**
 * `npm run test:package`: what a stranger does. Packs the package, installs the tarball in a project that `cirrus init`
 * made, checks it, runs a payload, packages it for AWS, and looks for the page. Needs npm's registry, and says plainly
 * where it is not there.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
    ["cirrus", "show", "task", "convert-to-cog", "schema"],
    ["cirrus", "readme"],
    ["cirrus", "readme", "--check"],
    ["cirrus", "feed", "schedule", "--collection", "days", "--workflow", "flow"],
    ["cirrus", "run", "cog-archive", "cogs.json"],
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
  tryDashboard(project);
  tryLoops(project);
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
  // A built-in workflow with its own example, whose assets lie in this project's bucket then.
  cpSync(join(ROOT, "examples/assets"), join(folder, "demo/examples/assets"), { recursive: true });
  const payload = readFileSync(join(ROOT, "workflows/cog-archive/payload.json"), "utf8");
  writeFileSync(join(folder, "demo/cogs.json"), payload.replaceAll("cirrus-dev-data", "demo-dev-data"));
  return join(folder, "demo");
}

/** The page is in the package as it is built, and the API can be imported as a Lambda imports it. */
function tryDashboard(project: string): void {
  const page = "node_modules/cirrus-pipeline/dashboard/dist/index.html";
  if (!existsSync(join(project, page))) throw new Error(`The package has no ${page}`);
  const names =
    'const { apiLambda, operateLambda } = await import("cirrus-pipeline/api"); apiLambda(); operateLambda();';
  step(process.execPath, ["--input-type=module", "-e", names], project);
}

/** A notebook that a loop runs once; and what the image of loops on AWS takes from the package. */
function tryLoops(project: string): void {
  const repository = join(project, "repository");
  mkdirSync(repository);
  const peach = "codops: zzebu\ntasks:\n  add:\n    notebook: add.ipynb\n    method: add\n    args: {one: 1}\n";
  const source = "def add(one):\n    print('it adds')\n    return one + 1\n";
  const cell = { cell_type: "code", metadata: {}, outputs: [], execution_count: null, source };
  const notebook = { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] };
  writeFileSync(join(repository, "peach.yaml"), peach);
  writeFileSync(join(repository, "add.ipynb"), JSON.stringify(notebook));
  const git = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
    [...git, "commit", "--quiet", "--message", "Add"],
  ]) {
    step("git", args, repository);
  }
  step("npx", ["--no-install", "cirrus", "loop", "check", "repository"], project);
  step("npx", ["--no-install", "cirrus", "loop", "run", "repository", "--once"], project);
  const { stdout } = run("npx", ["--no-install", "cirrus", "loop", "logs", "zzebu/add"], project);
  if (!stdout.includes("it adds")) throw new Error(`The notebook left no log: ${stdout}`);
  const image = "./node_modules/cirrus-pipeline/docker/loops/cirrus-loops.mjs";
  const names = `const { executeTurn, registerLoops } = await import("${image}"); if (!executeTurn || !registerLoops) throw 1`;
  step(process.execPath, ["--input-type=module", "-e", names], project);
  const usage = run("npx", ["--no-install", "cirrus-loop"], project);
  if (!usage.stdout.includes("cirrus-loop <execution>"))
    throw new Error(`cirrus-loop says: ${usage.stdout}${usage.stderr}`);
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
