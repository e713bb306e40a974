import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { ExecutionLogs, TaskTry } from "../../src/executions/execution-logs.ts";
import type { LogLine } from "../../src/executions/jobs.ts";
import { type MergedLogPage, readMergedLog } from "../../src/executions/merged-log.ts";

const KEY = { workflow: "mirror", name: "execution-1" };
const at = (second: number) => isoTime(Date.UTC(2030, 0, 1) + second * 1000);
const LONG_AFTER = Date.UTC(2030, 0, 2);

interface WrittenLog {
  readonly one: TaskTry;
  readonly lines: readonly LogLine[];
}

function logOf(name: string, seconds: readonly number[], more: Partial<TaskTry> = {}): WrittenLog {
  const first = at(Math.min(...seconds));
  const path = `/${name}#1`;
  const one = { id: `${name}-1`, path, step: name, kind: "lambda", attempt: 1, log: name, startedAt: first } as const;
  const lines = seconds.map((second, index) => ({ at: at(second), message: `${name} ${index}` }));
  return { one: { ...one, endedAt: at(Math.max(...seconds)), ...more }, lines };
}

/** Hands out at most `chunk` lines at a time; a test may add logs and lines while it is read. */
function logsOf(written: readonly WrittenLog[], chunk = 3): ExecutionLogs {
  return {
    tries: async () => written.map(({ one }) => one),
    async read({ id }, cursor = "0", enough = chunk) {
      const lines = written.find(({ one }) => one.id === id)?.lines ?? [];
      const from = Number(cursor);
      const some = lines.slice(from, from + Math.min(chunk, enough));
      return { lines: some, next: String(from + some.length) };
    },
  };
}

interface Query {
  readonly limit?: number;
  readonly path?: string;
  readonly stoppedAt?: string | undefined;
  readonly cursor?: string;
}

const page = (logs: ExecutionLogs, { limit = 4, stoppedAt = at(0), ...query }: Query = {}): Promise<MergedLogPage> =>
  readMergedLog(logs, KEY, { limit, stoppedAt, now: LONG_AFTER, delayMs: 1000, ...query });

async function readAll(logs: ExecutionLogs, query: Query = {}): Promise<readonly string[]> {
  const messages: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const { lines, next, rest } = await page(logs, { ...query, ...(cursor !== undefined && { cursor }) });
    messages.push(...lines.map(({ message }) => message));
    if (rest !== "more") return messages;
    cursor = next;
  }
}

