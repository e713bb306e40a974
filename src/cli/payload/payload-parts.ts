/**
 * Payloads from standard input as they come, so that what a feeder finds is sent before it has found everything, and is
 * never in memory as a whole.
 */
import { CirrusError, EXIT } from "../../errors.ts";
import { parseJson } from "../../json.ts";
import type { Io } from "../terminal/io.ts";
import {
  orRefuse,
  parseDocuments,
  parseLines,
  readJsonFiles,
  refuseTerminal,
  type SourcedJson,
} from "./payload-files.ts";

/** A part is checked as a whole: where something in it is wrong, nothing of it is sent. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 8 * 1024 * 1024;

/** Files are one part; standard input with a payload on each line is as many as it takes. */
export async function* readParts(
  paths: readonly string[],
  io: Pick<Io, "stdin" | "cwd">,
): AsyncGenerator<readonly SourcedJson[], void, undefined> {
  if (paths.length !== 1 || paths[0] !== "-") return yield await readJsonFiles(paths, io);
  refuseTerminal(io);
  let lines: string[] = [];
  let characters = 0;
  let before = 0;
  let form: "one-a-line" | "whole" | undefined;
  for await (const line of linesOf(io.stdin)) {
    // A document over several lines is known by its first, which is no JSON by itself.
    if (line.trim() !== "") form ??= parseJson(line) !== undefined ? "one-a-line" : "whole";
    lines.push(line);
    characters += line.length;
    if (form !== "one-a-line" || (lines.length < MOST_LINES && characters < MOST_CHARACTERS)) continue;
    yield linesIn(lines, before);
    before += lines.length;
    [lines, characters] = [[], 0];
  }
  if (form === undefined) {
    throw new CirrusError("Nothing came on standard input.", { exitCode: EXIT.notFound });
  }
  if (before === 0) yield orRefuse(parseDocuments(lines.join("\n"), "stdin"));
  else yield linesIn(lines, before);
}

function linesIn(lines: readonly string[], before: number): readonly SourcedJson[] {
  const numbered = lines.map((line, index) => ({ line, number: before + index + 1 }));
  return orRefuse(
    parseLines(
      numbered.filter(({ line }) => line.trim() !== ""),
      "stdin",
    ),
  );
}

/** By line feeds alone: JSON may hold the other characters that end a line elsewhere. */
async function* linesOf(input: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of input) {
    const [first = "", ...more] = decoder.decode(Buffer.from(chunk as Uint8Array), { stream: true }).split("\n"); // a stream of bytes
    const last = more.pop();
    if (last === undefined) {
      rest += first;
      continue;
    }
    yield rest + first;
    yield* more;
    rest = last;
  }
  yield rest + decoder.decode();
}
