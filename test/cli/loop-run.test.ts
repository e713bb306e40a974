/** Loops over a real repository, run by the real program: from the first start to Ctrl-C, and what is asked for meanwhile. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus, startCirrus } from "./cirrus.ts";
import { loopRepository, notebook, registration } from "./loop-repository.ts";
import { writeFiles } from "./temporary-project.ts";

const WORK = notebook(`import time

def good():
    print("it is good")
    return {"answer": 42}

def bad():
    raise ValueError("no data")

def slow():
    print("it begins")
    time.sleep(600)
`);

describe("one iteration", () => {
  test.each([
    ["all succeeded", ["good"], EXIT.ok, "1 succeeded."],
    ["some failed", ["good", "bad"], EXIT.partial, "1 succeeded, 1 failed."],
    ["none succeeded", ["bad"], EXIT.failed, "1 failed."],
  ])("%s: the exit code says so, and each beginning and end is a line", async (_, tasks, code, last) => {
    const { loop, git } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration(...tasks) });
    const ended = await loop("run", "--once");
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stdout).toBe("");
    const lines = ended.stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(2 + 2 * tasks.length);
    expect(lines.at(0)).toMatch(/^\d tasks? in 1 loop \(zzebu\) of .* \(main, [0-9a-f]{8}\)$/);
    expect(lines.at(1)).toMatch(/^2\S+Z ▶ RUNNING zzebu\/\w+ {2}zzebu iteration 1, [0-9a-f]{8}$/);
    expect(lines.at(2)).toMatch(/^2\S+Z . (SUCCEEDED|FAILED) zzebu\/\w+ after \d/);
    expect(lines.at(-1)).toBe(last);
    // What is kept lies in the repository, and Git does not see it.
    expect(git("status", "--short")).toBe("");
  });

  test("a task that succeeds when it is tried again has succeeded", async () => {
    const { loop, cwd } = loopRepository({
      "work.ipynb": notebook(`from pathlib import Path

def second(mark):
    if not Path(mark).exists():
        Path(mark).touch()
        raise ValueError("not yet")
`),
    });
    const mark = join(temporaryFolder(), "mark");
    const more = `    args: { mark: ${JSON.stringify(mark)} }\n    cirrus: { retry: { attempts: 1, delay: 0s } }\n`;
    writeFiles(cwd, { "peach.yaml": registration("second") + more });
    const { code, stderr } = await loop("run", "--once", "--worktree");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stderr).toContain("1 succeeded, 1 failed.");
  });

  test("P30: what cannot run is said, keeps nothing else from running, and is no success", async () => {
    const broken = `${registration("good")}  worse:\n    notebook: work.ipynb\n    method: missing\n`;
    const { loop } = loopRepository({ "work.ipynb": WORK, "peach.yaml": broken });
    const { code, stderr } = await loop("run", "--once");
    expect(code, stderr).toBe(EXIT.partial);
    expect(stderr).toMatch(/! BROKEN work\.ipynb: zzebu\/worse \(peach\.yaml:6\): .*missing/);
    expect(stderr).toContain("✓ SUCCEEDED zzebu/good");
  });

  test("P29: the branch runs and not what lies in the folder, unless it is asked for", async () => {
    const { loop, write } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration("good") });
    write({ "work.ipynb": WORK.replace("it is good", "it is better") });
    await loop("run", "--once");
    expect((await loop("logs", "good")).stdout).toContain("it is good");
    const tried = await loop("run", "--once", "--worktree");
    expect(tried.code, tried.stderr).toBe(EXIT.ok);
    expect(tried.stderr).toContain("as its files lie there");
    expect((await loop("logs", "good", "--tail", "1")).stdout).toContain("it is better");
    expect((await loop("show", "good")).stdout).toMatch(/✓ SUCCEEDED .* worktree/);
  });

  test("P34: a task that is pinned runs the code of that commit", async () => {
    const { loop, commit, git } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration("good") });
    const first = git("rev-parse", "HEAD").trim();
    commit({ "work.ipynb": WORK.replace("it is good", "it is better") });
    await loop("run", "--once");
    expect(await loop("pin", "good", "0000000")).toMatchObject({ code: EXIT.notFound });
    const pinned = await loop("pin", "good", first.slice(0, 7), "--note", "the old one");
    expect(pinned.code, pinned.stderr).toBe(EXIT.ok);
    expect(pinned.stderr).toContain(`runs the code of ${first.slice(0, 8)} from its next turn on`);
    await loop("run", "--once", "--minimum-iteration", "0s");
    const logs = (await loop("logs", "good")).stdout;
    expect(
      logs
        .trim()
        .split("\n")
        .map((line) => line.split(" ").slice(1).join(" ")),
    ).toEqual(["it is better", "it is good"]);
    const shown = (await loop("show", "good")).stdout;
    expect(shown).toMatch(new RegExp(`${first.slice(0, 8)} +turn, pinned`));
    expect(shown).toContain("the old one");
  });

  test("tasks see those variables of the environment that are named, and no others", async () => {
    const source = 'import os\n\ndef look():\n    return [os.environ.get("REDIS_URL"), os.environ.get("TOKEN")]\n';
    const { cwd, loop } = loopRepository({ "work.ipynb": notebook(source), "peach.yaml": registration("look") });
    const env = { PATH: process.env.PATH ?? "", REDIS_URL: "redis://here", TOKEN: "secret" };
    await cirrus(["loop", "run", "--once", "--pass", "REDIS_URL"], { cwd, env });
    const shown = JSON.parse((await loop("show", "look", "-o", "json")).stdout);
    expect(shown.executions[0].result).toEqual(["redis://here", null]);
  });

  test("P12: the notebook as it was executed, into a file", async () => {
    const { loop, cwd } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration("good") });
    await loop("run", "--once");
    const { code, stdout, stderr } = await loop("notebook", "good", "--output-file", "executed.ipynb");
    expect({ code, stdout }, stderr).toEqual({ code: EXIT.ok, stdout: "" });
    expect(readFileSync(join(cwd, "executed.ipynb"), "utf8")).toContain("it is good");
    expect(JSON.parse((await loop("notebook", "good")).stdout)).toMatchObject({ nbformat: 4 });
    const nowhere = await loop("notebook", "good", "--output-file", "no/such/folder.ipynb");
    expect(nowhere.code).toBe(EXIT.notFound);
    expect(nowhere.stderr).toMatch(
      /no\/such\/folder\.ipynb cannot be written: .*\n {2}Name a file in a folder that is there/,
    );
  });
});

describe("until Ctrl-C", () => {
  test("others look at it, ask it for things, and cannot run the same loops beside it", async () => {
    const files = { "work.ipynb": WORK, "peach.yaml": registration("slow", "good") };
    const { cwd, loop } = loopRepository(files);
    const runner = startCirrus(["loop", "run"], cwd);
    await runner.saying(/RUNNING zzebu\/slow/);

    expect((await loop("list")).stdout).toMatch(/▶ RUNNING +zzebu\/slow .*now\n/);
    const second = await loop("run");
    expect(second.code).toBe(EXIT.conflict);
    expect(second.stderr).toContain(`process ${runner.child.pid} runs these loops already: zzebu.`);

    const asked = await loop("run-now", "good");
    expect(asked.stderr).toContain("zzebu/good runs next in the loop zzebu here, when zzebu/slow has ended.");
    expect((await loop("cancel", "slow", "--note", "too long")).code).toBe(EXIT.ok);
    await runner.saying(/CANCELLED zzebu\/slow/);
    await runner.saying(/RUNNING zzebu\/good \(asked for\)/);
    await runner.saying(/SUCCEEDED zzebu\/good/);

    runner.child.kill("SIGINT");
    const { code, stderr, stdout } = await runner.ended;
    expect({ code, stdout }, stderr).toEqual({ code: EXIT.interrupted, stdout: "" });
    expect(stderr).toContain("Stopping: what runs has ten seconds to end.");
    expect(stderr).toMatch(/Stopped: .* The same command goes on where this one was\.\n$/);
    expect((await loop("list")).stderr).toContain("Nobody runs these loops now.");
  });

  test("a loop whose process was killed says what was left, and goes on with the next task", async () => {
    const { cwd, loop } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration("slow", "good") });
    const runner = startCirrus(["loop", "run"], cwd);
    await runner.saying(/RUNNING zzebu\/slow/);
    runner.child.kill("SIGKILL");
    await runner.ended;
    expect((await loop("list")).stdout).toMatch(/RUNNING +zzebu\/slow .* left\n/);
    expect(await loop("cancel", "slow")).toMatchObject({ code: EXIT.conflict });
    expect((await loop("run-now", "good")).stderr).not.toContain("has ended");
    const { code, stderr } = await loop("run", "--once");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stderr).toMatch(/\? LOST zzebu\/slow ran when its loop was left/);
    expect(stderr).toMatch(/SUCCEEDED zzebu\/good/);
    expect((await loop("list")).stdout).toMatch(/zzebu\/slow +zzebu +\? LOST/);
  });

  test("P6: what is committed while it runs is taken by the next iteration", async () => {
    const { cwd, commit } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration("good") });
    const runner = startCirrus(["loop", "run", "--minimum-iteration", "1h"], cwd);
    await runner.saying(/SUCCEEDED zzebu\/good/);
    const second = commit({ "peach.yaml": registration("good", "bad") });
    await runner.saying(new RegExp(`2 tasks in 1 loop \\(zzebu\\) of \\S+ \\(main, ${second.slice(0, 8)}\\)`));
    await runner.saying(new RegExp(`RUNNING zzebu/bad {2}zzebu iteration 2, ${second.slice(0, 8)}`));
    runner.child.kill("SIGTERM");
    expect((await runner.ended).code).toBe(EXIT.terminated);
  });

  test("P11: the log of an execution is followed while it is written, to its end", async () => {
    const { cwd, loop } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration("slow") });
    const runner = startCirrus(["loop", "run"], cwd);
    await runner.saying(/RUNNING zzebu\/slow/);
    const [execution] = JSON.parse((await loop("show", "slow", "-o", "json")).stdout).executions;
    const following = startCirrus(["loop", "logs", "slow", "--execution", execution.id.slice(-8), "--follow"], cwd);
    await following.saying(/RUNNING/);
    await expect.poll(async () => (await loop("logs", "slow")).stdout).toContain("it begins");
    await loop("cancel", "slow");
    const { code, stdout, stderr } = await following.ended;
    expect({ code, stdout }, stderr).toEqual({ code: EXIT.ok, stdout: expect.stringContaining("it begins") });
    expect(stderr).toMatch(/^▶ RUNNING .*\n■ CANCELLED .* after .*\n$/);
    runner.child.kill("SIGINT");
    await runner.ended;
  });
});

describe("what is wrong is said before anything runs", () => {
  test("nothing is registered: the smallest example", async () => {
    const { loop } = loopRepository({ "README.md": "nothing" });
    for (const command of ["run", "check"]) {
      const { code, stderr } = await loop(command);
      expect(code).toBe(EXIT.config);
      expect(stderr).toContain("There is neither peach.yaml nor a YAML file in peach.conf at the root");
      expect(stderr).toContain("codops: zzebu");
      expect(stderr).toContain("method: my_function");
    }
  });

  test("no Git repository, no such folder, no such branch, no such loop", async () => {
    const cwd = temporaryFolder();
    const outside = await cirrus(["loop", "run"], { cwd });
    expect(outside).toMatchObject({ code: EXIT.config, stderr: expect.stringContaining("is in no Git repository") });
    expect(existsSync(join(cwd, ".cirrus"))).toBe(false);
    expect((await cirrus(["loop", "run", "nowhere"], { cwd })).code).toBe(EXIT.notFound);
    const { loop } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration("good") });
    const branch = await loop("run", "--branch", "mian");
    expect(branch).toMatchObject({ code: EXIT.config, stderr: expect.stringContaining("mian") });
    const only = await loop("run", "--only", "zzeub");
    expect(only).toMatchObject({ code: EXIT.notFound, stderr: expect.stringContaining("zzebu") });
    expect((await loop("run", "--minimum-iteration", "soon")).code).toBe(EXIT.usage);
  });

  test("nothing of what is registered can run: every problem with its place", async () => {
    const { loop } = loopRepository({ "peach.yaml": registration("good") });
    const { code, stderr } = await loop("run");
    expect(code).toBe(EXIT.config);
    expect(stderr).toContain("Nothing can run as it is registered:");
    expect(stderr).toMatch(/peach\.yaml:\d+.*work\.ipynb/);
  });
});

describe("cirrus loop check", () => {
  test("takes the files as they lie there, or a branch, or a commit", async () => {
    const { loop, write, git } = loopRepository({ "work.ipynb": WORK, "peach.yaml": registration("good") });
    const first = git("rev-parse", "HEAD").trim();
    write({ "peach.yaml": registration("good", "missing") });
    const lying = await loop("check");
    expect(lying.code).toBe(EXIT.config);
    expect(lying.stdout).toMatch(/work\.ipynb: zzebu\/missing \(peach\.yaml:\d+\): .*is defined in no code cell/);
    for (const args of [
      ["--branch", "main"],
      ["--commit", first.slice(0, 7)],
      ["--commit", "main"],
    ]) {
      const committed = await loop("check", ...args);
      expect({ code: committed.code, args }, committed.stdout).toEqual({ code: EXIT.ok, args });
      expect(committed.stdout).toMatch(/zzebu +1 +zzebu\/good +work\.ipynb good +every iteration +at most 1h/);
    }
    expect((await loop("check", "--commit", "0000000")).stdout).toContain("There is no commit 0000000");
  });

  test("as JSON for CI, and with --strict warnings count", async () => {
    const old = registration("good").replace("codops", "endpoints: {}\ncodops");
    const { loop } = loopRepository({ "work.ipynb": WORK, "peach.yaml": old });
    const found = await loop("check", "-o", "json");
    expect(found.code, found.stdout).toBe(EXIT.ok);
    expect(JSON.parse(found.stdout)).toMatchObject({
      schemaVersion: 1,
      problems: [{ severity: "warning", file: "peach.yaml" }],
      turns: [{ loop: "zzebu", turn: 1, task: { name: "good" } }],
    });
    expect((await loop("check", "--strict")).code).toBe(EXIT.config);
  });

  test("of a folder that is no repository yet", async () => {
    const cwd = temporaryFolder();
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(cwd, "work.ipynb"), WORK);
    writeFileSync(join(cwd, "peach.yaml"), registration("good"));
    expect((await cirrus(["loop", "check"], { cwd, env: { PATH: process.env.PATH ?? "" } })).code).toBe(EXIT.ok);
    expect(existsSync(join(cwd, ".cirrus"))).toBe(false);
  });
});
