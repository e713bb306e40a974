import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeGitSources } from "../../../src/embedded/git/sources.ts";
import { makeEmbeddedLoops } from "../../../src/embedded/loops/loops.ts";
import { makeRegisterLoops } from "../../../src/functions/register-loops/register-loops.ts";
import type { LoopStore } from "../../../src/loop/loop-store.ts";
import type { NotebookCheck } from "../../../src/loop/notebook-check.ts";
import { makeRepository, type TestRepository } from "../../embedded/git/test-repository.ts";
import { makeVirtualClock, type VirtualClock } from "../../virtual-clock.ts";

let root: string;
let clock: VirtualClock;
let store: LoopStore;
let close: () => void;
let a: TestRepository;
let b: TestRepository;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cirrus-register-"));
  clock = makeVirtualClock();
  const database = openDatabase(":memory:");
  store = makeEmbeddedLoops(database, { clock, folder: root }).store;
  close = () => database.close();
  a = makeRepository(join(root, "a"));
  b = makeRepository(join(root, "b"));
});

afterEach(() => {
  close();
  rmSync(root, { recursive: true, force: true });
});

const noFindings: NotebookCheck = {
  check: () => Promise.resolve([]),
  checkRequirements: () => Promise.resolve([]),
};

/** As a process does that begins anew. */
function start() {
  const sources = makeGitSources({ folder: join(root, "mirrors"), clock });
  return makeRegisterLoops({ sources, notebooks: noFindings, clock, store });
}

const both = () => [{ location: a.folder }, { location: b.folder }];
const file = (codops: string, name: string) =>
  `codops: ${codops}\ntasks:\n  ${name}: {notebook: n.ipynb, method: run}\n`;

describe("registering loops", () => {
  test("P6: stores what the repositories register as the newest, and again only when something has changed", async () => {
    a.commit({ "peach.yaml": file("debr", "one"), "n.ipynb": "{}" });
    b.commit({ "peach.yaml": file("sesr", "two"), "n.ipynb": "{}" });
    const register = start();
    const first = await register(both());
    clock.advance(60_000);
    await register(both());
    expect(await store.registration()).toEqual(JSON.parse(JSON.stringify(first)));
    a.commit({ "peach.yaml": file("debr", "three") });
    const second = await register(both());
    expect((await store.registration())?.id).toBe(second.id);
    expect(second.tasks.map(({ name }) => name)).toEqual(["three", "two"]);
    expect(await store.registration(first.id)).toMatchObject({ id: first.id });
  });

  test("P28: keeps what a repository registered last while it cannot be reached, also in a new process", async () => {
    a.commit({
      "peach.conf/good.yaml": `${file("debr", "one")}dependencies: [numpy]\n`,
      "peach.conf/bad.yaml": "codops: debr\ntasks:\n  broken: {method: run}\n",
      "n.ipynb": "{}",
    });
    b.commit({ "peach.yaml": file("sesr", "two"), "n.ipynb": "{}" });
    const before = await start()(both());
    renameSync(a.folder, join(root, "away"));
    const register = start();
    const kept = await register(both());
    expect(kept.tasks).toEqual(JSON.parse(JSON.stringify(before.tasks)));
    expect(kept.dependencies).toEqual(before.dependencies);
    expect(kept.repositories).toEqual(before.repositories);
    expect(kept.problems.map(({ severity, code }) => [severity, code])).toEqual([
      ["warning", "unreachable"],
      ["error", "missing-key"],
    ]);
    expect(kept.problems[0]?.message).toMatch(/There is no folder .*Its tasks stay as they were registered last/);
    // What the others register meanwhile is taken.
    b.commit({ "peach.yaml": file("sesr", "three") });
    expect((await register(both())).tasks.map(({ name }) => name)).toEqual(["one", "three"]);
    renameSync(join(root, "away"), a.folder);
    expect((await register(both())).problems.map(({ code }) => code)).toEqual(["missing-key"]);
  });

  test("P30: a name that another repository takes meanwhile is taken twice", async () => {
    a.commit({ "peach.yaml": file("debr", "same"), "n.ipynb": "{}" });
    b.commit({ "peach.yaml": file("debr", "own"), "n.ipynb": "{}" });
    await start()(both());
    renameSync(a.folder, join(root, "away"));
    b.commit({ "peach.yaml": file("debr", "same") });
    for (const register of [start(), start()]) {
      const { tasks, problems } = await register(both());
      expect(tasks).toEqual([]);
      expect(problems.map(({ code }) => code)).toEqual(["unreachable", "duplicate-task", "duplicate-task"]);
    }
  });
});
