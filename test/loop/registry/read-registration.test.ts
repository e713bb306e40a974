import { mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../../src/clock.ts";
import { makeGitSources } from "../../../src/embedded/git/sources.ts";
import type { NotebookCheck, NotebookRequest } from "../../../src/loop/notebook-check.ts";
import type { Registration } from "../../../src/loop/registration.ts";
import { makeRegistry, readRegistration } from "../../../src/loop/registry/read-registration.ts";
import type { Sources } from "../../../src/loop/sources.ts";
import { makeRepository, type TestRepository } from "../../embedded/git/test-repository.ts";

let root: string;
let now: number;
let clock: Clock;
let git: Sources;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cirrus-registry-"));
  now = Date.parse("2030-01-01T00:00:00Z");
  clock = { now: () => now, sleep: () => new Promise(() => undefined) };
  git = makeGitSources({ folder: join(root, "mirrors"), clock });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const repositoryAt = (name: string) => makeRepository(join(root, name));

/** `name: notebook` in an organisation. */
function tasks(codops: string, entries: Readonly<Record<string, string>>, ...rest: readonly string[]): string {
  const lines = Object.entries(entries).map(([name, notebook]) => `  ${name}: {notebook: ${notebook}, method: run}`);
  return [`codops: ${codops}`, "tasks:", ...lines, ...rest, ""].join("\n");
}

/** Finds nothing, and remembers what it was asked. */
function makeCheck(over: Partial<NotebookCheck> = {}) {
  const asked: NotebookRequest[][] = [];
  const check: NotebookCheck = {
    check: (requests) => {
      asked.push([...requests]);
      return Promise.resolve([]);
    },
    checkRequirements: () => Promise.resolve([]),
    ...over,
  };
  return { asked, check };
}

function ports(over: Partial<NotebookCheck> = {}) {
  return { sources: git, notebooks: makeCheck(over).check, clock };
}

const at = (...repositories: readonly TestRepository[]) => repositories.map(({ folder }) => ({ location: folder }));
const names = (registration: Registration) => registration.tasks.map(({ codops, name }) => `${codops}/${name}`);
const codes = ({ problems }: Registration) => problems.map(({ severity, code }) => `${severity} ${code}`);

describe("a registration", () => {
  test("P1: groups tasks by organisation, in the order of repositories, files and keys", async () => {
    const [a, b] = [repositoryAt("a"), repositoryAt("b")];
    a.commit({ "peach.yaml": tasks("zzebu", { z: "n.ipynb", a: "n.ipynb" }), "n.ipynb": "{}" });
    b.commit({
      "peach.conf/2.yaml": tasks("debr", { two: "n.ipynb" }),
      "peach.conf/1.yaml": tasks("sesr", { one: "n.ipynb" }),
      "n.ipynb": "{}",
    });
    const registration = await readRegistration(ports(), at(a, b));
    expect(registration.problems).toEqual([]);
    expect(names(registration)).toEqual(["zzebu/z", "zzebu/a", "sesr/one", "debr/two"]);
    expect(registration.tasks[0]?.written).toEqual({ repository: a.folder, file: "peach.yaml", line: 3 });
  });

  test("is the same one, with its time, as long as nothing is committed; another registry gives it the same ID", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb" }), "n.ipynb": "{}" });
    const registry = makeRegistry(ports());
    const first = await registry.read(at(repository));
    now += 60_000;
    expect(await registry.read(at(repository))).toBe(first);
    expect(await readRegistration(ports(), at(repository))).toEqual({ ...first, readAt: "2030-01-01T00:01:00.000Z" });
  });

  test("P6: takes what is committed the next time it is read, and reads nothing again that has not changed", async () => {
    const [a, b] = [repositoryAt("a"), repositoryAt("b")];
    a.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb" }), "n.ipynb": "{}" });
    b.commit({ "peach.yaml": tasks("sesr", { b: "n.ipynb" }), "n.ipynb": "{}" });
    const listed: string[] = [];
    const list: Sources["list"] = (repository, commit) => {
      listed.push(repository.location);
      return git.list(repository, commit);
    };
    const { check, asked } = makeCheck();
    const registry = makeRegistry({ sources: { ...git, list }, notebooks: check, clock });
    const before = await registry.read(at(a, b));
    const commit = a.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb", c: "c.ipynb" }), "c.ipynb": "{ }" });
    const after = await registry.read(at(a, b));
    expect(names(before)).toEqual(["debr/a", "sesr/b"]);
    expect(names(after)).toEqual(["debr/a", "debr/c", "sesr/b"]);
    expect(after.id).not.toBe(before.id);
    expect(after.repositories[0]?.commit).toBe(commit);
    expect(listed.toSorted()).toEqual([a.folder, a.folder, b.folder]);
    // Notebooks of both repositories in one look; later only what is new.
    expect(asked.map((requests) => requests.map(({ path }) => path))).toEqual([["n.ipynb"], ["c.ipynb"]]);
  });

  test("P6: a task that is removed is gone", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb", b: "n.ipynb" }), "n.ipynb": "{}" });
    const registry = makeRegistry(ports());
    await registry.read(at(repository));
    repository.commit({ "peach.yaml": tasks("debr", { b: "n.ipynb" }) });
    expect(names(await registry.read(at(repository)))).toEqual(["debr/b"]);
  });

  test("P29: is that of the branch, and of the files as they lie there only where that is asked for", async () => {
    const repository = repositoryAt("a");
    const commit = repository.commit({ "peach.yaml": tasks("debr", { committed: "n.ipynb" }), "n.ipynb": "{}" });
    repository.git("checkout", "--quiet", "-b", "work");
    repository.commit({ "peach.yaml": tasks("debr", { branch: "n.ipynb" }) });
    repository.write({ "peach.yaml": tasks("debr", { dirty: "new.ipynb" }), "new.ipynb": "{}" });
    const location = repository.folder;
    const read = (over: object) => readRegistration(ports(), [{ location, ...over }]);
    expect(names(await read({}))).toEqual(["debr/committed"]);
    expect((await read({})).repositories).toMatchObject([{ repository: location, branch: "master", commit }]);
    expect(names(await read({ branch: "work" }))).toEqual(["debr/branch"]);
    expect(names(await read({ worktree: true }))).toEqual(["debr/dirty"]);
  });

  test("P29: files that lie there are read anew each time, and are the same registration while they say the same", async () => {
    const repository = repositoryAt("a");
    repository.write({ "peach.yaml": tasks("debr", { one: "n.ipynb" }), "n.ipynb": "{}" });
    const registry = makeRegistry(ports());
    const worktree = [{ location: repository.folder, worktree: true }];
    const before = await registry.read(worktree);
    expect(await registry.read(worktree)).toBe(before);
    repository.write({ "peach.yaml": tasks("debr", { two: "n.ipynb" }) });
    expect(names(await registry.read(worktree))).toEqual(["debr/two"]);
  });

  test("P37: knows the repository's commit and the last one that changed each notebook", async () => {
    const repository = repositoryAt("a");
    const first = repository.commit({ "a.ipynb": "{}", "b.ipynb": "{}" });
    const second = repository.commit({ "b.ipynb": "{ }" });
    const head = repository.commit({ "peach.yaml": tasks("debr", { a: "a.ipynb", b: "b.ipynb" }) });
    const { repositories } = await readRegistration(ports(), at(repository));
    expect(repositories).toEqual([
      {
        repository: repository.folder,
        branch: "master",
        commit: head,
        notebookCommits: { "a.ipynb": first, "b.ipynb": second },
      },
    ]);
  });
});

