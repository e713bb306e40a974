/** The store of loops on SQLite: each write is whole, and shares its commit with all that are asked for in the same moment. */
import type { LoopStore } from "../../loop/loop-store.ts";
import type { Database } from "../database/database.ts";
import { writeChange } from "./changes.ts";
import { type ClaimsOptions, makeClaims } from "./claims.ts";
import { findExecution, listExecutions } from "./execution-rows.ts";
import { makeSweep } from "./kept-executions.ts";
import { makeRegistrations } from "./registrations.ts";
import { cancel, pause, pin, readControls, resume, runNow, unpin } from "./requests.ts";
import { findTask, listTasks } from "./task-rows.ts";

export interface LoopStoreOptions extends ClaimsOptions {
  /** How many executions of a task. */
  readonly kept: number;
  /** Called for executions whose records are gone. */
  removeFiles(executions: readonly string[]): Promise<void>;
}

export function makeLoopStore(db: Database, { kept, removeFiles, ...options }: LoopStoreOptions): LoopStore {
  const { claim, extend, release, loops } = makeClaims(db, options);
  const registrations = makeRegistrations(db);
  const sweep = makeSweep(db, removeFiles);
  return {
    claim,
    extend,
    release,
    write: (change) => db.write(() => writeChange(db, change, { kept, sweep })),
    register: registrations.register,
    registration: async (id) => registrations.find(id),
    loops: async () => loops(),
    tasks: async (codops) => listTasks(db, codops),
    task: async (key) => findTask(db, key),
    execution: async (id) => findExecution(db, id),
    executions: async (query) => listExecutions(db, query),
    controls: async () => readControls(db),
    pause: (target, request) => db.write(() => pause(db, target, request)),
    resume: (target) => db.write(() => resume(db, target)),
    runNow: (task, request) => db.write(() => runNow(db, task, request)),
    cancel: (execution, request) => db.write(() => cancel(db, execution, request)),
    pin: (task, commit, request) => db.write(() => pin(db, task, commit, request)),
    unpin: (task) => db.write(() => unpin(db, task)),
  };
}
