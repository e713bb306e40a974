/**
 * `npm run lint:template`: packages this project as it would be deployed, with loops, and has cfn-lint, checkov and cdk-nag
 * read its template. Whatever they find is mended, or justified in suppressions.yml.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { preparePython } from "../../deployed/python-environment.ts";
import { makeProjectWithLoops } from "../with-loops.ts";
import { judge, readSuppressions } from "./justify.ts";
import { type Finding, NAG_FOLDER, runLinters } from "./linters.ts";

/** EX_UNAVAILABLE of sysexits.h: nothing failed, something that is needed is not there. */
const UNAVAILABLE = 69;
const REGION = "us-west-2";
const ROOT = resolve(import.meta.dirname, "../../..");
const INSTALL_TIMEOUT_MS = 5 * 60_000;

const run = promisify(execFile);

async function main(): Promise<number> {
  const python = await preparePython({ requirements: join(import.meta.dirname, "requirements.txt") });
  const missing = python.outcome === "unavailable" ? python.reason : await prepareNag();
  if (python.outcome === "unavailable" || missing !== undefined) {
    console.error(`The template was not linted: ${missing}.`);
    return UNAVAILABLE;
  }
  const folder = await mkdtemp(join(tmpdir(), "cirrus-lint-"));
  try {
    const findings = await runLinters(await packageTemplate(folder), REGION, python.python);
    return report(findings);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The reason where it cannot be had. */
async function prepareNag(): Promise<string | undefined> {
  const lock = join(NAG_FOLDER, "package-lock.json");
  const installed = join(NAG_FOLDER, "node_modules", ".locked.json");
  if (existsSync(installed) && (await readFile(installed, "utf8")) === (await readFile(lock, "utf8"))) return undefined;
  try {
    await run("npm", ["ci", "--ignore-scripts"], { cwd: NAG_FOLDER, timeout: INSTALL_TIMEOUT_MS });
    await copyFile(lock, installed);
    return undefined;
  } catch (error) {
    return `cdk-nag could not be installed from the npm registry: ${String(error).trim().split("\n").at(-1)}`;
  }
}

async function packageTemplate(folder: string): Promise<string> {
  const serverless = join(ROOT, "node_modules/serverless/bin/serverless.js");
  const args = ["package", "--stage", "lint", "--region", REGION, "--package", folder];
  const cwd = makeProjectWithLoops();
  // The linters read the template alone, which is the same whatever the bundles hold.
  const settings = join(cwd, "cirrus.yml");
  await writeFile(
    settings,
    (await readFile(settings, "utf8")).replace(/^custom:$/m, "$&\n  esbuild: {packages: external}"),
  );
  try {
    await run(process.execPath, [serverless, ...args], { cwd, timeout: INSTALL_TIMEOUT_MS });
  } finally {
    await rm(cwd, { recursive: true });
  }
  return join(folder, "cloudformation-template-update-stack.json");
}

function report(findings: readonly Finding[]): number {
  const { unjustified, unused } = judge(findings, readSuppressions());
  for (const tool of ["cfn-lint", "checkov", "cdk-nag"]) {
    const all = findings.filter((finding) => finding.tool === tool).length;
    const left = unjustified.filter((finding) => finding.tool === tool).length;
    console.log(`${tool}: ${all} findings, ${all - left} of them justified`);
  }
  for (const { tool, rule, resource, detail, message } of unjustified) {
    console.log(`\n${tool} ${rule} ${resource} ${detail}\n  ${message}`);
  }
  for (const entry of unused) console.log(`\nNothing needs the justification of ${entry}: take it out.`);
  return unjustified.length + unused.length === 0 ? 0 : 1;
}

process.exitCode = await main();
