import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { makeGitSources } from "../../../src/embedded/git/sources.ts";
import { type Sources, WORKTREE } from "../../../src/loop/sources.ts";
import { makeRepository, type TestRepository } from "./test-repository.ts";

let root: string;
let repository: TestRepository;
let sources: Sources;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cirrus-git-"));
  repository = makeRepository(join(root, "tasks"));
  sources = makeGitSources({ folder: join(root, "mirrors"), clock: systemClock });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const here = () => ({ location: repository.folder });
const text = (content: Uint8Array | undefined) => (content === undefined ? undefined : Buffer.from(content).toString());

describe("the head of a repository", () => {
  test("P29: is the newest commit of master, whatever is checked out and whatever is changed", async () => {
    const commit = repository.commit({ "a.txt": "one" });
    repository.git("checkout", "--quiet", "-b", "develop");
    repository.commit({ "a.txt": "two" });
    repository.write({ "a.txt": "three" });
    expect(await sources.head(here())).toEqual({ branch: "master", commit });
    expect(text(await sources.read(here(), commit, "a.txt"))).toBe("one");
  });

  test("P29: is that of main where there is no master, and of a branch that is named", async () => {
    repository = makeRepository(join(root, "other"), "main");
    const commit = repository.commit({ a: "1" });
    repository.git("checkout", "--quiet", "-b", "feature/x");
    const feature = repository.commit({ a: "2" });
    expect(await sources.head(here())).toEqual({ branch: "main", commit });
    expect(await sources.head({ ...here(), branch: "feature/x" })).toEqual({ branch: "feature/x", commit: feature });
  });

  test("prefers master where both are there", async () => {
    const commit = repository.commit({ a: "1" });
    repository.git("branch", "main");
    expect(await sources.head(here())).toEqual({ branch: "master", commit });
  });

  test("P6: is the new one as soon as something is committed, also after Git has packed its references", async () => {
    repository.commit({ a: "1" });
    await sources.head(here());
    for (const content of ["2", "3"]) {
      const commit = repository.commit({ a: content });
      expect((await sources.head(here())).commit).toBe(commit);
      repository.git("pack-refs", "--all");
      expect((await sources.head(here())).commit).toBe(commit);
    }
  });

  test("is found in a detached head, a bare repository, a linked worktree and a shallow clone", async () => {
    repository.commit({ a: "1" });
    const commit = repository.commit({ a: "2" });
    repository.git("checkout", "--quiet", "--detach", "HEAD~1");
    expect((await sources.head(here())).commit).toBe(commit);
    repository.git("clone", "--quiet", "--bare", ".", join(root, "bare.git"));
    expect((await sources.head({ location: join(root, "bare.git") })).commit).toBe(commit);
    repository.git("worktree", "add", "--quiet", "-b", "side", join(root, "linked"));
    expect((await sources.head({ location: join(root, "linked") })).commit).toBe(commit);
    const shallow = join(root, "shallow");
    repository.git("clone", "--quiet", "--depth=1", "--branch=master", `file://${repository.folder}`, shallow);
    expect((await sources.head({ location: shallow })).commit).toBe(commit);
    expect(await sources.lastChanges({ location: shallow }, commit, ["a"])).toEqual({ a: commit });
  });

  test("is that of the branch that a symbolic one stands for", async () => {
    const commit = repository.commit({ a: "1" });
    repository.git("checkout", "--quiet", "-b", "develop");
    repository.git("branch", "-D", "master");
    repository.git("symbolic-ref", "refs/heads/master", "refs/heads/develop");
    expect(await sources.head(here())).toEqual({ branch: "master", commit });
  });

  test("is that of the named repository, also where a hook of another one has started this process", async () => {
    const commit = repository.commit({ a: "1" });
    const other = makeRepository(join(root, "other"));
    other.commit({ b: "1" });
    const program = `
      import { makeGitSources } from ${JSON.stringify(join(import.meta.dirname, "../../../src/embedded/git/sources.ts"))};
      const sources = makeGitSources({ folder: "none", clock: { now: Date.now, sleep: async () => {} } });
      const repository = { location: ${JSON.stringify(repository.folder)} };
      await sources.checkOut(repository, ${JSON.stringify(commit)}, ${JSON.stringify(join(root, "out"))});
      console.log((await sources.head(repository)).commit);`;
    const env = {
      ...process.env,
      GIT_DIR: join(other.folder, ".git"),
      GIT_INDEX_FILE: "x",
      GIT_WORK_TREE: other.folder,
    };
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], { env, encoding: "utf8" });
    expect(printed.trim()).toBe(commit);
    expect(readdirSync(join(root, "out"))).toEqual(["a"]);
  });

  test("is that of a branch of a remote where it is named so", async () => {
    const commit = repository.commit({ a: "1" });
    const clone = join(root, "clone");
    repository.git("clone", "--quiet", ".", clone);
    execFileSync("git", ["checkout", "--quiet", "--detach"], { cwd: clone });
    execFileSync("git", ["branch", "--quiet", "-D", "master"], { cwd: clone });
    expect((await sources.head({ location: clone, branch: "origin/master" })).commit).toBe(commit);
    await expect(sources.head({ location: clone })).rejects.toThrow(/origin\/master/);
  });

  test("is missed with the branches that there are", async () => {
    repository.commit({ a: "1" });
    repository.git("branch", "--move", "develop");
    repository.git("branch", "release");
    await expect(sources.head(here())).rejects.toThrow(/neither master nor main\. Its branches are develop, release\./);
    await expect(sources.head({ ...here(), branch: "relaese" })).rejects.toMatchObject({
      message: expect.stringMatching(/has no branch relaese/),
      hint: "Did you mean release?",
    });
  });

  test("is missed where nothing is committed yet, where there is no repository, and where there is no folder", async () => {
    await expect(sources.head(here())).rejects.toThrow(/nothing is committed there yet/);
    await expect(sources.head({ location: root })).rejects.toThrow(/is no Git repository/);
    await expect(sources.head({ location: join(root, "none") })).rejects.toThrow(/There is no folder/);
  });

  test("is not looked for above a folder that lies within a repository", async () => {
    repository.commit({ "sub/a": "1" });
    await expect(sources.head({ location: join(repository.folder, "sub") })).rejects.toThrow(
      /is a folder within the repository/,
    );
  });
});

