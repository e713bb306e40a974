/** What the guide of loops shows is taken out of it and run in a repository of its own. */
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/errors.ts";
import { cirrus, type Ended } from "./cli/cirrus.ts";
import { writeFiles } from "./cli/temporary-project.ts";
import { temporaryFolder } from "./embedded/temporary-folder.ts";
import { guideBlocks } from "./guide-blocks.ts";

const { block, commands } = guideBlocks("loops.md");

const FUNCTION = block("python", "def count_words");
const COMMIT = block("sh", "git commit");
const REGISTRATION = block("yaml", "longest: 2");

function notebook(source: string): string {
  const cell = { cell_type: "code", metadata: {}, outputs: [], execution_count: null, source };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] });
}

function repositoryWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  const ada = { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.com" };
  const env = { ...process.env, ...ada, GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.com" };
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, env });
  git("init", "--quiet", "--initial-branch=main");
  execFileSync("sh", ["-ec", COMMIT], { cwd: folder, env, stdio: "pipe" });
  git("add", ".");
  git("commit", "--quiet", "--allow-empty", "--message", "All the rest");
  return folder;
}

const WORDS = {
  "words.ipynb": notebook(FUNCTION),
  "words.txt": "a few words, and an extraordinarily long one",
  "peach.yaml": REGISTRATION,
};

async function run(cwd: string, words: readonly string[]): Promise<Ended> {
  const ended = await cirrus(words, { cwd, env: { PATH: process.env.PATH ?? "" } });
  expect({ words, code: ended.code }, `${ended.stdout}\n${ended.stderr}`).toEqual({ words, code: EXIT.ok });
  return ended;
}

describe("the guide of loops", () => {
  test("its notebook and registration, checked, run once and looked at by its own commands", async () => {
    const cwd = repositoryWith(WORDS);
    for (const words of commands("loop check")) await run(cwd, words);
    for (const words of commands("loop run --worktree")) await run(cwd, words);
    for (const words of commands("loop run\n")) await run(cwd, [...words, "--once"]);
    for (const words of commands("loop list")) {
      const { stdout } = await run(cwd, words);
      if (words[1] === "logs") expect(stdout).toContain("8 words in words.txt");
      if (words[1] === "notebook") expect(JSON.parse(stdout)).toMatchObject({ nbformat: 4 });
      if (words[1] === "list") expect(stdout).toMatch(/count_words.*SUCCEEDED/);
    }
    const { stdout } = await run(cwd, ["loop", "show", "zzebu/count_words", "-o", "json"]);
    expect(stdout).toContain("extraordinarily");
    for (const words of commands("loop pause")) await run(cwd, words);
  });

  test("everything that it registers is found good by the check", async () => {
    const registrations = ["longest: 2", "loop: metadata", "orjson", "cron:"].map((text) => block("yaml", text));
    for (const registration of registrations) {
      const articles = "def fetch_from_api():\n    return []\n";
      const cwd = repositoryWith({ ...WORDS, "articles.ipynb": notebook(articles), "peach.yaml": registration });
      await run(cwd, ["loop", "check", "--strict"]);
    }
  });
});
