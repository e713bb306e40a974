/** Executions as they are stored: what they began with, how they ended, and apart from both what they returned. */
import type { Json } from "../../json.ts";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import type { ExecutionQuery } from "../../loop/loop-store.ts";
import { taskKey } from "../../loop/loop-task.ts";
import { decodeCursor, encodeCursor, type Page, pageSize } from "../../pages.ts";
import type { Database, SqlValue } from "../database/database.ts";

interface ExecutionRow {
  id: string;
  execution: string;
  ended: string | null;
  result: string | null;
}

/** False where it has begun already. */
export function insertExecution(db: Database, { end: _, ...execution }: LoopExecution): boolean {
  const inserted = db.run(
    "INSERT INTO loop_executions (id, task, codops, execution) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    execution.id,
    taskKey(execution.task),
    execution.task.codops,
    JSON.stringify(execution),
  );
  return inserted === 1;
}

/** The key of its task; undefined where it has ended already, or is not known. */
export function endExecution(db: Database, id: string, { result, ...end }: ExecutionEnd): string | undefined {
  return db.get<{ task: string }>(
    `UPDATE loop_executions SET outcome = ?, ended = ?, result = ? WHERE id = ? AND outcome IS NULL RETURNING task`,
    end.outcome,
    JSON.stringify(end),
    result === undefined ? null : JSON.stringify(result),
    id,
  )?.task;
}

export function hasBegun(db: Database, id: string): boolean {
  return db.get("SELECT 1 FROM loop_executions WHERE id = ?", id) !== undefined;
}

export function hasEnded(db: Database, id: string): boolean {
  return db.get("SELECT 1 FROM loop_executions WHERE id = ? AND outcome IS NOT NULL", id) !== undefined;
}

export function isRunning(db: Database, id: string): boolean {
  return db.get("SELECT 1 FROM loop_executions WHERE id = ? AND outcome IS NULL", id) !== undefined;
}

export function findExecution(db: Database, id: string): LoopExecution | undefined {
  const row = db.get<ExecutionRow>("SELECT id, execution, ended, result FROM loop_executions WHERE id = ?", id);
  return row && toExecution(row);
}

/** `result` is null where a list is read. Only the two functions above write these texts. */
export function toExecution({ execution, ended, result }: Omit<ExecutionRow, "id">): LoopExecution {
  const begun = JSON.parse(execution) as LoopExecution;
  if (ended === null) return begun;
  const end = JSON.parse(ended) as ExecutionEnd;
  return { ...begun, end: result === null ? end : { ...end, result: JSON.parse(result) as Json } };
}

const CURSOR = "loop-executions";

export function listExecutions(db: Database, query: ExecutionQuery): Page<LoopExecution> {
  const limit = pageSize(query.limit);
  const terms: string[] = [];
  const values: SqlValue[] = [];
  const only = (term: string, value: string | undefined) => {
    if (value === undefined) return;
    terms.push(term);
    values.push(value);
  };
  only("task = ?", query.task);
  only("codops = ?", query.task === undefined ? query.codops : undefined);
  only("outcome = ?", query.outcome);
  only("id >= ?", query.from);
  const [after] = query.after === undefined ? [undefined] : decodeCursor(CURSOR, query.after, [""]);
  only(query.oldestFirst ? "id > ?" : "id < ?", after);
  const rows = db.all<ExecutionRow>(
    `SELECT id, execution, ended, NULL AS result FROM loop_executions ${terms.length > 0 ? `WHERE ${terms.join(" AND ")}` : ""}
     ORDER BY id ${query.oldestFirst ? "ASC" : "DESC"} LIMIT ?`,
    ...values,
    limit + 1,
  );
  const last = rows[limit - 1];
  const page = { rows: rows.slice(0, limit).map(toExecution) };
  return rows.length > limit && last !== undefined ? { ...page, next: encodeCursor(CURSOR, [last.id]) } : page;
}
