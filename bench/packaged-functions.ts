/** This package's Lambdas as they are deployed, with loops: packaged by the Serverless Framework, each zip unpacked into a folder. */
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { unzip } from "../src/task/batch/unzip.ts";
import { makeProjectWithLoops } from "../test/stack/with-loops.ts";

export interface PackagedFunction {
  readonly name: string;
  readonly folder: string;
  /** The module that Lambda imports. */
  readonly handler: string;
  /** What that was made of. */
  readonly source: string;
  readonly zipBytes: number;
}

const ROOT = resolve(import.meta.dirname, "..");
const MOST_BYTES = 250 * 1024 * 1024;

export async function packageFunctions(): Promise<{
  readonly functions: readonly PackagedFunction[];
  remove(): void;
}> {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-bench-"));
  const serverless = join(ROOT, "node_modules/serverless/bin/serverless.js");
  const args = [serverless, "package", "--stage", "bench", "--package", folder];
  const cwd = makeProjectWithLoops();
  execFileSync(process.execPath, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  rmSync(cwd, { recursive: true });
  const functions: PackagedFunction[] = [];
  for (const zip of globSync(join(folder, "*.zip")).sort()) {
    const name = basename(zip, ".zip");
    const unpacked = join(folder, name);
    mkdirSync(unpacked);
    await unzip(zip, unpacked, { maxBytes: MOST_BYTES });
    const [handler] = globSync(join(unpacked, `.cirrus/entries/${name}/handler.mjs`));
    const [source] = globSync(join(ROOT, `{tasks,feeders,functions}/${name}/handler.ts`));
    if (handler === undefined || source === undefined) throw new Error(`${zip} holds no handler.mjs of ${name}`);
    functions.push({ name, folder: unpacked, handler, source, zipBytes: statSync(zip).size });
  }
  return { functions, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