describe("what comes from outside", () => {
  test.each(["--upload-pack=touch x", "-x", "../../HEAD", "a..b", "x^{/y}", "refs/*", "", "a b", "HEAD\n"])(
    "is no option and no expression: a branch called %j is not there",
    async (branch) => {
      repository.commit({ a: "1" });
      await expect(sources.head({ ...here(), branch })).rejects.toThrow(/has no branch/);
    },
  );

  test.each(["--all", "-1", "HEAD; touch x", "master..HEAD", "", ":a", "nothing", "@{-1"])(
    "is no option and no expression: a commit called %j is not there",
    async (name) => {
      repository.commit({ a: "1" });
      expect(await sources.resolve(here(), name)).toBeUndefined();
    },
  );

  test.each(["HEAD", "--help", "master", "0123"])(
    "is a whole hash where files are asked for: not %s",
    async (commit) => {
      repository.commit({ a: "1" });
      await expect(sources.list(here(), commit)).rejects.toThrow(/whole hash/);
      await expect(sources.checkOut(here(), commit, join(root, "out"))).rejects.toThrow(/whole hash/);
    },
  );

  test.each(["/etc/passwd", "../x", "a/../../x"])("stays in the repository: not %s", async (path) => {
    const commit = repository.commit({ a: "1" });
    await expect(sources.read(here(), commit, path)).rejects.toThrow(/leads out/);
    await expect(sources.read({ ...here(), worktree: true }, WORKTREE, path)).rejects.toThrow(/leads out/);
  });

  test.each([
    ["ext::sh -c 'touch x'", /no folder/],
    ["ext://touch", /not read by ext/],
    ["-u", /neither a folder nor a URL/],
    ["https://user:secret@example.com/x.git", /holds a password/],
  ])("is no program and no secret: %s", async (location, message) => {
    await expect(sources.head({ location })).rejects.toThrow(message);
    await expect(sources.head({ location })).rejects.not.toThrow(/secret/);
  });

  test("starts no hook and no monitor of the repository", async () => {
    const commit = repository.commit({ a: "1" });
    const touched = join(root, "touched");
    for (const hook of ["post-checkout", "post-index-change", "reference-transaction"]) {
      const file = join(repository.folder, ".git/hooks", hook);
      mkdirSync(join(repository.folder, ".git/hooks"), { recursive: true });
      writeFileSync(file, `#!/bin/sh\ntouch ${touched}\n`);
      chmodSync(file, 0o755);
    }
    repository.git("config", "core.fsmonitor", `touch ${touched};`);
    rmSync(touched, { force: true });
    await sources.checkOut(here(), commit, join(root, "out"));
    await sources.list({ ...here(), worktree: true }, WORKTREE);
    expect(existsSync(touched)).toBe(false);
  });
});

