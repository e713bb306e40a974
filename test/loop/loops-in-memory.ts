/** Loops on a virtual clock: the real store on SQLite in memory, whose writes are done when they are asked for. */
import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "../../src/embedded/database/database.ts";
import { makeEmbeddedLoops } from "../../src/embedded/loops/loops.ts";
import { makeExecutionIds } from "../../src/loop/execution-id.ts";
import type { LoopExecution } from "../../src/loop/loop-execution.ts";
import type { LoopRecord } from "../../src/loop/loop-record.ts";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import { makeVirtualClock, type VirtualClock } from "../virtual-clock.ts";

export interface LoopsInMemory {
  readonly store: LoopStore;
  readonly clock: VirtualClock;
  readonly newId: () => string;
  record(loop: string): Promise<LoopRecord>;
  /** All executions, the oldest first. */
  executions(): Promise<readonly LoopExecution[]>;
  close(): void;
}

/** Waiting for a commit would let the virtual time pass. */
function atOnce(database: Database): Database {
  return { ...database, write: async (work) => database.transaction(work) };
}

export function openLoopsInMemory(start?: number): LoopsInMemory {
  const clock = makeVirtualClock(start);
  const database = openDatabase(":memory:");
  const isAlive = () => undefined;
  const { store } = makeEmbeddedLoops(atOnce(database), { clock, folder: "/nowhere", isAlive });
  return {
    store,
    clock,
    newId: makeExecutionIds(clock, randomUUID),
    async record(loop) {
      const found = (await store.loops()).find((one) => one.loop === loop);
      if (found === undefined) throw new Error(`Nobody has driven the loop ${loop}.`);
      return found;
    },
    async executions() {
      const found: LoopExecution[] = [];
      for (let after: string | undefined; ; ) {
        const page = await store.executions({ limit: 1000, after });
        found.push(...page.rows);
        if (page.next === undefined) return found.reverse();
        after = page.next;
      }
    },
    close: database.close,
  };
}
