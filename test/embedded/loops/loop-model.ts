/** What a store of one loop must do, in memory and as simple as can be: the store is compared with it. */
import type { ExecutionEnd, LoopExecution, Outcome } from "../../../src/loop/loop-execution.ts";
import type { LoopRecord } from "../../../src/loop/loop-record.ts";
import type { LoopChange } from "../../../src/loop/loop-store.ts";
import { taskKey } from "../../../src/loop/loop-task.ts";
import { NO_OUTCOMES } from "../../../src/loop/task-record.ts";

interface ModelTask {
  last: string;
  lastEnded: string | undefined;
  counts: Record<Outcome, number>;
  totalDurationMs: number;
  failureStreak: number;
}

export function makeLoopModel(record: LoopRecord) {
  const gone = new Set<string>();
  const executions = new Map<string, LoopExecution>();
  const tasks = new Map<string, ModelTask>();
  const cancels = new Set<string>();
  const loop = { record, fence: 0, holder: undefined as string | undefined };

  function begin(execution: LoopExecution): void {
    executions.set(execution.id, execution);
    const key = taskKey(execution.task);
    const fresh = { lastEnded: undefined, counts: { ...NO_OUTCOMES }, totalDurationMs: 0, failureStreak: 0 };
    tasks.set(key, { ...(tasks.get(key) ?? fresh), last: execution.id });
  }

  function end(id: string, end: ExecutionEnd): void {
    const execution = executions.get(id);
    if (execution === undefined || execution.end !== undefined) return;
    executions.set(id, { ...execution, end });
    cancels.delete(id);
    const task = tasks.get(taskKey(execution.task));
    if (task === undefined) return;
    task.lastEnded = [task.lastEnded ?? "", id].sort().at(-1);
    task.counts[end.outcome] += 1;
    task.totalDurationMs += end.durationMs;
    if (end.outcome === "SUCCEEDED") task.failureStreak = 0;
    else if (end.outcome !== "CANCELLED") task.failureStreak += 1;
  }

  const written = new Set<LoopChange>();

  return {
    loop,
    executions,
    tasks,
    cancels,
    isAlive: (holder: string) => !gone.has(holder),
    kill: (holder: string) => void gone.add(holder),
    driver: () => (loop.holder !== undefined && !gone.has(loop.holder) ? loop.holder : undefined),
    /** The fence; undefined where somebody else has it. */
    claim(holder: string): number | undefined {
      if (loop.holder === holder) return loop.fence;
      if (loop.holder !== undefined && !gone.has(loop.holder)) return undefined;
      loop.holder = holder;
      loop.fence += 1;
      return loop.fence;
    },
    release(fence: number): void {
      if (fence === loop.fence) loop.holder = undefined;
    },
    holds: (fence: number) => loop.holder !== undefined && fence === loop.fence,
    /** A change that was written before is the same change, and nothing is done. */
    write(change: LoopChange): boolean {
      if (loop.holder === undefined || change.fence !== loop.fence) return false;
      const hasExecution = change.begin !== undefined || change.end !== undefined;
      const isLatest = change.record.revision === loop.record.revision;
      if (written.has(change)) return hasExecution || isLatest;
      if (change.record.revision !== loop.record.revision + 1) return false;
      written.add(change);
      loop.record = change.record;
      if (change.end !== undefined) end(change.end.execution, change.end.end);
      if (change.begin !== undefined) begin(change.begin);
      return true;
    },
    cancel(id: string): boolean {
      const running = executions.get(id)?.end === undefined && executions.has(id);
      if (running) cancels.add(id);
      return running;
    },
  };
}

export type LoopModel = ReturnType<typeof makeLoopModel>;
