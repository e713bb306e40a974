/** What the documentation tells people to type exists, and what it points to is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../src/cli/commands.ts";
import type { Io } from "../src/cli/terminal/io.ts";
import { cirrus } from "./cli/cirrus.ts";

const ROOT = resolve(import.meta.dirname, "..");

const FOLDERS = ["docs", "docker", "src", "tasks", "feeders", "workflows", "functions", "cloudformation", "examples"];

const DOCUMENTS = [
  ...["README.md", "CONTRIBUTING.md"],
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file)),
  ),
].sort();

/** Templates stand in for files of other projects. */
const OWN = DOCUMENTS.filter((file) => !file.includes("templates"));

/** `npx cirrus payload rerun - --stage prod`, in a sentence, a table or a block, up to where the shell's next word begins. */
function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?:npx |`)cirrus ([a-z][^`\n|#]*)/g)].map(([, words = ""]) => words.trim());
}

/** Commands are only described here, never run. */
const { stdin, stdout, stderr } = process;
const IO: Io = { stdin, stdout, stderr, cwd: ROOT, env: {}, signal: new AbortController().signal };

async function commandOf(name: string): Promise<Command | undefined> {
  const entry = COMMANDS.find((one) => one.name === name);
  if (entry === undefined) return undefined;
  const command = new Command(name);
  const { register } = await entry.load();
  register(command, IO, () => {});
  return command;
}

/** What there is not of the command that these words call. */
async function unknownWords(words: readonly string[]): Promise<readonly string[]> {
  const [name = "", ...rest] = words;
  if (name === "help") return [];
  let command = await commandOf(name);
  if (command === undefined) return [name];
  const [second = ""] = rest;
  if (command.commands.length > 0 && /^[a-z]/.test(second)) {
    const found = command.commands.find((one) => one.name() === second || one.aliases().includes(second));
    if (found === undefined) return [second];
    command = found;
  }
  const { options } = command;
  const help = name === "feed" || name === "feeder" ? await helpOfFeeder(name, rest) : "";
  return rest
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.replace(/=.*/, ""))
    .filter((word) => !["--help", "--debug"].includes(word))
    .filter((word) => !options.some(({ long, short }) => word === long || word === short))
    .filter((word) => !help.includes(`${word} `));
}

/** A feeder's parameters are options, too. A template names a feeder that is not there: what all have is asked of another. */
async function helpOfFeeder(command: string, words: readonly string[]): Promise<string> {
  const feeder = words.find((word) => existsSync(join(ROOT, "feeders", `feed-${word}`))) ?? "stac-api";
  const { stdout } = await cirrus([command, ...(command === "feeder" ? ["run"] : []), feeder, "--help"], { cwd: ROOT });
  return stdout;
}

describe("the documentation", () => {
  test.each(DOCUMENTS.filter((file) => commandsIn(readFileSync(join(ROOT, file), "utf8")).length > 0))(
    "%s names commands and options that exist",
    async (file) => {
      for (const command of commandsIn(readFileSync(join(ROOT, file), "utf8"))) {
        expect({ command, unknown: await unknownWords(command.split(/\s+/)) }).toEqual({ command, unknown: [] });
      }
    },
  );

  test.each(OWN)("%s points to files that are there", (file) => {
    const links = [...readFileSync(join(ROOT, file), "utf8").matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)];
    const missing = links
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(resolve(ROOT, dirname(file), target)));
    expect(missing).toEqual([]);
  });
});
