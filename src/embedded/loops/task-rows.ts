/** What became of each task: changed in the same transaction as its executions, so that the counts are always exact. */
import type { ExecutionEnd, LoopExecution, Outcome } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { TaskRecord } from "../../loop/task-record.ts";
import type { Database } from "../database/database.ts";
import { toExecution } from "./execution-rows.ts";

interface TaskRow {
  task: string;
  codops: string;
  name: string;
  loop: string;
  succeeded: number;
  failed: number;
  timed_out: number;
  cancelled: number;
  lost: number;
  duration_ms: number;
  streak: number;
  execution: string;
  ended: string | null;
  ended_execution: string | null;
  ended_end: string | null;
}

export function countBegin(db: Database, { id, loop, task }: LoopExecution): void {
  db.run(
    `INSERT INTO loop_tasks (task, codops, name, loop, last, kept) VALUES (?, ?, ?, ?, ?, 1)
     ON CONFLICT (task) DO UPDATE SET loop = excluded.loop, last = max(last, excluded.last), kept = kept + 1`,
    taskKey(task),
    task.codops,
    task.name,
    loop,
    id,
  );
}

const COLUMNS: Readonly<Record<Outcome, string>> = {
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  TIMED_OUT: "timed_out",
  CANCELLED: "cancelled",
  LOST: "lost",
};

const STREAKS: Readonly<Record<Outcome, string>> = {
  SUCCEEDED: "0",
  FAILED: "streak + 1",
  TIMED_OUT: "streak + 1",
  CANCELLED: "streak",
  LOST: "streak + 1",
};

export function countEnd(db: Database, task: string, execution: string, { outcome, durationMs }: ExecutionEnd): void {
  const column = COLUMNS[outcome];
  db.run(
    `UPDATE loop_tasks SET ${column} = ${column} + 1, streak = ${STREAKS[outcome]}, duration_ms = duration_ms + ?,
       last_ended = max(ifnull(last_ended, ''), ?)
     WHERE task = ?`,
    durationMs,
    execution,
    task,
  );
}

/** Most last executions have ended: they are not read twice. */
const SELECT = `
  SELECT t.*, l.execution, l.ended, e.execution AS ended_execution, e.ended AS ended_end FROM loop_tasks t
  CROSS JOIN loop_executions l ON l.id = t.last LEFT JOIN loop_executions e ON e.id = t.last_ended AND t.last_ended <> t.last`;

export function listTasks(db: Database, codops: string | undefined): readonly TaskRecord[] {
  const rows =
    codops === undefined
      ? db.all<TaskRow>(`${SELECT} ORDER BY t.task`)
      : db.all<TaskRow>(`${SELECT} WHERE t.codops = ? ORDER BY t.task`, codops);
  return rows.map(toTask);
}

export function findTask(db: Database, key: string): TaskRecord | undefined {
  const row = db.get<TaskRow>(`${SELECT} WHERE t.task = ?`, key);
  return row && toTask(row);
}

function toTask(row: TaskRow): TaskRecord {
  const { task, codops, name, loop } = row;
  const last = toExecution({ execution: row.execution, ended: row.ended, result: null });
  const lastEnded = last.end === undefined ? endedBefore(row) : last;
  return {
    task,
    codops,
    name,
    loop,
    last,
    ...(lastEnded !== undefined && { lastEnded }),
    counts: {
      SUCCEEDED: row.succeeded,
      FAILED: row.failed,
      TIMED_OUT: row.timed_out,
      CANCELLED: row.cancelled,
      LOST: row.lost,
    },
    totalDurationMs: row.duration_ms,
    failureStreak: row.streak,
  };
}

function endedBefore({ ended_execution, ended_end }: TaskRow): LoopExecution | undefined {
  return ended_execution === null
    ? undefined
    : toExecution({ execution: ended_execution, ended: ended_end, result: null });
}
