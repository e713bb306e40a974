/** Runs a notebook's function in a process of its own, as an execution does, and collects all that it says. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { JsonObject } from "../../../src/json.ts";
import type { ChannelMessage, Failure, Result } from "../../../src/notebook/channel-messages.ts";
import { javaScriptProgram } from "../../../src/notebook/javascript/javascript-program.ts";
import type { Language } from "../../../src/notebook/javascript/parse-cell.ts";

export interface Run {
  /** Code cells in their order; undefined stands for one that is no code. */
  readonly cells: readonly (string | undefined)[];
  readonly method?: string;
  readonly full?: boolean;
  readonly args?: JsonObject;
  readonly language?: Language;
  /** Files of the checkout. */
  readonly files?: Readonly<Record<string, string>>;
  /** Of the organisation's packages: path below `node_modules` → text. */
  readonly packages?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly result?: Result["result"];
  readonly warning?: string | undefined;
  readonly error?: Failure["error"];
  readonly messages: readonly ChannelMessage[];
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly checkout: string;
}

export async function runNotebook(run: Run): Promise<Ran> {
  const { cells, method = "task", full = false, args = {}, language = "typescript", files = {}, packages } = run;
  const folder = temporaryFolder();
  const checkout = join(folder, "checkout");
  mkdirSync(join(checkout, "notebooks"), { recursive: true });
  writeFiles(checkout, files);
  const nodeModules = join(folder, "environment", "node_modules");
  if (packages !== undefined) writeFiles(nodeModules, packages);
  const program = javaScriptProgram(
    {
      language,
      checkout,
      notebook: "notebooks/x.ipynb",
      method,
      full,
      args,
      cells: cells.flatMap((source, index) => (source === undefined ? [] : [{ index, source }])),
      callCell: cells.length,
    },
    packages === undefined ? {} : { nodeModules },
  );
  const ran = await runProgram({ ...program, directory: checkout });
  return { ...ran, checkout };
}

export interface Program {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly assignment: unknown;
  readonly directory: string;
  /** It is asked to end once it has printed this. */
  readonly endAfter?: string | undefined;
}

export async function runProgram({
  command,
  environment,
  assignment,
  directory,
  endAfter,
}: Program): Promise<Omit<Ran, "checkout">> {
  const [file, ...given] = command;
  const child = spawn(file, given, {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  // A pipe beyond the three standard streams goes both ways.
  const channel = child.stdio[3] as Duplex;
  channel.write(`${JSON.stringify(assignment)}\n`);
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  if (!child.stdout || !child.stderr) throw new Error("The process has no output.");
  if (endAfter !== undefined) {
    let printed = "";
    child.stdout.on("data", (part: Buffer) => {
      printed += part.toString();
      if (!child.killed && printed.includes(endAfter)) child.kill("SIGTERM");
    });
  }
  const [said, stdout, stderr] = await Promise.all([text(channel), text(child.stdout), text(child.stderr)]);
  const messages = said
    .split("\n")
    .filter(Boolean)
    .map((line): ChannelMessage => JSON.parse(line));
  const last = messages.at(-1);
  const end = last !== undefined && ("result" in last || "error" in last) ? last : {};
  return { ...end, messages, stdout, stderr, code: await code };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-notebook-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