describe("what a task names", () => {
  test("P12: a notebook that is not there is pointed out with the nearest one", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", { a: "notbook.ipynb", b: "deep/moved.ipynb", c: "moved.ipynb" }) });
    repository.commit({ "notebook.ipynb": "{}", "elsewhere/moved.ipynb": "{}" });
    const { problems, tasks: runnable } = await readRegistration(ports(), at(repository));
    expect(runnable).toEqual([]);
    expect(problems.map(({ code, line, path, hint, task }) => [code, line, path, hint, task])).toEqual([
      ["missing-notebook", 3, "$.tasks.a.notebook", "Did you mean notebook.ipynb?", "a"],
      ["missing-notebook", 4, "$.tasks.b.notebook", "There is elsewhere/moved.ipynb.", "b"],
      ["missing-notebook", 5, "$.tasks.c.notebook", "There is elsewhere/moved.ipynb.", "c"],
    ]);
  });

  test("P12: a notebook must be in the commit, and not only in the folder", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb" }) });
    repository.write({ "n.ipynb": "{}" });
    expect(codes(await readRegistration(ports(), at(repository)))).toEqual(["error missing-notebook"]);
  });

  test("P12: a link to nothing is called that, and not a file that is not there", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", { a: "dead.ipynb" }, "  p: {task: t, payload: dead.ipynb}") });
    symlinkSync("nowhere.ipynb", join(repository.folder, "dead.ipynb"));
    repository.commit({ "tasks/t/definition.yml": "" });
    const { problems } = await readRegistration(ports(), at(repository));
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ["missing-notebook", "dead.ipynb is a link to what is not there"],
      ["missing-payload", "dead.ipynb is a link to what is not there"],
    ]);
  });

  test("P12: a link that leaves the repository is no notebook and no payload, wherever it leads", async () => {
    const repository = repositoryAt("a");
    repository.write({ "../secret.ipynb": "{}", "notebooks/in.ipynb": "{}" });
    symlinkSync("../secret.ipynb", join(repository.folder, "out.ipynb"));
    symlinkSync("notebooks/in.ipynb", join(repository.folder, "link.ipynb"));
    repository.commit({
      "peach.yaml": tasks("debr", { out: "out.ipynb", fine: "link.ipynb" }, "  p: {task: t, payload: out.ipynb}"),
      "tasks/t/definition.yml": "",
    });
    const registration = await readRegistration(ports(), at(repository));
    expect(names(registration)).toEqual(["debr/fine"]);
    expect(registration.problems.map(({ code, path }) => [code, path])).toEqual([
      ["refused-file", "$.tasks.out.notebook"],
      ["refused-file", "$.tasks.p.payload"],
    ]);
  });

  test("P13: what is found in a notebook stands at its cell; an error keeps the task from running", async () => {
    const repository = repositoryAt("a");
    repository.commit({
      "peach.yaml": tasks("debr", { bad: "x.ipynb", fine: "n.ipynb" }),
      "x.ipynb": "X",
      "n.ipynb": "N",
    });
    const check: NotebookCheck["check"] = async (requests) =>
      requests
        .filter(({ path }) => path === "x.ipynb")
        .map(({ key, method, content }) => {
          const message = `${method} is not in ${Buffer.from(content)}`;
          return { key, severity: "error", code: "method-missing", message, cell: 2, line: 3, hint: "Define it." };
        });
    const registration = await readRegistration(ports({ check }), at(repository));
    expect(names(registration)).toEqual(["debr/fine"]);
    expect(registration.problems).toEqual([
      {
        severity: "error",
        code: "method-missing",
        message: "run is not in X",
        file: "x.ipynb",
        path: "$.cells[2].source[2]",
        hint: "Define it.",
        repository: repository.folder,
        codops: "debr",
        task: "bad",
        registered: { file: "peach.yaml", line: 3 },
      },
    ]);
  });

  test("is registered with a warning where notebooks cannot be looked into, and looked into the next time", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb" }), "n.ipynb": "{}" });
    let works = false;
    const check = () => (works ? Promise.resolve([]) : Promise.reject(new Error("There is no python3")));
    const registry = makeRegistry(ports({ check }));
    const first = await registry.read(at(repository));
    expect(names(first)).toEqual(["debr/a"]);
    expect(codes(first)).toEqual(["warning unchecked"]);
    works = true;
    expect(codes(await registry.read(at(repository)))).toEqual([]);
  });

  test("is read again where it could not be read for a moment, and is not taken for gone", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb" }), "n.ipynb": "{}" });
    for (const failing of ["peach.yaml", "n.ipynb"]) {
      let works = true;
      const read: Sources["read"] = (...asked) =>
        works || asked[2] !== failing ? git.read(...asked) : Promise.reject(new Error("spawn git EAGAIN"));
      const registry = makeRegistry({ ...ports(), sources: { ...git, read } });
      await registry.read(at(repository));
      works = false;
      repository.commit({ n: failing });
      const during = await registry.read(at(repository));
      expect(names(during)).toEqual(["debr/a"]);
      expect(codes(during)).toEqual(["warning unreachable"]);
      works = true;
      const after = await registry.read(at(repository));
      expect([names(after), codes(after)]).toEqual([["debr/a"], []]);
    }
  });

  test("is looked for in the commit that it is pinned to, which stands in the registration whole", async () => {
    const repository = repositoryAt("a");
    const pinned = repository.commit({ "old.ipynb": "{}" });
    repository.remove("old.ipynb");
    const settings = (pin: string) => `  a: {notebook: old.ipynb, method: run, cirrus: {pin: "${pin}"}}`;
    repository.commit({ "peach.yaml": ["codops: debr", "tasks:", settings(pinned.slice(0, 8))].join("\n") });
    const registration = await readRegistration(ports(), at(repository));
    expect(registration.problems).toEqual([]);
    expect(registration.tasks[0]?.settings.pin).toBe(pinned);
    repository.commit({ "peach.yaml": ["codops: debr", "tasks:", settings("0123abc")].join("\n") });
    const { problems } = await readRegistration(ports(), at(repository));
    expect(problems).toMatchObject([{ code: "unknown-commit", line: 3, path: "$.tasks.a.cirrus.pin", task: "a" }]);
  });

  test("can be a task or workflow of the project, with a payload that is JSON", async () => {
    const repository = repositoryAt("a");
    repository.commit({
      "peach.yaml": [
        "codops: debr",
        "tasks:",
        "  ok: {task: publish, payload: p.json}",
        "  no: {task: publsh}",
        "  flow: {workflow: mirror, payload: broken.json}",
        "  gone: {workflow: mirror, payload: q.json}",
      ].join("\n"),
      "tasks/publish/definition.yml": "",
      "workflows/mirror/definition.yml": "",
      "p.json": "{}",
      "broken.json": "{",
    });
    const registration = await readRegistration(ports(), at(repository));
    expect(names(registration)).toEqual(["debr/ok"]);
    expect(registration.problems.map(({ code, task, hint }) => [code, task, hint])).toEqual([
      ["unknown-task", "no", "Did you mean publish?"],
      ["bad-payload", "flow", undefined],
      ["missing-payload", "gone", "Did you mean p.json?"],
    ]);
  });
});