describe("the files of a commit", () => {
  test("are listed in order, all of them or those of a folder", async () => {
    const commit = repository.commit({
      "b.txt": "",
      "peach.conf/x.yaml": "",
      "ä ö/ü.txt": "",
      "-d/a": "",
      "peach.confx": "",
    });
    expect(await sources.list(here(), commit)).toEqual([
      "-d/a",
      "b.txt",
      "peach.conf/x.yaml",
      "peach.confx",
      "ä ö/ü.txt",
    ]);
    expect(await sources.list(here(), commit, "peach.conf")).toEqual(["peach.conf/x.yaml"]);
    expect(await sources.list(here(), commit, "-d")).toEqual(["-d/a"]);
    expect(await sources.list(here(), commit, "none")).toEqual([]);
  });

  test("are read as they are, many at once, bytes and all", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256);
    const commit = repository.commit({ "bytes.bin": bytes, empty: "", "line\tbreak": "x", "ends with newline": "a\n" });
    const paths = ["empty", "bytes.bin", "none", "line\tbreak", "ends with newline", "no such folder/x"];
    const read = await Promise.all(paths.map((path) => sources.read(here(), commit, path)));
    expect(read.map((content) => content?.length)).toEqual([0, 70_000, undefined, 1, 2, undefined]);
    expect(Buffer.compare(Buffer.from(read[1] ?? []), Buffer.from(bytes))).toBe(0);
  });

  test("are not folders, nor submodules", async () => {
    const other = makeRepository(join(root, "other"));
    other.commit({ x: "1" });
    repository.commit({ "folder/a": "1" });
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.folder, "sub");
    const commit = repository.commit();
    expect(await sources.list(here(), commit)).toEqual([".gitmodules", "folder/a"]);
    expect(await sources.read(here(), commit, "folder")).toBeUndefined();
    expect(await sources.read(here(), commit, "sub")).toBeUndefined();
  });

  test("are followed through links within the repository, and not out of it", async () => {
    repository.write({ "notebooks/a.ipynb": "{}" });
    symlinkSync("notebooks/a.ipynb", join(repository.folder, "in"));
    symlinkSync("../secret", join(repository.folder, "out"));
    symlinkSync("/etc/hostname", join(repository.folder, "absolute"));
    symlinkSync("nowhere", join(repository.folder, "dangling"));
    symlinkSync("loop", join(repository.folder, "loop"));
    const commit = repository.commit({ after: "still read" });
    writeFileSync(join(root, "secret"), "secret");
    for (const [which, at] of [
      [here(), commit],
      [{ ...here(), worktree: true }, WORKTREE],
    ] as const) {
      const read = (path: string) => sources.read(which, at, path);
      expect(text(await read("in"))).toBe("{}");
      const outside = await Promise.allSettled([read("out"), read("absolute"), read("after")]);
      expect(outside.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
      expect([await read("dangling"), await read("loop")]).toEqual([undefined, undefined]);
    }
  });

  test("are those of the pinned commit: by the beginning of its hash, a tag or a branch", async () => {
    const first = repository.commit({ a: "1" });
    repository.git("tag", "-a", "v1", "-m", "One");
    repository.commit({ a: "2" });
    expect(await sources.resolve(here(), first.slice(0, 8))).toBe(first);
    expect(await sources.resolve(here(), "v1")).toBe(first);
    expect(await sources.resolve(here(), "master~1")).toBe(first);
    expect(await sources.resolve(here(), "00000000")).toBeUndefined();
  });
});

describe("the last changes", () => {
  test("P37: are those of each file itself, in one walk", async () => {
    const a = repository.commit({ "a.ipynb": "1", "ä [b]*.ipynb": "1", ":!a.ipynb": "1" });
    const b = repository.commit({ "ä [b]*.ipynb": "2" });
    const commit = repository.commit({ "c.ipynb": "1" });
    expect(
      await sources.lastChanges(here(), commit, ["a.ipynb", "ä [b]*.ipynb", "c.ipynb", ":!a.ipynb", "none"]),
    ).toEqual({
      "a.ipynb": a,
      ":!a.ipynb": a,
      "ä [b]*.ipynb": b,
      "c.ipynb": commit,
    });
    expect(await sources.lastChanges(here(), b, ["a.ipynb", "c.ipynb"])).toEqual({ "a.ipynb": a });
    expect(await sources.lastChanges(here(), b, [])).toEqual({});
  });

  test("P37: are found behind merges, and in a merge that changed the file itself", async () => {
    repository.commit({ a: "1\n2\n3\n4\n5\n", b: "1" });
    repository.git("checkout", "--quiet", "-b", "side");
    const side = repository.commit({ a: "1\n2\n3\n4\nfive\n" });
    repository.git("checkout", "--quiet", "master");
    repository.commit({ c: "1" });
    repository.git("merge", "--quiet", "--no-ff", "-m", "Merge", "side");
    const merged = repository.git("rev-parse", "HEAD");
    expect(await sources.lastChanges(here(), merged, ["a"])).toEqual({ a: side });
    repository.git("checkout", "--quiet", "-b", "again", "HEAD~1");
    repository.commit({ d: "1" });
    repository.git("merge", "--quiet", "--no-ff", "--no-commit", "side");
    const evil = repository.commit({ a: "neither\n" });
    expect(await sources.lastChanges(here(), evil, ["a", "b"])).toMatchObject({ a: evil });
  });

  test("P37: are the same as Git's own for each file, in a long history", async () => {
    for (let index = 0; index < 30; index += 1) repository.commit({ [`n${(index * 7) % 10}.ipynb`]: String(index) });
    const commit = repository.git("rev-parse", "HEAD");
    const paths = Array.from({ length: 10 }, (_, index) => `n${index}.ipynb`);
    const expected = paths.map((path) => [path, repository.git("log", "-1", "--format=%H", commit, "--", path)]);
    expect(await sources.lastChanges(here(), commit, paths)).toEqual(Object.fromEntries(expected));
  });
});

