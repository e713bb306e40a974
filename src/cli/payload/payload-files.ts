/** Reads payloads from files or standard input: a JSON document, or NDJSON with one payload a line. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CirrusError, describeError, EXIT, type Problem, ProblemsError } from "../../errors.ts";
import { isJsonObject, type Json, parseJson } from "../../json.ts";
import { isList, MEMBERS_MEMBER, type Payload, type ProcessDefinition, parsePayload } from "../../payload/payload.ts";
import type { Io } from "../terminal/io.ts";
import { jsonProblem } from "./json-problem.ts";

export interface SourcedJson {
  /** The file's name as given, with the line where it holds several payloads; `stdin` for standard input. */
  readonly source: string;
  /** Where the file holds a payload on each line. */
  readonly line?: number;
  readonly value: Json;
}

export interface SourcedPayload {
  readonly source: string;
  readonly payload: Payload;
}

const STDIN = "stdin";

/** Every problem of every file is reported at once. */
export async function readJsonFiles(
  paths: readonly string[],
  io: Pick<Io, "stdin" | "cwd">,
): Promise<readonly SourcedJson[]> {
  const problems: Problem[] = [];
  const values: SourcedJson[] = [];
  for (const path of paths) {
    const source = path === "-" ? STDIN : path;
    const text = await readSource(path, io);
    const parsed = parseDocuments(text, source);
    problems.push(...parsed.problems);
    values.push(...parsed.values);
  }
  return orRefuse({ values, problems });
}

/** What was parsed, where all of it is JSON. */
export function orRefuse({ values, problems }: ReturnType<typeof parseDocuments>): readonly SourcedJson[] {
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
  for (const { source, line, value } of documents) {
    const parsed = parsePayload(workflow === undefined ? value : addressTo(workflow, value));
    if ("problems" in parsed) {
      problems.push(...parsed.problems.map((problem) => ({ ...problem, ...adviceOn(value), file: source })));
      continue;
    }
    const [first] = parsed.payload.process;
    if (workflow !== undefined && first.workflow !== workflow) {
      problems.push(otherWorkflow({ source, line }, first.workflow, workflow));
      continue;
    }
    const process = replace ? replaceAll(parsed.payload.process) : parsed.payload.process;
    const members = parsed.members && { [MEMBERS_MEMBER]: parsed.members };
    payloads.push({ source, payload: { ...parsed.payload, process, ...members } });
  }
  if (problems.length > 0) throw new ProblemsError(headingOf(problems), problems);
  return payloads;
}

/** Of a whole that is no payload at all; what is wrong within one says itself what to do. */
function adviceOn(value: Json): Pick<Problem, "hint"> {
  if (isJsonObject(value)) return {};
  const lines = Array.isArray(value) && value.length > 0 ? "Write one on each line, without a list around them. " : "";
  return { hint: `${lines}See one: npx cirrus show workflow publish-only payload` };
}

/** A payload that is to run again runs its whole chain again. */
function replaceAll([first, ...next]: Payload["process"]): Payload["process"] {
  const again = (definition: ProcessDefinition): ProcessDefinition => ({ ...definition, replace: true });
  return [again(first), ...next.map((element) => (isList(element) ? element.map(again) : again(element)))];
}

/** An item, or a collection of items, that does not say what to do with it is sent to the workflow asked for. */
function addressTo(workflow: string, value: Json): Json {
  if (!isJsonObject(value)) return value;
  if (value.type === "Feature") return { type: "FeatureCollection", features: [value], process: [{ workflow }] };
  return value.process === undefined ? { ...value, process: [{ workflow }] } : value;
}

const OTHER_WORKFLOW = "other-workflow";

function headingOf(problems: readonly Problem[]): string {
  const others = problems.filter(({ code }) => code === OTHER_WORKFLOW).length;
  if (others === 0) return "This is not a process payload:";
  return others === problems.length ? "This is for another workflow:" : "This cannot be run by the workflow:";
}

function otherWorkflow(
  { source, line }: { readonly source: string; readonly line: number | undefined },
  found: string,
  wanted: string,
): Problem {
  const elsewhere =
    line === undefined
      ? `Run it by its own: npx cirrus run ${found} ${source === STDIN ? "-" : source}`
      : `Give the payloads for ${found} a file of their own: npx cirrus run ${found} <file>`;
  return {
    code: OTHER_WORKFLOW,
    file: source,
    path: "$.process[0].workflow",
    message: `this payload is for the workflow ${found}, and ${wanted} is to run it.`,
    hint: `${elsewhere}. Or write ${wanted} there.`,
  };
}

/** One document, or one on each line. */
export function parseDocuments(
  text: string,
  source: string,
): { readonly values: SourcedJson[]; readonly problems: Problem[] } {
  try {
    return { values: [{ source, value: JSON.parse(text) as Json }], problems: [] };
  } catch (thrown) {
    const lines = text.split("\n").map((line, index) => ({ line, number: index + 1 }));
    const filled = lines.filter(({ line }) => line.trim() !== "");
    const [first] = filled;
    if (filled.length < 2 || !first || parseJson(first.line) === undefined)
      return { values: [], problems: [jsonProblem(text, source, { thrown })] };
    return parseLines(filled, source);
  }
}

/** Each line with its number, for where a problem is. */
export function parseLines(
  lines: readonly { readonly line: string; readonly number: number }[],
  source: string,
): ReturnType<typeof parseDocuments> {
  const values: SourcedJson[] = [];
  const problems: Problem[] = [];
  for (const { line, number } of lines) {
    try {
      values.push({ source: `${source}:${number}`, line: number, value: JSON.parse(line) as Json });
    } catch (thrown) {
      problems.push(jsonProblem(line, source, { line: number, thrown }));
    }
  }
  return { values, problems };
}

async function readText(path: string, given: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    throw unreadable(given, thrown);
  }
}

function unreadable(given: string, thrown: unknown): CirrusError {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  const details = { exitCode: EXIT.notFound, cause: thrown };
  if (code === "ENOENT") return new CirrusError(`There is no file ${given}.`, details);
  if (code !== "EISDIR") return new CirrusError(`${given} cannot be read: ${describeError(thrown).cause}`, details);
  const hint = `Name the files in it: ${join(given, "*.json")}`;
  return new CirrusError(`${given} is a folder, and a payload is a file.`, { ...details, hint });
}

async function readAll(io: Pick<Io, "stdin">): Promise<string> {
  refuseTerminal(io);
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}

/** Nobody types payloads. */
export function refuseTerminal({ stdin }: Pick<Io, "stdin">): void {
  if (!stdin.isTTY) return;
  throw new CirrusError("There is nothing on standard input.", {
    hint: "Pipe a payload in, or name a file.",
    exitCode: EXIT.usage,
  });
}
