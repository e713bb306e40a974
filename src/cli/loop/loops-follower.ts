/** Keeps what is known of loops that run, from what is told of them: what each does now, what comes next, how it went. */
import type { Outcome } from "../../loop/loop-execution.ts";
import { METADATA_LOOP, taskKey } from "../../loop/loop-task.ts";
import { NO_OUTCOMES } from "../../loop/task-record.ts";
import type { WaitReason } from "../../loop/turns/decide-turn.ts";
import type { LoopEvent } from "../../scheduler/loop-events.ts";
import { holderText } from "./holder-text.ts";
import type { LoopNow, LoopsNow } from "./loops-view.ts";

export interface LoopsFollower {
  take(event: LoopEvent): void;
  now(): LoopsNow;
}

const REASONS: Readonly<Record<WaitReason, string>> = {
  paused: "paused",
  retry: "what failed is tried again",
  iteration: "the next iteration",
  schedule: "nothing is due",
};

/** `problems`: of a registration, as lines. */
export function makeLoopsFollower(
  problemsOf: (registration: (LoopEvent & { type: "registered" })["registration"]) => readonly string[],
): LoopsFollower {
  const loops = new Map<string, LoopNow>();
  const counts: Record<Outcome, number> = { ...NO_OUTCOMES };
  let problems: readonly string[] = [];

  function change(loop: string, part: Partial<LoopNow>): void {
    const before = loops.get(loop) ?? { loop, iteration: 0, next: [] };
    // Whatever happens, it waits for nothing that it waited for before.
    loops.set(loop, { ...before, waits: undefined, paused: undefined, ...part });
  }

  function take(event: LoopEvent): void {
    switch (event.type) {
      case "registered":
        problems = problemsOf(event.registration);
        for (const { loop } of event.registration.tasks) if (!loops.has(loop)) change(loop, {});
        break;
      case "iteration": {
        const pending = event.record.turns.filter(({ state }) => state === "PENDING");
        change(event.loop, { iteration: event.record.iteration, next: pending.map(({ task }) => task) });
        break;
      }
      case "began": {
        const key = taskKey(event.execution.task);
        const next = (loops.get(event.loop)?.next ?? []).filter((task) => task !== key);
        change(event.loop, { running: event.execution, next });
        break;
      }
      case "ended":
        counts[event.execution.end.outcome] += 1;
        change(event.loop, { running: undefined, last: { execution: event.execution, end: event.execution.end } });
        break;
      case "waiting":
        change(event.loop, { waits: { until: event.until, reason: REASONS[event.reason] } });
        break;
      case "paused":
        change(event.loop, { paused: { note: event.pause.note } });
        break;
      case "busy":
        change(event.loop, { waits: { reason: `${holderText(event.holder)} runs it` } });
        break;
      case "left":
        loops.delete(event.loop);
        break;
      case "problem":
        break;
    }
  }

  return {
    take,
    now: () => ({
      loops: [...loops.values()].sort(
        (a, b) => Number(a.loop === METADATA_LOOP) - Number(b.loop === METADATA_LOOP) || (a.loop < b.loop ? -1 : 1),
      ),
      counts: { ...counts },
      problems,
    }),
  };
}
