import { describe, expect, test } from "vitest";
import { COMMANDS as COMMANDS_OF_ALL } from "../../src/cli/commands.ts";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus } from "./cirrus.ts";
import { payloadText, temporaryProject } from "./temporary-project.ts";

/** Of the help of a command, and of what it consists of. */
async function wideLines(words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await cirrus([...words, "--help"], { cwd: "/" });
  const own = stdout.split("\n").filter((line) => line.length > 80);
  const [, listed = ""] = /^Commands:\n((?: .*\n)+)/m.exec(words.length === 0 ? "" : stdout) ?? [];
  const below = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].flatMap(([, name = ""]) => (name === "help" ? [] : [name]));
  const found = await Promise.all(below.map((name) => wideLines([...words, name])));
  return [...own, ...found.flat()];
}

const COMMANDS = ["examples", "run", "task", "dev", "publish", "state", "dlq"];

describe("help", () => {
  test.each([[[]], [["help"]], [["--help"]]])("cirrus %j lists every command and shows examples", async (args) => {
    const { code, stdout, stderr } = await cirrus(args, { cwd: "/" });
    expect({ code, stderr }).toEqual({ code: EXIT.ok, stderr: "" });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    expect(stdout).toContain("cirrus run publish-only payload.json");
  });

  test.each(COMMANDS)("cirrus help %s and --help say the same, with the options", async (command) => {
    const asked = await cirrus(["help", command], { cwd: "/" });
    expect(asked).toEqual(await cirrus([command, "--help"], { cwd: "/" }));
    expect(asked.code).toBe(EXIT.ok);
    expect(asked.stdout).toMatch(new RegExp(`^Usage: cirrus ${command} `));
  });

  test("no help is wider than 80 columns", async () => {
    const wide: string[] = [];
    for (const words of [[], ...COMMANDS_OF_ALL.map(({ name }) => [name])]) wide.push(...(await wideLines(words)));
    expect(wide).toEqual([]);
  });

  test("cirrus help exit-codes explains every exit code", async () => {
    const { code, stdout } = await cirrus(["help", "exit-codes"], { cwd: "/" });
    expect(code).toBe(EXIT.ok);
    for (const value of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^ +${value}  \\w`, "m"));
  });

  test("help about what is not there says what there is", async () => {
    const { code, stdout, stderr } = await cirrus(["help", "everything"], { cwd: "/" });
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: "" });
    expect(stderr).toContain("everything");
    expect(stderr).toContain("exit-codes");
  });

  test.each([
    ["crete", "create"],
    ["exit-code", "exit-codes"],
  ])("help about %s asks whether %s was meant, as the command does", async (word, meant) => {
    const { code, stderr } = await cirrus(["help", word], { cwd: "/" });
    expect({ code, stderr }).toEqual({
      code: EXIT.usage,
      stderr: `error: there is no command or topic '${word}'\n(Did you mean ${meant}?)\n`,
    });
  });
});

describe("a command that is called wrongly", () => {
  test.each([
    { args: ["stat"], says: "Did you mean state?" },
    { args: ["state", "lst"], says: "Did you mean list?" },
    { args: ["run"], says: "missing required argument 'workflow'" },
    { args: ["run", "publish-only"], says: "missing required argument 'payload'" },
    { args: ["run", "publish-only", "x.json", "--replce"], says: "Did you mean --replace?" },
    { args: ["state", "list", "--limit", "0"], says: "from 1 to 50000" },
    { args: ["publish"], says: "missing required argument 'payload'" },
  ])("$args exits with 2 and says: $says", async ({ args, says }) => {
    const { code, stdout, stderr } = await cirrus(args, { cwd: "/" });
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).toContain("--help");
  });

  test("an unknown state is a usage error that lists the states", async () => {
    const { code, stderr } = await cirrus(["state", "list", "--state", "LOST"], { cwd: temporaryProject() });
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("CLAIMED, PROCESSING, SUCCEEDED, FAILED, INVALID, ABORTED");
  });
});

describe("a command that cannot find what it needs", () => {
  test("outside a project exits with 3 and says where it looked", async () => {
    const cwd = temporaryFolder();
    const { code, stderr } = await cirrus(["state", "list"], { cwd });
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain(`There is no cirrus.yml in ${cwd}`);
  });

  test.each([
    { args: ["run", "lost", "payload.json"], says: "no workflow lost" },
    { args: ["task", "run", "lost", "payload.json"], says: "no task lost" },
    { args: ["run", "publish-only", "lost.json"], says: "no file lost.json" },
    { args: ["state", "get", "lost"], says: "no payload lost" },
    { args: ["dlq", "show", "lost"], says: "no message lost" },
    { args: ["dlq", "redrive", "lost"], says: "0 of 1 messages" },
  ])("$args exits with 5 and says so", async ({ args, says }) => {
    const cwd = temporaryProject({ "payload.json": payloadText("publish-only", "scene") });
    const { code, stdout, stderr } = await cirrus(args, { cwd });
    expect({ code, stdout }).toEqual({ code: EXIT.notFound, stdout: "" });
    expect(stderr).toContain(says);
  });
});

describe("what a person sees", () => {
  const unknown = ["state", "get", "lost"];

  test("errors are short, and have a stack only with --debug", async () => {
    const cwd = temporaryProject();
    const plain = await cirrus(unknown, { cwd });
    expect(plain.stderr).not.toMatch(/^ +at /m);
    const debug = await cirrus([...unknown, "--debug"], { cwd });
    expect(debug.code).toBe(plain.code);
    expect(debug.stderr).toMatch(/^ +at .+state\.ts/m);
  });

  test.each([
    { where: "a terminal", terminal: true, env: { TERM: "xterm" }, colours: true },
    { where: "a terminal with NO_COLOR", terminal: true, env: { TERM: "xterm", NO_COLOR: "1" }, colours: false },
    { where: "a dumb terminal", terminal: true, env: { TERM: "dumb" }, colours: false },
    { where: "a pipe", terminal: false, env: { TERM: "xterm" }, colours: false },
  ])("colours in $where: $colours", async ({ terminal, env, colours }) => {
    const { stderr } = await cirrus(unknown, { cwd: temporaryProject(), terminal, env });
    expect(stderr.includes("\u001b[")).toBe(colours);
  });
});