describe("what goes wrong in one place", () => {
  test("P30: a broken file keeps its tasks from running, stays visible and harms no other file", async () => {
    const repository = repositoryAt("a");
    repository.commit({
      "peach.conf/bad.yaml": "codops: debr\ntasks:\n  x: {notebook: n.ipynb, method: run\n",
      "peach.conf/good.yaml": tasks("debr", { good: "n.ipynb" }),
      "n.ipynb": "{}",
    });
    const registration = await readRegistration(ports(), at(repository));
    expect(names(registration)).toEqual(["debr/good"]);
    expect(registration.problems[0]).toMatchObject({
      severity: "error",
      code: "yaml",
      file: "peach.conf/bad.yaml",
      line: 4,
    });
  });

  test("P30: two tasks of one name in an organisation do not run, and each names the other's place", async () => {
    const [a, b] = [repositoryAt("a"), repositoryAt("b")];
    a.commit({
      "peach.conf/1.yaml": tasks("debr", { same: "n.ipynb", own: "n.ipynb" }),
      "peach.conf/2.yaml": tasks("sesr", { same: "n.ipynb" }),
      "n.ipynb": "{}",
    });
    b.commit({ "peach.yaml": tasks("debr", { mine: "n.ipynb", same: "n.ipynb" }), "n.ipynb": "{}" });
    const registration = await readRegistration(ports(), at(a, b));
    expect(names(registration)).toEqual(["debr/own", "sesr/same", "debr/mine"]);
    expect(registration.problems.map(({ code, message, file, line }) => [code, file, line, message])).toEqual([
      ["duplicate-task", "peach.conf/1.yaml", 3, expect.stringContaining(`peach.yaml:4 of ${b.folder}. Neither runs`)],
      ["duplicate-task", "peach.yaml", 4, expect.stringContaining(`peach.conf/1.yaml:3 of ${a.folder}. Neither runs`)],
    ]);
  });

  test("P30: several organisations can be in one repository, one a file", async () => {
    const repository = repositoryAt("a");
    repository.commit({
      "peach.conf/debr.yaml": tasks("debr", { same: "n.ipynb" }),
      "peach.conf/sesr.yaml": tasks("sesr", { same: "n.ipynb" }),
      "n.ipynb": "{}",
    });
    expect(names(await readRegistration(ports(), at(repository)))).toEqual(["debr/same", "sesr/same"]);
  });

  test("P28: a repository takes part by being named; one that cannot be read says why and keeps no other back", async () => {
    const [a, empty] = [repositoryAt("a"), repositoryAt("empty")];
    a.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb" }), "n.ipynb": "{}" });
    const elsewhere = [{ location: join(root, "none") }, { location: `file://${root}/private.git` }];
    const registration = await readRegistration(ports(), [...at(empty), ...elsewhere, ...at(a)]);
    expect(names(registration)).toEqual(["debr/a"]);
    expect(registration.problems.map(({ severity, code, repository }) => [severity, code, repository])).toEqual([
      ["error", "unreachable", empty.folder],
      ["error", "unreachable", join(root, "none")],
      ["error", "unreachable", `file://${root}/private.git`],
    ]);
    expect(registration.problems.every(({ hint }) => hint !== undefined)).toBe(true);
    expect(registration.repositories.map(({ commit }) => commit === undefined)).toEqual([true, true, true, false]);
  });

  test("P28: a repository that goes away keeps its tasks with a warning, and has none when it comes back", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb" }), "n.ipynb": "{}" });
    const registry = makeRegistry(ports());
    const before = await registry.read(at(repository));
    renameSync(repository.folder, join(root, "away"));
    const meanwhile = await registry.read(at(repository));
    expect(meanwhile.tasks).toEqual(before.tasks);
    expect(codes(meanwhile)).toEqual(["warning unreachable"]);
    expect(await registry.read(at(repository))).toBe(meanwhile);
    renameSync(join(root, "away"), repository.folder);
    expect((await registry.read(at(repository))).id).toBe(before.id);
  });
});

