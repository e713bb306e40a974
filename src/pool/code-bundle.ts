/** A program's folder as an archive that workers on other machines unpack: the same files are the same archive. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { type AsyncZippable, zip } from "fflate";
import type { WorkerProgram } from "../bulk/pool-order.ts";
import { CirrusError, EXIT } from "../errors.ts";
import type { Program } from "../queue/program.ts";
import { MOST_CODE_BYTES } from "../queue/worker/worker-code.ts";

export interface CodeBundle {
  readonly archive: Uint8Array;
  readonly sha256: string;
  /** What to run, relative to the folder. */
  readonly program: WorkerProgram;
}

/** What is no code, or made here for this machine. */
const LEFT_OUT = new Set([".git", ".cirrus", ".serverless", ".venv", "node_modules", "__pycache__"]);

export async function bundleProgram(program: Program): Promise<CodeBundle> {
  const folder = program.kind === "module" ? dirname(program.file) : program.directory;
  const archive = await pack(folder);
  return {
    archive,
    sha256: createHash("sha256").update(archive).digest("hex"),
    program: within(folder, program),
  };
}

function within(folder: string, program: Program): WorkerProgram {
  if (program.kind === "module") return { ...program, file: basename(program.file) };
  const [first = "", ...rest] = program.command.map((word) => relativeTo(folder, word));
  return { kind: "command", command: [first, ...rest] };
}

/** `./my_worker.py` of a path in the folder; every other word stays as it is. */
function relativeTo(folder: string, word: string): string {
  if (!isAbsolute(word)) return word;
  const path = relative(folder, word);
  return path.startsWith("..") ? word : `./${path.split(sep).join("/")}`;
}

async function pack(folder: string): Promise<Uint8Array> {
  const files: AsyncZippable = {};
  let bytes = 0;
  for (const { name, path, mode, link } of filesBelow(folder, "")) {
    const content = link === undefined ? readFileSync(path) : Buffer.from(link);
    bytes += content.length;
    if (bytes > MOST_CODE_BYTES) throw tooLarge(folder);
    // The upper half of the attributes is the file's mode, as Unix writes zips.
    files[name] = [content, { os: 3, attrs: mode << 16, mtime: "2000-01-01T00:00:00Z" }];
  }
  return new Promise((resolve, reject) => {
    zip(files, { level: 6 }, (error, archive) => (error ? reject(error) : resolve(archive)));
  });
}

interface PackedFile {
  readonly name: string;
  readonly path: string;
  readonly mode: number;
  readonly link?: string;
}

function* filesBelow(folder: string, prefix: string): Generator<PackedFile> {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !LEFT_OUT.has(name));
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(path, `${name}/`);
    else if (entry.isSymbolicLink()) yield { name, path, mode: lstatSync(path).mode, link: readlinkSync(path) };
    else if (entry.isFile()) yield { name, path, mode: lstatSync(path).mode };
  }
}

function tooLarge(folder: string): CirrusError {
  return new CirrusError(`The folder ${folder} holds more than ${MOST_CODE_BYTES / 1024 ** 2} MB.`, {
    hint: "All of it would be sent to every worker. Keep the program in a folder of its own, or in an image: --image.",
    exitCode: EXIT.config,
  });
}
