/** News of changes for open pages. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { OpenAPIHono } from "@hono/zod-openapi";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ApiEnv } from "../../../src/api/app.ts";
import { makeChanges } from "../../../src/api/local/changes.ts";
import { makeLocalApp } from "../../../src/api/local/local-app.ts";
import { openChangeWatch } from "../../../src/embedded/database/change-watch.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { cirrus } from "../../cli/cirrus.ts";
import { payloadText, temporaryProject } from "../../cli/temporary-project.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { serveFolder } from "./served-place.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Reads on until the text is there. */
async function until(reader: Reader, text: string): Promise<void> {
  let heard = "";
  while (!heard.includes(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The news ended without ${text}, but with: ${heard}`);
    heard += new TextDecoder().decode(value);
  }
}

describe("the stream of changes", () => {
  test("tells over HTTP of what another process writes", async () => {
    const cwd = temporaryProject();
    const served = await serveFolder(cwd);
    const news = await served.get("/v1/changes");
    expect(news.headers.get("Content-Type")).toBe("text/event-stream");
    const reader = (news.body ?? new ReadableStream<Uint8Array>()).getReader();
    await until(reader, "retry: 2000");
    await cirrus(["publish", "-", "--no-validate"], { cwd, stdin: payloadText("any", "scene") });
    await until(reader, "event: change\ndata: {}\n\n");
    await reader.cancel();
  });

  test("is not begun for whoever asks for its headers alone", async () => {
    let streams = 0;
    const stream = () => {
      streams += 1;
      return new ReadableStream<Uint8Array>();
    };
    const caller = { name: "ada", mayOperate: true };
    const app = makeLocalApp({
      api: new OpenAPIHono<ApiEnv>(),
      page: temporaryFolder(),
      changes: { stream },
      port: 4280,
      token: "token",
      caller,
      corsOrigins: [],
    });
    const ask = async (method: string) =>
      (await app.request("/v1/changes", { method, headers: { Host: "127.0.0.1:4280" } })).status;
    expect([await ask("HEAD"), streams]).toEqual([200, 0]);
    expect([await ask("GET"), streams]).toEqual([200, 1]);
  });

  test("is told to all from one look, and nobody looks once the last page has gone", async () => {
    const clock = makeVirtualClock();
    const seen: number[] = [];
    let changed = false;
    const changes = makeChanges(() => {
      seen.push(clock.now());
      const was = changed;
      changed = false;
      return was;
    }, clock);
    const readers = [1, 2, 3].map(() => changes.stream().getReader());
    for (const reader of readers) await until(reader, "retry");
    changed = true;
    for (const reader of readers) await until(reader, "event: change");
    // Each look at a time of its own, 250 ms after the one before.
    expect(seen.slice(1).map((at, index) => at - (seen[index] ?? 0))).toEqual(seen.slice(1).map(() => 250));

    for (const reader of readers) await reader.cancel();
    const looks = seen.length;
    // Whoever still slept would be woken before this.
    await clock.sleep(60_000);
    expect(seen.length).toBe(looks);

    const late = changes.stream().getReader();
    changed = true;
    await until(late, "event: change");
    await late.cancel();
  });

  test("is kept up by a line every 15 seconds while nothing changes", async () => {
    const clock = makeVirtualClock();
    const reader = makeChanges(() => false, clock)
      .stream()
      .getReader();
    const start = clock.now();
    await until(reader, ": still here");
    expect(clock.now() - start).toBeGreaterThanOrEqual(15_000);
    expect(clock.now() - start).toBeLessThan(16_000);
    await reader.cancel();
  });

  test("tells whoever is slow to read once of all that changed meanwhile", async () => {
    const clock = makeVirtualClock();
    const reader = makeChanges(() => true, clock)
      .stream()
      .getReader();
    await clock.sleep(10_000);
    let heard = "";
    for (let part = 0; part < 3; part += 1) heard += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    expect(heard.match(/event: change/g)?.length).toBeLessThanOrEqual(2);
  });

  test("tells once that the database cannot be read any more, and once that it can", async () => {
    const clock = makeVirtualClock();
    let broken = true;
    let looks = 0;
    const changes = makeChanges(() => {
      looks += 1;
      if (broken && looks > 2) throw new Error("broken");
      return false;
    }, clock);
    const reader = changes.stream().getReader();
    await until(reader, "event: change");
    const failed = looks;
    await until(reader, ": still here");
    expect(looks).toBeGreaterThan(failed + 10);
    broken = false;
    await until(reader, "event: change");
    await reader.cancel();
  });
});

describe("a watch over a database", () => {
  test("sees what others commit, and what they only read is no change", () => {
    const path = join(temporaryFolder(), "cirrus.db");
    const database = openDatabase(path);
    onTestFinished(database.close);
    const watch = openChangeWatch(path);
    onTestFinished(watch.close);
    expect(watch.changed()).toBe(false);
    database.run("CREATE TABLE notes (text TEXT) STRICT");
    expect(watch.changed()).toBe(true);
    database.all("SELECT * FROM notes");
    expect(watch.changed()).toBe(false);
    database.run("INSERT INTO notes VALUES ('news')");
    expect(watch.changed()).toBe(true);
    expect(watch.changed()).toBe(false);
  });

  test("sees a file that comes, goes, and comes again as another one", () => {
    const folder = temporaryFolder();
    const path = join(folder, "cirrus.db");
    const watch = openChangeWatch(path);
    onTestFinished(watch.close);
    expect(watch.changed()).toBe(false);
    openDatabase(path).close();
    expect(watch.changed()).toBe(true);
    expect(watch.changed()).toBe(false);
    for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
    expect(watch.changed()).toBe(true);
    openDatabase(path).close();
    expect(watch.changed()).toBe(true);
    expect(watch.changed()).toBe(false);
  });
});
