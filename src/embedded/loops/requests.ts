/** What operators have asked for: pauses, runs out of turn, pins and cancels, each a row. */
import type { Controls, Request, Target, TaskControls } from "../../loop/controls.ts";
import type { Database } from "../database/database.ts";
import { isRunning } from "./execution-rows.ts";

type Kind = "pause-loop" | "pause-task" | "run-now" | "pin" | "cancel";
type Pin = Request & { readonly commit: string };

export function pause(db: Database, target: Target, request: Request): void {
  setRequest(db, ...pauseOf(target), request);
}

export function resume(db: Database, target: Target): boolean {
  return dropRequest(db, ...pauseOf(target));
}

function pauseOf(target: Target): [Kind, string] {
  return target.kind === "loop" ? ["pause-loop", target.loop] : ["pause-task", target.task];
}

export function runNow(db: Database, task: string, request: Request): void {
  keepFirst(db, "run-now", task, request);
}

/** A request that came after the one that was answered stays. */
export function answerRunNow(db: Database, task: string, id: string): void {
  db.run(
    "DELETE FROM loop_requests WHERE kind = 'run-now' AND target = ? AND json_extract(request, '$.id') = ?",
    task,
    id,
  );
}

export function cancel(db: Database, execution: string, request: Request): boolean {
  if (!isRunning(db, execution)) return false;
  keepFirst(db, "cancel", execution, request);
  return true;
}

export function dropCancel(db: Database, execution: string): void {
  dropRequest(db, "cancel", execution);
}

export function pin(db: Database, task: string, commit: string, request: Request): void {
  const pin: Pin = { ...request, commit };
  setRequest(db, "pin", task, pin);
}

export function unpin(db: Database, task: string): boolean {
  return dropRequest(db, "pin", task);
}

function setRequest(db: Database, kind: Kind, target: string, request: Request): void {
  db.run("INSERT OR REPLACE INTO loop_requests VALUES (?, ?, ?)", kind, target, JSON.stringify(request));
}

function keepFirst(db: Database, kind: Kind, target: string, request: Request): void {
  db.run("INSERT OR IGNORE INTO loop_requests VALUES (?, ?, ?)", kind, target, JSON.stringify(request));
}

function dropRequest(db: Database, kind: Kind, target: string): boolean {
  return db.run("DELETE FROM loop_requests WHERE kind = ? AND target = ?", kind, target) === 1;
}

const TASK_MEMBERS = { "pause-task": "pause", "run-now": "runNow", pin: "pin" } as const;

export function readControls(db: Database): Controls {
  const loops: Record<string, { pause: Request }> = {};
  const tasks: Record<string, TaskControls> = {};
  const cancels: Record<string, Request> = {};
  const rows = db.all<{ kind: Kind; target: string; request: string }>(
    "SELECT kind, target, request FROM loop_requests ORDER BY kind, target",
  );
  for (const { kind, target, request: text } of rows) {
    const request = JSON.parse(text) as Pin; // `setRequest` and `keepFirst` wrote it; only pins have a commit
    if (kind === "pause-loop") loops[target] = { pause: request };
    else if (kind === "cancel") cancels[target] = request;
    else tasks[target] = { ...tasks[target], [TASK_MEMBERS[kind]]: request };
  }
  return { loops, tasks, cancels };
}
