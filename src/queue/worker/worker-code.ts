/** Gets what a worker on a pool's machine runs: the code of the task's Lambda, a bundle, or what the image has. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { WorkerCode, WorkerProgram } from "../../bulk/pool-order.ts";
import { findHandlerFile } from "../../embedded/lambda/lambda-handler.ts";
import type { Environment } from "../../env.ts";
import { CirrusError } from "../../errors.ts";
import type { ObjectStore, ObjectUrl } from "../../payload/object-store.ts";
import { findTaskCode } from "../../task/batch/task-code.ts";
import { unzip } from "../../task/batch/unzip.ts";
import type { Program } from "../program.ts";

export interface FetchedCode {
  readonly program: Program;
  /** What its Lambda has in its environment: a task finds the same here. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  remove(): Promise<void>;
}

export interface CodePorts {
  readonly objects: Pick<ObjectStore, "get">;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** As much as a Lambda may have. */
export const MOST_CODE_BYTES = 250 * 1024 ** 2;

export async function fetchCode(code: WorkerCode, ports: CodePorts): Promise<FetchedCode> {
  if (code.kind === "lambda") return lambdaCode(code.function, ports);
  if (code.kind === "image") return { program: programIn(process.cwd(), code.program), remove: async () => {} };
  return bundledCode(code, ports);
}

async function lambdaCode(name: string, { environment, signal, print }: CodePorts): Promise<FetchedCode> {
  const found = await findTaskCode({ ...environment, CIRRUS_TASK_FUNCTION: name }, signal, print);
  const file = findHandlerFile(found.directory, found.handler);
  if (file === undefined) throw new CirrusError(`The code of the Lambda ${name} has no file for ${found.handler}`);
  const exportName = found.handler.slice(found.handler.lastIndexOf(".") + 1);
  const { environment: variables, remove } = found;
  return { program: { kind: "module", file, exportName }, environment: variables, remove };
}

async function bundledCode(
  { url, sha256, program }: Extract<WorkerCode, { kind: "bundle" }>,
  { objects, print }: CodePorts,
): Promise<FetchedCode> {
  print(`Fetching ${url}`);
  const archive = await readBundle(url, sha256, objects);
  const folder = await mkdtemp(join(tmpdir(), "cirrus-code-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, "code.zip");
    const directory = join(folder, "code");
    await writeFile(file, archive);
    await mkdir(directory);
    await unzip(file, directory, { maxBytes: MOST_CODE_BYTES });
    await rm(file);
    await linkPackage(folder);
    return { program: programIn(directory, program), remove };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

async function readBundle(url: ObjectUrl, sha256: string, objects: CodePorts["objects"]): Promise<Uint8Array> {
  const got = await objects.get(url);
  if (got.outcome !== "found") {
    throw new CirrusError(`The code of the run is not there: ${url} is ${got.outcome}`, {
      hint: "Start the run again: npx cirrus bulk run with the same task and task file stores it anew.",
    });
  }
  const actual = createHash("sha256").update(got.body).digest("hex");
  if (actual === sha256) return got.body;
  throw new CirrusError(`${url} is not the code that the run was started with: its SHA-256 is ${actual}`);
}

/** A module of a bundle imports this package as it does at home. */
async function linkPackage(folder: string): Promise<void> {
  const packages = join(folder, "node_modules");
  await mkdir(packages);
  await symlink(resolve(import.meta.dirname, "../../.."), join(packages, "cirrus-pipeline"));
}

function programIn(directory: string, program: WorkerProgram): Program {
  if (program.kind === "command") return { ...program, directory };
  return { ...program, file: resolve(directory, program.file) };
}
