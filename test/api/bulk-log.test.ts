/** The log of an attempt of a bulk run, as the page reads it. */
import { expect, test } from "vitest";
import { makeBulkLogReader } from "../../src/api/look/bulk-log.ts";
import type { ApiBulk } from "../../src/api/ports.ts";
import type { AttemptRecord } from "../../src/bulk/attempt.ts";

const AT = "2030-01-01T00:00:00.000Z";
const QUERY = { run: "night", entry: "a", attempt: 2 };

function attemptOf(attempt: number, outcome?: AttemptRecord["outcome"]): AttemptRecord {
  return {
    run: "night",
    entryId: "a",
    attempt,
    worker: "w",
    host: "h",
    startedAt: AT,
    log: `a-${attempt}.log`,
    ...(outcome && { outcome }),
  };
}

/** Two attempts on two pages, the later one on the second; `text` is what it has written by now. */
function bulkWith(state: { text: string; reads: number; outcome?: AttemptRecord["outcome"] }): ApiBulk {
  const attempts = async ({ after }: { readonly after?: string | undefined }) =>
    after === undefined
      ? { rows: [attemptOf(1, "failed")], next: "second" }
      : { rows: [attemptOf(2, state.outcome)], next: undefined };
  const read = async (): Promise<string> => {
    state.reads += 1;
    return state.text;
  };
  // Nothing else of a run is asked for.
  return { runs: { attempts } as unknown as ApiBulk["runs"], logs: { read } };
}

test("grows as long as its attempt runs, and is read on from where the page before ended", async () => {
  const state: Parameters<typeof bulkWith>[0] = { text: "one\ntwo\nthr", reads: 0 };
  const readLog = makeBulkLogReader();
  const first = await readLog(QUERY, bulkWith(state));
  expect(first).toMatchObject({ lines: [{ message: "one" }, { message: "two" }], rest: "growing" });
  state.text += "ee\n";
  state.outcome = "done";
  const second = await readLog({ ...QUERY, cursor: first.next }, bulkWith(state));
  expect(second).toMatchObject({ lines: [{ message: "three" }], rest: "ended" });
});

test("has no line as long as nothing was written", async () => {
  const page = await makeBulkLogReader()(QUERY, bulkWith({ text: "", reads: 0 }));
  expect(page).toMatchObject({ lines: [], rest: "growing" });
});

test("of an attempt that has ended is read once, however many pages it has", async () => {
  const state = { text: "one\ntwo\nthree\n", reads: 0, outcome: "done" as const };
  const bulk = bulkWith(state);
  const readLog = makeBulkLogReader();
  const lines: string[] = [];
  let cursor: string | undefined;
  let rest = "more";
  while (rest === "more") {
    const page = await readLog({ ...QUERY, limit: 1, cursor }, bulk);
    lines.push(...page.lines.map(({ message }) => message));
    ({ next: cursor, rest } = page);
  }
  expect([lines, rest, state.reads]).toEqual([["one", "two", "three"], "ended", 1]);
});

test("of an attempt that was never made is not found", async () => {
  const reading = makeBulkLogReader()({ ...QUERY, attempt: 3 }, bulkWith({ text: "", reads: 0 }));
  await expect(reading).rejects.toThrow("There is no attempt 3 of a in night.");
});