describe("the log of an execution", () => {
  test("has the lines of all tries in the order of time", async () => {
    const logs = logsOf([logOf("a", [0, 2, 4]), logOf("b", [1, 3, 5])]);
    expect(await readAll(logs)).toEqual(["a 0", "b 0", "a 1", "b 1", "a 2", "b 2"]);
  });

  test("is in the order of time as far as the clocks of its tries were", async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(gaps, { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), async (logs, limit) => {
        const written = logs.map((steps, index) => {
          let second = 0;
          return logOf(
            `t${index}`,
            steps.map((gap) => (second += gap)),
          );
        });
        const times = new Map(written.flatMap(({ lines }) => lines.map((line) => [line.message, line.at])));
        const read = (await readAll(logsOf(written), { limit })).map((message) => times.get(message));
        expect(read).toEqual([...times.values()].toSorted());
      }),
    );
  });

  test("says when it goes on, may grow, and has ended", async () => {
    const logs = logsOf([logOf("a", [0, 1, 2])]);
    const first = await page(logs, { limit: 2 });
    expect(first.rest).toBe("more");
    expect((await page(logs, { limit: 2, cursor: first.next })).rest).toBe("ended");
    const running = logsOf([logOf("a", [0, 1, 2], { endedAt: undefined })]);
    const { next } = await readMergedLog(running, KEY, { limit: 9, stoppedAt: undefined, now: LONG_AFTER, delayMs: 0 });
    const rest = { limit: 9, stoppedAt: undefined, now: LONG_AFTER, delayMs: 0, cursor: next };
    expect(await readMergedLog(running, KEY, rest)).toMatchObject({ lines: [], rest: "growing" });
  });

  test("can be that of one state, with what is in its branches", async () => {
    const logs = logsOf([
      logOf("a", [0, 1], { path: "/each#1/0/a#1" }),
      logOf("b", [0, 1], { path: "/each#1~2/0/b#1" }),
      logOf("c", [0, 1], { path: "/each-other#1" }),
    ]);
    expect((await readAll(logs, { path: "/each#1" })).toSorted()).toEqual(["a 0", "a 1", "b 0", "b 1"]);
    expect(await readAll(logs, { path: "/each#1/0/a#1" })).toEqual(["a 0", "a 1"]);
  });

  test("has a try that is found only after later ones were read", async () => {
    const written = [logOf("a", [0, 1]), logOf("c", [5, 6])];
    const logs = logsOf(written);
    const { next } = await page(logs, { limit: 9 });
    written.push(logOf("b", [2, 3]));
    expect((await page(logs, { limit: 9, cursor: next })).lines.map(({ message }) => message)).toEqual(["b 0", "b 1"]);
  });

  test("is read only where a page is within it, however many tries there are", async () => {
    const logs = logsOf(Array.from({ length: 500 }, (_, index) => logOf(`task-${index}`, [index, index])));
    const read: string[] = [];
    const counted: ExecutionLogs = {
      tries: logs.tries,
      read(one, ...rest) {
        read.push(one.id);
        return logs.read(one, ...rest);
      },
    };
    const { lines } = await page(counted, { limit: 10 });
    expect(lines).toHaveLength(10);
    expect(new Set(read).size).toBeLessThanOrEqual(6);
  });

  test("refuses the cursor of another one", async () => {
    const { next } = await page(logsOf([logOf("a", [0, 1])]), { path: "/a#1" });
    await expect(page(logsOf([]), { cursor: next })).rejects.toThrow("does not belong");
    await expect(page(logsOf([]), { cursor: "nonsense" })).rejects.toThrow("does not belong");
  });

  test("keeps its cursor short, however many tries there are", async () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      logOf(`task-${index}`, [index % 500, 500 + (index % 500)]),
    );
    const logs = logsOf(many);
    let cursor: string | undefined;
    let lines = 0;
    for (;;) {
      const read: MergedLogPage = await page(logs, { limit: 1000, ...(cursor !== undefined && { cursor }) });
      lines += read.lines.length;
      expect(read.next.length).toBeLessThan(8_000);
      if (read.rest !== "more") break;
      cursor = read.next;
    }
    expect(lines).toBe(6_000);
  });

  test("has every line once and each log in its order, while logs grow and tries begin", async () => {
    const seconds = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 });
    const growth = fc.array(fc.tuple(fc.nat({ max: 3 }), seconds), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(seconds, { minLength: 1, maxLength: 5 }),
        growth,
        fc.integer({ min: 1, max: 7 }),
        async (initial, later, limit) => {
          const written = initial.map((times, index) => logOf(`t${index}`, times, { endedAt: undefined }));
          const logs = logsOf(written);
          const read: string[] = [];
          const queue = [...later];
          for (let cursor: string | undefined; ; ) {
            const isLast = queue.length === 0;
            const query = { limit, stoppedAt: isLast ? at(100) : undefined, now: LONG_AFTER, delayMs: 1000 };
            const { lines, next, rest } = await readMergedLog(logs, KEY, { ...query, cursor });
            read.push(...lines.map(({ message }) => message));
            cursor = next;
            const change = queue.shift();
            if (change !== undefined) grow(written, ...change);
            else if (rest === "ended") break;
          }
          const all = written.flatMap(({ lines }) => lines.map(({ message }) => message));
          expect(read.toSorted()).toEqual(all.toSorted());
          for (const { one, lines } of written) {
            const own = read.filter((message) => message.startsWith(`${one.step} `));
            expect(own).toEqual(lines.map(({ message }) => message));
          }
        },
      ),
    );
  });
});

/** Either more lines of a log, or a new one. */
function grow(written: WrittenLog[], which: number, seconds: readonly number[]): void {
  const known = written[which];
  if (known === undefined) {
    written.push(logOf(`t${written.length}`, seconds, { endedAt: undefined }));
    return;
  }
  const more = seconds.map((second, index) => ({
    at: at(30 + second),
    message: `${known.one.step} ${known.lines.length + index}`,
  }));
  written[which] = { ...known, lines: [...known.lines, ...more] };
}
