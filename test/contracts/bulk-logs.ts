/** What every store must do with what the attempts of a bulk run wrote. */
import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BulkLogs } from "../../src/bulk/bulk-store.ts";
import type { BulkStoreUnderTest } from "./bulk-world.ts";

const AWKWARD = [
  "a/b/../../../c",
  "..",
  "größe 北京.tif",
  "x".repeat(256),
  "CON",
  ".hidden",
  "a\nb\u0000c",
  "%2F",
  "日".repeat(256),
];

export function describeBulkLogs(makeStore: () => Promise<BulkStoreUnderTest> | BulkStoreUnderTest): void {
  let under: BulkStoreUnderTest;
  let logs: BulkLogs;
  beforeEach(async () => {
    under = await makeStore();
    logs = under.logs;
  });
  afterEach(() => under.close());

  const attemptOf = (id: string, attempt = 1) => ({ run: "logs-1", entry: { id, data: {} }, attempt });

  async function write(id: string, text: string, attempt = 1): Promise<string | undefined> {
    const file = await logs.open(attemptOf(id, attempt));
    writeFileSync(file, text);
    return logs.keep(attemptOf(id, attempt), file);
  }

  describe("its logs", () => {
    test("what an attempt wrote can be read under the name that was returned", async () => {
      const first = await write("a", "line 1\nZeile größer\n");
      const second = await write("a", "again\n", 2);
      expect(await logs.read(first ?? "")).toBe("line 1\nZeile größer\n");
      expect(await logs.read(second ?? "")).toBe("again\n");
    });

    test("every ID has a log of its own, whatever it is made of", async () => {
      const ids = [...AWKWARD, "case", "CASE", "a_b", "a/b", "a b"];
      const names: (string | undefined)[] = [];
      for (const id of ids) names.push(await write(id, `log of ${id}`));
      expect(new Set(names).size).toBe(ids.length);
      for (const [index, name] of names.entries()) expect(await logs.read(name ?? "")).toBe(`log of ${ids[index]}`);
    });

    test("an empty log is none, and neither is one that was never written", async () => {
      expect(await write("silent", "")).toBeUndefined();
      const file = await logs.open(attemptOf("never"));
      expect(await logs.keep(attemptOf("never"), file)).toBeUndefined();
    });

    test("a log that is gone, or a name that no store gave, reads as undefined", async () => {
      expect(await logs.read("logs-1/nothing.log")).toBeUndefined();
      expect(await logs.read("../../../../../../../../etc/hostname")).toBeUndefined();
    });
  });
}