describe("what another process has registered", () => {
  const registered = async (...files: readonly Record<string, string>[]) => {
    const repository = repositoryAt("a");
    for (const each of files) repository.commit(each);
    const [one] = at(repository);
    return { repository, one: one ?? { location: "" } };
  };
  const whole = { "peach.yaml": tasks("debr", { a: "n.ipynb" }), "n.ipynb": "{}" };
  const nextProcess = (last: Registration) => makeRegistry({ ...ports(), last: async () => last });

  test("P28: stays, with a warning, while the repository is out of reach", async () => {
    const { repository, one } = await registered(whole);
    const last = await readRegistration(ports(), [one]);
    renameSync(repository.folder, join(root, "away"));
    const kept = await nextProcess(last).read([one]);
    expect([names(kept), codes(kept)]).toEqual([["debr/a"], ["warning unreachable"]]);
  });

  test("P29: stands for no other branch than the one it was read from", async () => {
    const { repository, one } = await registered(whole);
    const [branch = ""] = (await readRegistration(ports(), [one])).repositories.map((each) => each.branch);
    const last = await readRegistration(ports(), [{ ...one, branch }]);
    renameSync(repository.folder, join(root, "away"));
    expect(names(await nextProcess(last).read([{ ...one, branch }]))).toEqual(["debr/a"]);
    const other = await nextProcess(last).read([{ ...one, branch: "nope" }]);
    expect([names(other), codes(other)]).toEqual([[], ["error unreachable"]]);
    const trunk = { ...last, repositories: last.repositories.map((each) => ({ ...each, branch: "trunk" })) };
    expect(codes(await nextProcess(trunk).read([one]))).toEqual(["error unreachable"]);
  });

  test("P29: files as they lay there never stand for what is committed", async () => {
    const repository = repositoryAt("a");
    repository.write(whole);
    const [one = { location: "" }] = at(repository);
    const last = await readRegistration(ports(), [{ ...one, worktree: true }]);
    expect(names(last)).toEqual(["debr/a"]);
    const committed = await nextProcess(last).read([one]);
    expect([names(committed), codes(committed)]).toEqual([[], ["error unreachable"]]);
  });
});

