/** The checkout's Lambdas as they are deployed: packaged by the Serverless Framework, each zip unpacked into a folder. */
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { unzip } from "../src/task/unzip.ts";

export interface PackagedFunction {
  readonly name: string;
  readonly folder: string;
  /** The module that Lambda imports. */
  readonly handler: string;
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
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  const functions: PackagedFunction[] = [];
  for (const zip of globSync(join(folder, "*.zip")).sort()) {
    const name = basename(zip, ".zip");
    const unpacked = join(folder, name);
    mkdirSync(unpacked);
    await unzip(zip, unpacked, { maxBytes: MOST_BYTES });
    const [handler] = globSync(join(unpacked, `{tasks,feeders,functions}/${name}/handler.mjs`));
    if (handler === undefined) throw new Error(`${zip} holds no handler.mjs of ${name}`);
    functions.push({ name, folder: unpacked, handler, zipBytes: statSync(zip).size });
  }
  return { functions, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
