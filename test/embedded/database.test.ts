import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Database, openDatabase } from "../../src/embedded/database/database.ts";
import { CirrusError, TransientError } from "../../src/errors.ts";
import { startProcess } from "./other-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function open(path = ":memory:"): Database {
  const db = openDatabase(path);
  onTestFinished(() => db.close());
  return db;
}

function insert(db: Database, id: string, raw = ""): number {
  return db.run("INSERT INTO rejections VALUES (?, '2030', 'c', 'r', NULL, ?)", id, raw);
}

function ids(db: Database): string[] {
  return db.all<{ id: string }>("SELECT id FROM rejections ORDER BY id").map(({ id }) => id);
}

describe("the embedded database", () => {
  test("a transaction is written whole or not at all", () => {
    const db = open();
    const failing = () =>
      db.transaction(() => {
        insert(db, "a");
        throw new Error("no");
      });
    expect(failing).toThrow("no");
    expect(ids(db)).toEqual([]);
    db.transaction(() => insert(db, "b"));
    expect(ids(db)).toEqual(["b"]);
  });

  test("a transaction within another one is undone alone", () => {
    const db = open();
    db.transaction(() => {
      insert(db, "a");
      expect(() =>
        db.transaction(() => {
          insert(db, "b");
          throw new Error("no");
        }),
      ).toThrow("no");
      insert(db, "c");
    });
    expect(ids(db)).toEqual(["a", "c"]);
  });

  test("writes of the same moment share one commit", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "cirrus.db");
    const db = open(path);
    // Every commit ends with a frame that carries the size of the database: bytes 4 to 8 of its header, else zero.
    const commits = () => {
      const wal = readFileSync(`${path}-wal`);
      const frame = 24 + wal.readUInt32BE(8);
      let count = 0;
      for (let at = 32; at + frame <= wal.length; at += frame) if (wal.readUInt32BE(at + 4) !== 0) count += 1;
      return count;
    };
    const before = commits();
    await Promise.all(Array.from({ length: 100 }, (_, i) => db.write(() => insert(db, `row-${i}`))));
    expect(ids(db)).toHaveLength(100);
    expect(commits() - before).toBe(1);
  });

  test("of writes that share a commit the one that throws is undone alone", async () => {
    const db = open();
    const results = await Promise.allSettled([
      db.write(() => insert(db, "a")),
      db.write(() => {
        insert(db, "b");
        throw new Error("not this one");
      }),
      db.write(() => insert(db, "c")),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(ids(db)).toEqual(["a", "c"]);
  });

  test("what waits for a commit happens after it, and not for what was undone", async () => {
    const db = open();
    const seen: string[] = [];
    await Promise.allSettled([
      db.write(() => db.afterCommit(() => seen.push(`kept, ${ids(db).length} rows`))),
      db.write(() => {
        db.afterCommit(() => seen.push("undone"));
        throw new Error("no");
      }),
      db.write(() => insert(db, "a")),
    ]);
    expect(seen).toEqual(["kept, 1 rows"]);
  });

  test("closing writes what still waits", async () => {
    const path = join(temporaryFolder(), "cirrus.db");
    const db = openDatabase(path);
    const waiting = db.write(() => insert(db, "a"));
    db.close();
    await waiting;
    expect(ids(open(path))).toEqual(["a"]);
  });

  test("syncs every commit to the disk", () => {
    const db = open(join(temporaryFolder(), "cirrus.db"));
    expect(db.get("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
    expect(db.get("PRAGMA synchronous")).toEqual({ synchronous: 2 });
    expect(db.get("PRAGMA foreign_keys")).toEqual({ foreign_keys: 1 });
  });

  test("a full disk refuses the write, says what to do, and loses nothing", async () => {
    const folder = temporaryFolder();
    const db = open(join(folder, "cirrus.db"));
    await db.write(() => insert(db, "before"));
    const pages = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
    db.get(`PRAGMA max_page_count = ${pages + 2}`);
    const results = await Promise.allSettled([
      db.write(() => insert(db, "small")),
      db.write(() => insert(db, "large", "x".repeat(100_000))),
    ]);
    const [small, large] = results;
    expect(large).toMatchObject({ status: "rejected", reason: expect.any(TransientError) });
    expect(large?.status === "rejected" && large.reason.message).toBe("The disk is full; nothing was lost.");
    // SQLite may undo the small one too; then its caller was told so.
    expect(ids(db)).toEqual(small?.status === "fulfilled" ? ["before", "small"] : ["before"]);

    db.get("PRAGMA max_page_count = 100000");
    await db.write(() => insert(db, "large", "x".repeat(100_000)));
    expect(ids(db)).toContain("large");
  });

  test("a file that is no database, or one of a newer version, is refused in words", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "notes.db"), "not a database, ".repeat(100));
    expect(() => openDatabase(join(folder, "notes.db"))).toThrow(/not a sound Cirrus database/);
    const newer = join(folder, "newer.db");
    const raw = new DatabaseSync(newer);
    raw.exec("PRAGMA user_version = 999");
    raw.close();
    expect(() => openDatabase(newer)).toThrow(CirrusError);
    expect(() => openDatabase(newer)).toThrow(/newer version/);
  });

  test("several processes can create and write one database at the same time", async () => {
    const path = join(temporaryFolder(), "data", "cirrus.db");
    const writers = ["a", "b", "c"].map((prefix) => startProcess("write-rows.ts", path, prefix, "50"));
    await Promise.all(writers.map(({ ended }) => ended));
    expect(ids(open(path))).toHaveLength(150);
  });
});
