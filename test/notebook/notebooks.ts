/** Notebooks as Jupyter saves them, made in a test; and how an execution of one is started there as a loop starts it. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import type { JsonObject } from "../../src/json.ts";
import type { ChannelMessage, Failure, Result } from "../../src/notebook/channel-messages.ts";
import { notebookProgram } from "../../src/notebook/notebook-program.ts";

/** Of code cells alone; `language` as a kernel says it. */
export function notebookOf(cells: readonly string[], language = "python"): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { language_info: { name: language } },
    cells: cells.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  });
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly messages: readonly ChannelMessage[];
  /** What it said last. */
  readonly end: Partial<Result & Failure>;
}

export interface Call {
  readonly method?: string;
  readonly full?: boolean;
  readonly args?: JsonObject;
  readonly files?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly signalAfter?: { readonly text: string; readonly signal: NodeJS.Signals };
}

/** Runs `task` of a notebook in a checkout of its own. */
export async function runCells(cells: readonly string[], call: Call = {}): Promise<Ran> {
  const path = call.path ?? "notebooks/model.ipynb";
  const checkout = checkoutOf({ [path]: notebookOf(cells), ...call.files });
  const { command, environment, assignment } = notebookProgram(
    { path, method: call.method ?? "task", fullNotebook: call.full ?? false, args: call.args ?? {} },
    checkout,
    { python: "python3" },
  );
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: checkout,
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, LANG: "C", ...environment },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const channel = child.stdio[3] as Duplex; // a pipe beyond the standard streams goes both ways
  const output = { stdout: "", stderr: "", channel: "" };
  child.stdout?.on("data", (part) => {
    output.stdout += part;
    const { text, signal } = call.signalAfter ?? {};
    if (text !== undefined && !child.killed && output.stdout.includes(text)) child.kill(signal);
  });
  child.stderr?.on("data", (part) => (output.stderr += part));
  channel.on("data", (part) => (output.channel += part));
  channel.on("error", () => {});
  channel.write(`${JSON.stringify(assignment)}\n`);
  // Not `close`: what a task leaves running may hold its output open.
  const ends = Promise.all([
    new Promise((done) => channel.once("close", done)),
    new Promise((done) => child.once("exit", done)),
  ]);
  const [, code] = await ends;
  await new Promise((done) => setImmediate(done));
  const messages: ChannelMessage[] = output.channel
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const last: object = messages.at(-1) ?? {};
  const end = ("result" in last || "error" in last ? last : {}) as Partial<Result & Failure>; // one of the two, by its key
  return { code: code as number | null, stdout: output.stdout, stderr: output.stderr, messages, end };
}

/** A folder with these files. */
export function checkoutOf(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cirrus-notebook-")));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
