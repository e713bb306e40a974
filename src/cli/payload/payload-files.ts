/** Reads payloads from files or standard input: a JSON document, or NDJSON with one payload a line. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CirrusError, describeError, EXIT, type Problem, ProblemsError } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { type Payload, type ProcessDefinition, parsePayload } from "../../payload/payload.ts";
import type { Io } from "../terminal/io.ts";

export interface SourcedJson {
  /** The file's name as given, with the line where it holds several payloads; `stdin` for standard input. */
  readonly source: string;
  readonly value: Json;
}

export interface SourcedPayload {
  readonly source: string;
  readonly payload: Payload;
}

/** Every problem of every file is reported at once. */
export async function readJsonFiles(
  paths: readonly string[],
  io: Pick<Io, "stdin" | "cwd">,
): Promise<readonly SourcedJson[]> {
  const problems: Problem[] = [];
  const values: SourcedJson[] = [];
  for (const path of paths) {
    const source = path === "-" ? "stdin" : path;
    const text = await readSource(path, io);
    const parsed = parseDocuments(text, source);
    problems.push(...parsed.problems);
    values.push(...parsed.values);
  }
  if (problems.length > 0) throw new ProblemsError("This is not JSON:", problems);
  return values;
}

/** The text of a file, or of standard input for `-`. */
export function readSource(path: string, io: Pick<Io, "stdin" | "cwd">): Promise<string> {
  return path === "-" ? readAll(io) : readText(resolve(io.cwd, path), path);
}

/** Names as arguments; `-` stands for those on standard input, one a line. */
export async function readNames(names: readonly string[], io: Pick<Io, "stdin">): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names) {
    if (name === "-")
      found.push(
        ...(await readAll(io))
          .split("\n")
          .map((line) => line.trim())
          .filter((line) => line !== ""),
      );
    else found.push(name);
  }
  return [...new Set(found)];
}

/** Payloads that pass the check, or every reason why not. `workflow` runs each through that one. */
export function toPayloads(
  documents: readonly SourcedJson[],
  { workflow, replace = false }: { readonly workflow?: string; readonly replace?: boolean } = {},
): readonly SourcedPayload[] {
  const problems: Problem[] = [];
  const payloads: SourcedPayload[] = [];
  for (const { source, value } of documents) {
    const parsed = parsePayload(workflow === undefined ? value : addressTo(workflow, value));
    if ("problems" in parsed) {
      problems.push(...parsed.problems.map((problem) => ({ ...problem, file: source })));
      continue;
    }
    const [first] = parsed.payload.process;
    if (workflow !== undefined && first.workflow !== workflow) {
      problems.push(otherWorkflow(source, first.workflow, workflow));
      continue;
    }
    const process = replace ? replaceAll(parsed.payload.process) : parsed.payload.process;
    payloads.push({ source, payload: { ...parsed.payload, process } });
  }
  if (problems.length > 0) throw new ProblemsError("This is not a process payload:", problems);
  return payloads;
}

/** A payload that is to run again runs its whole chain again. */
function replaceAll([first, ...next]: Payload["process"]): Payload["process"] {
  const again = (definition: ProcessDefinition): ProcessDefinition => ({ ...definition, replace: true });
  return [again(first), ...next.map((element) => (isList(element) ? element.map(again) : again(element)))];
}

function isList(element: ProcessDefinition | readonly ProcessDefinition[]): element is readonly ProcessDefinition[] {
  return Array.isArray(element);
}

/** An item, or a collection of items, that does not say what to do with it is sent to the workflow asked for. */
function addressTo(workflow: string, value: Json): Json {
  if (!isJsonObject(value)) return value;
  if (value.type === "Feature") return { type: "FeatureCollection", features: [value], process: [{ workflow }] };
  return value.process === undefined ? { ...value, process: [{ workflow }] } : value;
}

function otherWorkflow(file: string, found: string, wanted: string): Problem {
  return {
    code: "other-workflow",
    file,
    path: "$.process[0].workflow",
    message: `the payload is for workflow ${found}, not ${wanted}.`,
    hint: `Run it with: cirrus run ${found} ${file}`,
  };
}

function parseDocuments(
  text: string,
  source: string,
): { readonly values: SourcedJson[]; readonly problems: Problem[] } {
  try {
    return { values: [{ source, value: JSON.parse(text) as Json }], problems: [] };
  } catch (thrown) {
    const lines = text.split("\n").map((line, index) => ({ line, number: index + 1 }));
    const filled = lines.filter(({ line }) => line.trim() !== "");
    const [first] = filled;
    if (filled.length < 2 || !first || !parses(first.line)) return { values: [], problems: [notJson(source, thrown)] };
    return parseLines(filled, source);
  }
}

function parseLines(lines: readonly { readonly line: string; readonly number: number }[], source: string) {
  const values: SourcedJson[] = [];
  const problems: Problem[] = [];
  for (const { line, number } of lines) {
    try {
      values.push({ source: `${source}:${number}`, value: JSON.parse(line) as Json });
    } catch (thrown) {
      problems.push(notJson(`${source}:${number}`, thrown));
    }
  }
  return { values, problems };
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function notJson(file: string, thrown: unknown): Problem {
  return {
    code: "not-json",
    file,
    message: describeError(thrown).cause,
    hint: "Write one JSON document, or one payload on each line.",
  };
}

async function readText(path: string, given: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const missing = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    throw new CirrusError(
      missing ? `There is no file ${given}.` : `${given} cannot be read: ${describeError(thrown).cause}`,
      {
        exitCode: EXIT.notFound,
        cause: thrown,
      },
    );
  }
}

async function readAll({ stdin }: Pick<Io, "stdin">): Promise<string> {
  if (stdin.isTTY) {
    throw new CirrusError("There is nothing on standard input.", {
      hint: "Pipe a payload in, or name a file.",
      exitCode: EXIT.usage,
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}