describe("what tasks require", () => {
  test("P22: is one set for all tasks of an organisation, from all its files and repositories", async () => {
    const [a, b] = [repositoryAt("a"), repositoryAt("b")];
    a.commit({ "peach.yaml": tasks("debr", {}, "  dependencies: [numpy]", "dependencies: [orjson==3.3.1]") });
    b.commit({ "peach.yaml": tasks("debr", {}, "  dependencies: [numpy, pyarrow]") });
    const { dependencies, problems } = await readRegistration(ports(), at(a, b));
    expect(problems).toEqual([]);
    expect(dependencies.debr?.map(({ text, repository, line }) => [text, repository, line])).toEqual([
      ["orjson==3.3.1", a.folder, 4],
      ["numpy", a.folder, 3],
      ["pyarrow", b.folder, 3],
    ]);
  });

  test("P24: requirements that cannot hold together are errors at both places, each naming the other", async () => {
    const [a, b] = [repositoryAt("a"), repositoryAt("b")];
    a.commit({ "peach.yaml": tasks("debr", { a: "n.ipynb" }, "dependencies: [numpy==1.26.4]"), "n.ipynb": "{}" });
    b.commit({ "peach.yaml": tasks("debr", {}, "dependencies: [numpy>=2]") });
    const checkRequirements: NotebookCheck["checkRequirements"] = async ([first, ...others]) => {
      if (first === undefined) return [];
      const message = "numpy is required in versions that exclude each other";
      return [{ severity: "error", code: "requirement-conflict", message, requirements: [first, ...others] }];
    };
    const registration = await readRegistration(ports({ checkRequirements }), at(a, b));
    expect(
      registration.problems.map(({ repository, file, line, message }) => [repository, file, line, message]),
    ).toEqual([
      [a.folder, "peach.yaml", 4, expect.stringContaining(`numpy>=2 in peach.yaml:3 of ${b.folder}`)],
      [b.folder, "peach.yaml", 3, expect.stringContaining(`numpy==1.26.4 in peach.yaml:4 of ${a.folder}`)],
    ]);
    // They run in the environment that was built last, or say that it cannot be built.
    expect(names(registration)).toEqual(["debr/a"]);
  });

  test("P24: two ranges of one package of npm exclude each other, in one organisation", async () => {
    const repository = repositoryAt("a");
    repository.commit({
      "peach.conf/1.yaml": tasks("debr", {}, 'dependencies: ["npm:ml-matrix@6", "npm:ml-matrix@5"]'),
      "peach.conf/2.yaml": tasks("sesr", {}, 'dependencies: ["npm:ml-matrix@4"]'),
    });
    const { problems } = await readRegistration(ports(), at(repository));
    expect(problems.map(({ code, codops }) => [code, codops])).toEqual([
      ["requirement-conflict", "debr"],
      ["requirement-conflict", "debr"],
    ]);
  });

  test("is registered with a warning where it cannot be checked", async () => {
    const repository = repositoryAt("a");
    repository.commit({ "peach.yaml": tasks("debr", {}, "dependencies: [numpy]") });
    const checkRequirements = () => Promise.reject(new Error("There is no python3"));
    const { problems, dependencies } = await readRegistration(ports({ checkRequirements }), at(repository));
    expect(problems).toMatchObject([{ severity: "warning", code: "unchecked" }]);
    expect(dependencies.debr).toHaveLength(1);
  });
});
