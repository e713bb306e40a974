/** The store of loops on DynamoDB: every change is one transaction, and every list a query. `keys.ts` shows the table. */
import type { LoopStore } from "../../loop/loop-store.ts";
import { writeChange } from "./changes.ts";
import { claim, extend, readLoops, release } from "./claims.ts";
import { readExecution } from "./execution-items.ts";
import { listExecutions } from "./execution-lists.ts";
import type { Place } from "./place.ts";
import { makeRegistrations } from "./registrations.ts";
import { cancel, pause, pin, readControls, resume, runNow, unpin } from "./requests.ts";
import { readTask, readTasks } from "./task-items.ts";

export function makeLoopStore(place: Place): LoopStore {
  const registrations = makeRegistrations(place);
  return {
    claim: (request) => claim(request, place),
    extend: (loop, fence, leaseMs) => extend(loop, fence, leaseMs, place),
    release: (loop, fence) => release(loop, fence, place),
    write: (change) => writeChange(change, place),
    register: registrations.register,
    registration: registrations.find,
    loops: () => readLoops(place),
    tasks: (codops) => readTasks(codops, place),
    task: (key) => readTask(key, place),
    execution: (id) => readExecution(id, place),
    executions: (query) => listExecutions(query, place),
    controls: () => readControls(place),
    pause: (target, request) => pause(target, request, place),
    resume: (target) => resume(target, place),
    runNow: (task, request) => runNow(task, request, place),
    cancel: (execution, request) => cancel(execution, request, place),
    pin: (task, commit, request) => pin(task, commit, request, place),
    unpin: (task) => unpin(task, place),
  };
}
