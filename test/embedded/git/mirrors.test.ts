import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clock, systemClock } from "../../../src/clock.ts";
import { makeGitSources } from "../../../src/embedded/git/sources.ts";
import { makeRepository, type TestRepository } from "./test-repository.ts";

let root: string;
let origin: TestRepository;
let url: string;
let now: number;
/** Waits really, but what time it is the test says. */
const clock: Clock = { now: () => now, sleep: (ms, signal) => systemClock.sleep(ms, signal) };

beforeEach(() => {
  now = 1_000_000;
  root = mkdtempSync(join(tmpdir(), "cirrus-mirror-"));
  origin = makeRepository(join(root, "origin"));
  url = `file://${origin.folder}`;
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a repository behind a URL is mirrored, and what is in it is there as of any folder", async () => {
  const first = origin.commit({ "peach.yaml": "a", n: "1" });
  origin.git("tag", "v1");
  const commit = origin.commit({ "peach.yaml": "b" });
  const sources = makeGitSources({ folder: join(root, "mirrors"), clock });
  expect(await sources.head({ location: url })).toEqual({ branch: "master", commit });
  expect(await sources.list({ location: url }, commit)).toEqual(["n", "peach.yaml"]);
  expect(await sources.resolve({ location: url }, "v1")).toBe(first);
  expect(await sources.lastChanges({ location: url }, commit, ["n"])).toEqual({ n: first });
  await sources.checkOut({ location: url }, first, join(root, "out"));
  expect(readdirSync(join(root, "out")).sort()).toEqual(["n", "peach.yaml"]);
});

test("P6: a mirror is fetched again after ten seconds and not before; branches that are gone go", async () => {
  const first = origin.commit({ a: "1" });
  origin.git("branch", "feature");
  const sources = makeGitSources({ folder: join(root, "mirrors"), clock });
  await sources.head({ location: url });
  const second = origin.commit({ a: "2" });
  origin.git("branch", "-D", "feature");
  now += 9_999;
  expect((await sources.head({ location: url })).commit).toBe(first);
  now += 1;
  expect((await sources.head({ location: url })).commit).toBe(second);
  await expect(sources.head({ location: url, branch: "feature" })).rejects.toThrow(/Its branches are master\./);
});

test("a history that was rewritten is taken, and the commits of before are still there", async () => {
  const first = origin.commit({ a: "1" });
  const sources = makeGitSources({ folder: join(root, "mirrors"), clock });
  await sources.head({ location: url });
  origin.git("commit", "--quiet", "--amend", "-m", "Another");
  now += 10_000;
  expect((await sources.head({ location: url })).commit).not.toBe(first);
  expect(await sources.list({ location: url }, first)).toEqual(["a"]);
});

test("a repository that cannot be fetched says so at every look, and does again what it did once it is back", async () => {
  const commit = origin.commit({ a: "1" });
  const sources = makeGitSources({ folder: join(root, "mirrors"), clock });
  await sources.head({ location: url });
  renameSync(origin.folder, join(root, "away"));
  now += 10_000;
  await expect(sources.head({ location: url })).rejects.toThrow(
    /origin cannot be fetched: .*does not appear to be a git repository/,
  );
  await expect(sources.head({ location: url })).rejects.toThrow(
    /origin cannot be fetched: .*does not appear to be a git repository/,
  );
  expect(await sources.list({ location: url }, commit)).toEqual(["a"]);
  renameSync(join(root, "away"), origin.folder);
  now += 10_000;
  expect((await sources.head({ location: url })).commit).toBe(commit);
});

test("what a fetch that was killed has locked is fetched again, and so is what a clock that is set back makes look new", async () => {
  origin.commit({ a: "1" });
  const sources = makeGitSources({ folder: join(root, "mirrors"), clock });
  await sources.head({ location: url });
  const [mirror = ""] = readdirSync(join(root, "mirrors"));
  const lock = join(root, "mirrors", mirror, "refs/heads/master.lock");
  writeFileSync(lock, "");
  const second = origin.commit({ a: "2" });
  now -= 3_600_000;
  await expect(sources.head({ location: url })).rejects.toThrow(/cannot be fetched/);
  expect(existsSync(lock), "somebody else may hold it").toBe(true);
  utimesSync(lock, 1, 1);
  now += 10_000;
  await expect(sources.head({ location: url })).rejects.toThrow(/cannot be fetched/);
  now += 10_000;
  expect((await sources.head({ location: url })).commit).toBe(second);
});

test("a repository that was never there leaves no half of a mirror", async () => {
  const sources = makeGitSources({ folder: join(root, "mirrors"), clock });
  await expect(sources.head({ location: `file://${root}/none` })).rejects.toThrow(/none cannot be fetched/);
  expect(readdirSync(join(root, "mirrors"))).toEqual([]);
});

test("what a killed process left of a mirror is removed after a day", async () => {
  origin.commit({ a: "1" });
  const [old, young] = ["old", "young"].map((name) => join(root, "mirrors", `unfinished-${name}`));
  for (const folder of [old, young]) mkdirSync(folder ?? "", { recursive: true });
  const longAgo = new Date(Date.now() - 90_000_000);
  utimesSync(old ?? "", longAgo, longAgo);
  await makeGitSources({ folder: join(root, "mirrors"), clock }).head({ location: url });
  const left = readdirSync(join(root, "mirrors"));
  expect(left).toContain("unfinished-young");
  expect(left).not.toContain("unfinished-old");
  expect(left).toHaveLength(2);
});

test("two that make the same mirror at once both have it", async () => {
  const commit = origin.commit({ a: "1" });
  const two = [1, 2].map(() => makeGitSources({ folder: join(root, "mirrors"), clock }));
  const heads = await Promise.all(two.map((sources) => sources.head({ location: url })));
  expect(heads.map((head) => head.commit)).toEqual([commit, commit]);
  expect(readdirSync(join(root, "mirrors"))).toHaveLength(1);
});

test("nobody waits long for a host that does not answer", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const impatient: Clock = { now: () => now, sleep: () => Promise.resolve() };
  const sources = makeGitSources({ folder: join(root, "mirrors"), clock: impatient });
  const location = `git://127.0.0.1:${port}/x.git`;
  await expect(sources.head({ location })).rejects.toThrow(/still being fetched/);
  await expect.poll(() => sockets.length).toBe(1);
  await expect(sources.head({ location })).rejects.toThrow(/still being fetched/);
  expect(sockets).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
  silent.close();
  const refusal = () => sources.head({ location }).then(String, String);
  await expect.poll(refusal).toMatch(/cannot be fetched/);
});

test("a process with nothing else to do ends, and Git with it, while a host does not answer", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket.on("error", () => undefined).resume()));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const program = `
    import { makeGitSources } from ${JSON.stringify(join(import.meta.dirname, "../../../src/embedded/git/sources.ts"))};
    const clock = { now: () => 0, sleep: () => new Promise((resolve) => setTimeout(resolve, 200)) };
    const sources = makeGitSources({ folder: ${JSON.stringify(join(root, "mirrors"))}, clock });
    await sources.head({ location: "git://127.0.0.1:${port}/x.git" }).catch((error) => console.log(error.message));`;
  const ended = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ["--input-type=module", "-e", program], { timeout: 120_000 }, (error, out) =>
      error ? reject(error) : resolve(out),
    );
  });
  expect(ended).toMatch(/still being fetched/);
  // The connection ends with Git.
  await expect.poll(() => sockets.every((socket) => socket.destroyed || socket.readableEnded)).toBe(true);
  silent.close();
});
