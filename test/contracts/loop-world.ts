/** What the tests of a store of loops share: small tasks, executions and changes, and patience with stores that tell in their own time. */
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Request } from "../../src/loop/controls.ts";
import type { ExecutionFiles } from "../../src/loop/execution-files.ts";
import type { ExecutionEnd, LoopExecution, Outcome } from "../../src/loop/loop-execution.ts";
import type { LoopRecord } from "../../src/loop/loop-record.ts";
import type { LoopChange, LoopStore } from "../../src/loop/loop-store.ts";
import { type LoopTask, TIMEOUT_SECONDS } from "../../src/loop/loop-task.ts";
import type { Registration } from "../../src/loop/registration.ts";
import type { Page, PageRequest } from "../../src/pages.ts";

export interface LoopsUnderTest {
  readonly store: LoopStore;
  readonly files: ExecutionFiles;
  /** Lets so much time pass for the store: a virtual clock is moved, a real one waited for. */
  pass(ms: number): Promise<void> | void;
  /** How often to look again, with `pass(500)` between, before a list or a search counts as wrong; 1 where the store tells at once. */
  readonly tries: number;
  close(): Promise<void> | void;
}

export type MakeLoops = () => Promise<LoopsUnderTest> | LoopsUnderTest;

/** Has run out after `LEASE_OVER_MS`. */
export const LEASE_MS = 1000;
export const LEASE_OVER_MS = 1500;
/** Longer than any test takes. */
export const LONG_LEASE_MS = 600_000;

export const STARTED_AT = "2030-01-01T00:00:01.000Z";
export const ENDED_AT = "2030-01-01T00:00:02.500Z";
export const COMMIT = "3f2a9c1e".repeat(5);

export function taskOf(codops: string, name: string, change: Partial<LoopTask> = {}): LoopTask {
  return {
    codops,
    name,
    loop: codops,
    work: { kind: "notebook", notebook: `notebooks/${name}.ipynb`, method: "run", fullNotebook: false },
    args: { days: 3, nested: { list: ["test", 23.45], nothing: null } },
    settings: {
      timeoutSeconds: TIMEOUT_SECONDS.organisation,
      retry: { attempts: 0, delaySeconds: 0 },
      priority: 0,
    },
    written: { repository: "/repositories/one", file: "peach.yaml", line: 4 },
    ...change,
  };
}

let count = 0;

/** In the order in which they are asked for, as UUIDs of version 7 are. */
export function newExecutionId(): string {
  count += 1;
  const [time, number] = [Date.now().toString(16).padStart(12, "0"), count.toString(16).padStart(6, "0")];
  const random = randomUUID().slice(-6);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${number.slice(0, 3)}-8${number.slice(3)}-000000${random}`;
}

export function executionOf(task: LoopTask, change: Partial<LoopExecution> = {}): LoopExecution {
  return {
    id: newExecutionId(),
    loop: task.loop,
    iteration: 1,
    task,
    attempt: 1,
    trigger: "turn",
    version: { headCommit: COMMIT, notebookCommit: "ab".repeat(20), pinned: false },
    requirements: ["numpy>=1.20"],
    startedAt: STARTED_AT,
    ...change,
  };
}

export function endOf(outcome: Outcome, change: Partial<ExecutionEnd> = {}): ExecutionEnd {
  return { outcome, endedAt: ENDED_AT, durationMs: 1500, ...change };
}

export function requestOf(change: Partial<Request> = {}): Request {
  return { id: randomUUID(), at: STARTED_AT, by: "somebody", note: "for a reason", ...change };
}

export function registrationOf(codops: string, change: Partial<Registration> = {}): Registration {
  return {
    id: randomUUID(),
    readAt: STARTED_AT,
    repositories: [{ repository: "/repositories/one", branch: "main", commit: COMMIT, notebookCommits: {} }],
    tasks: [taskOf(codops, "train")],
    dependencies: { [codops]: [{ text: "numpy>=1.20", repository: "/repositories/one", file: "peach.yaml", line: 2 }] },
    problems: [],
    ...change,
  };
}

/** A loop as one holder has it in hand: each write goes on from the one before. */
export interface DrivenLoop {
  readonly loop: string;
  readonly fence: number;
  record(): LoopRecord;
  /** The next change, not written yet. */
  change(change?: Partial<Omit<LoopChange, "fence" | "record">>, record?: Partial<LoopRecord>): LoopChange;
  /** Writes the next change, and says whether that was taken. */
  write(change?: Partial<Omit<LoopChange, "fence" | "record">>, record?: Partial<LoopRecord>): Promise<boolean>;
}

export function makeLoopWorld(under: LoopsUnderTest) {
  const { store } = under;

  async function drive(loop: string, holder = "one", leaseMs = LONG_LEASE_MS): Promise<DrivenLoop> {
    const claimed = await store.claim({ loop, holder, leaseMs });
    if (claimed.outcome !== "held") throw new Error(`${loop} is driven by ${claimed.holder}`);
    const { fence } = claimed;
    let current = claimed.record;
    const change: DrivenLoop["change"] = (parts = {}, record = {}) => ({
      fence,
      record: { ...current, revision: current.revision + 1, ...record },
      ...parts,
    });
    return {
      loop,
      fence,
      record: () => current,
      change,
      async write(parts, record) {
        const next = change(parts, record);
        const written = await store.write(next);
        if (written) current = next.record;
        return written;
      },
    };
  }

  /** Begins an execution, and ends it where an outcome is given. */
  async function run(driven: DrivenLoop, execution: LoopExecution, end?: ExecutionEnd): Promise<LoopExecution> {
    await driven.write({ begin: execution }, { running: execution.id });
    if (end !== undefined) await driven.write({ end: { execution: execution.id, end } }, { running: undefined });
    return execution;
  }

  /** What a list or a search tells, as soon as it does. */
  async function expectSoon<T>(read: () => Promise<T>, check: (told: T) => void): Promise<void> {
    for (let attempt = 1; attempt < under.tries; attempt += 1) {
      const told = await read();
      try {
        return check(told);
      } catch {
        await under.pass(500);
      }
    }
    check(await read());
  }

  const expectToTell = <T>(read: () => Promise<T>, expected: unknown) =>
    expectSoon(read, (told) => expect(told).toEqual(expected));

  return { drive, run, expectSoon, expectToTell };
}

export type LoopWorld = ReturnType<typeof makeLoopWorld>;

/** An organisation of the test's own: a store may be shared by many. */
export function newCodops(): string {
  return `t${randomUUID().replaceAll("-", "").slice(0, 10)}`;
}

/** All rows of all pages. */
export async function allPages<Row>(read: (page: PageRequest) => Promise<Page<Row>>, limit = 2): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ; ) {
    const page = await read({ limit, after });
    if (page.rows.length > limit) throw new Error(`a page of ${page.rows.length}, not ${limit}`);
    rows.push(...page.rows);
    if (page.next === undefined) return rows;
    after = page.next;
  }
}

export const idsOf = (executions: readonly LoopExecution[]) => executions.map(({ id }) => id);
