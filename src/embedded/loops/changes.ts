/** What a holder writes: the loop's record, an execution that begins and one that ends, together. */
import { asJson, canonicalJson } from "../../json.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import type { LoopRecord } from "../../loop/loop-record.ts";
import type { LoopChange } from "../../loop/loop-store.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { Database } from "../database/database.ts";
import { findHeld, storeRecord } from "./claims.ts";
import { endExecution, hasBegun, hasEnded, insertExecution } from "./execution-rows.ts";
import { dropOldest } from "./kept-executions.ts";
import { answerRunNow, dropCancel } from "./requests.ts";
import { countBegin, countEnd } from "./task-rows.ts";

export interface Keeping {
  /** How many executions of a task. */
  readonly kept: number;
  /** Called where older ones were dropped. */
  sweep(): void;
}

/** False, and nothing done, where the fence is not that of the loop's holder, or another call has changed the loop since. */
export function writeChange(db: Database, change: LoopChange, keeping: Keeping): boolean {
  const before = findHeld(db, change.record.loop, change.fence);
  if (before === undefined) return false;
  if (change.record.revision !== before.revision + 1) return isRepeated(db, change, before);
  storeRecord(db, change.record);
  if (change.end !== undefined) end(db, change.end);
  if (change.begin !== undefined) begin(db, change.begin, keeping);
  if (change.answered !== undefined) answerRunNow(db, change.answered.task, change.answered.request);
  return true;
}

/** An answer was lost, and the change comes again, perhaps after later ones: their record is not written over. */
function isRepeated(db: Database, change: LoopChange, before: LoopRecord): boolean {
  const { begin, end, record } = change;
  if (begin === undefined && end === undefined) return sameJson(record, before);
  const begun = begin === undefined || hasBegun(db, begin.id);
  return begun && (end === undefined || hasEnded(db, end.execution));
}

function begin(db: Database, execution: LoopExecution, { kept, sweep }: Keeping): void {
  if (!insertExecution(db, execution)) return;
  countBegin(db, execution);
  if (dropOldest(db, taskKey(execution.task), kept)) db.afterCommit(sweep);
}

function end(db: Database, { execution, end }: NonNullable<LoopChange["end"]>): void {
  const task = endExecution(db, execution, end);
  if (task === undefined) return;
  countEnd(db, task, execution, end);
  dropCancel(db, execution);
}

function sameJson(one: object, other: object): boolean {
  return canonicalJson(asJson(one)) === canonicalJson(asJson(other));
}