describe("a checkout", () => {
  test("is the whole tree of the commit and nothing else, with modes and links, and leaves the repository alone", async () => {
    repository.write({
      "run.sh": "#!/bin/sh\n",
      "deep/er/x": "1",
      ".gitattributes": "docs export-ignore\n*.v export-subst\n",
    });
    repository.write({ "docs/a.md": "doc", "version.v": "$Format:%H$\n" });
    chmodSync(join(repository.folder, "run.sh"), 0o755);
    symlinkSync("deep/er/x", join(repository.folder, "link"));
    const commit = repository.commit();
    repository.write({ "run.sh": "changed", untracked: "x" });
    const before = repository.git("status", "--porcelain");
    const out = join(root, "out");
    await sources.checkOut(here(), commit, out);
    expect(readdirSync(out).sort()).toEqual([".gitattributes", "deep", "docs", "link", "run.sh", "version.v"]);
    expect(readFileSync(join(out, "run.sh"), "utf8")).toBe("#!/bin/sh\n");
    expect(readFileSync(join(out, "version.v"), "utf8")).toBe("$Format:%H$\n");
    expect(lstatSync(join(out, "run.sh")).mode & 0o111).not.toBe(0);
    expect(lstatSync(join(out, "link")).isSymbolicLink()).toBe(true);
    expect(repository.git("status", "--porcelain")).toBe(before);
  });

  test("is whole where the repository itself shows only a part of its files, and can be made several times at once", async () => {
    const commit = repository.commit({ "a/x": "1", "b/x": "1" });
    repository.git("sparse-checkout", "set", "a");
    const outs = [1, 2, 3].map((index) => join(root, `out-${index}`));
    await Promise.all(outs.map((out) => sources.checkOut(here(), commit, out)));
    for (const out of outs) expect(readdirSync(out).sort()).toEqual(["a", "b"]);
  });
});

describe("the files as they lie there", () => {
  test("P29: are taken only when they are asked for: changed and new ones, no ignored and no removed ones", async () => {
    repository.commit({ ".gitignore": "*.log\n", "a.txt": "1", "b.txt": "1" });
    repository.write({ "a.txt": "2", "new/c.txt": "1", "x.log": "" });
    repository.remove("b.txt");
    const worktree = { ...here(), worktree: true };
    expect(await sources.head(worktree)).toEqual({ branch: WORKTREE, commit: WORKTREE });
    expect(await sources.list(worktree, WORKTREE)).toEqual([".gitignore", "a.txt", "new/c.txt"]);
    expect(text(await sources.read(worktree, WORKTREE, "a.txt"))).toBe("2");
    expect(await sources.lastChanges(worktree, WORKTREE, ["a.txt"])).toEqual({});
    await sources.checkOut(worktree, WORKTREE, join(root, "out"));
    expect(readdirSync(join(root, "out")).sort()).toEqual([".gitignore", "a.txt", "new"]);
  });

  test("can lie in a folder that is no repository, or in one within a repository", async () => {
    const plain = join(root, "plain");
    mkdirSync(join(plain, "peach.conf"), { recursive: true });
    mkdirSync(join(plain, "node_modules"));
    for (const file of ["peach.conf/a.yaml", "x", "node_modules/y"]) writeFileSync(join(plain, file), "1");
    expect(await sources.list({ location: plain, worktree: true }, WORKTREE)).toEqual(["peach.conf/a.yaml", "x"]);
    repository.commit({ "sub/a": "1", b: "1" });
    const sub = { location: join(repository.folder, "sub"), worktree: true };
    expect(await sources.list(sub, WORKTREE)).toEqual(["a"]);
  });

  test("are not those of a URL", async () => {
    const url = { location: `file://${repository.folder}`, worktree: true };
    await expect(sources.head(url)).rejects.toThrow(/is a URL/);
  });
});
