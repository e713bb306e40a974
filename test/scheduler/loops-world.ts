/** Loops run on a virtual clock: tasks take the time that a test gives them, and end as it says. */
import type { Execute } from "../../src/loop/execute.ts";
import type { ExecutionEnd, LoopExecution, Outcome } from "../../src/loop/loop-execution.ts";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import { type LoopTask, taskKey } from "../../src/loop/loop-task.ts";
import type { Registration } from "../../src/loop/registration.ts";
import type { LoopEvent } from "../../src/scheduler/loop-events.ts";
import { type RunLoopsOptions, type RunLoopsResult, runLoops } from "../../src/scheduler/run-loops.ts";
import { type LoopsInMemory, openLoopsInMemory } from "../loop/loops-in-memory.ts";
import { registered, SECOND } from "../loop/turns/turn-world.ts";

/** What a task does: how long it takes, and how it ends. */
export interface Play {
  readonly ms?: number;
  readonly outcome?: Outcome;
  readonly throws?: Error;
}

export interface LoopsWorld extends LoopsInMemory {
  /** What is registered from now on. */
  commit(tasks: readonly LoopTask[]): Registration;
  /** By `codops/name`; a second where nothing is said. */
  readonly plays: Map<string, (execution: LoopExecution) => Play>;
  readonly events: LoopEvent[];
  /** Executions that were told to end early, and when. */
  readonly stops: { readonly id: string; readonly at: number }[];
  /** How often repositories were read. */
  reads(): number;
  /** Starts loops; `stop` ends them in good order. */
  run(
    options?: Partial<RunLoopsOptions>,
    store?: LoopStore,
  ): { stop(): Promise<RunLoopsResult>; ended: Promise<RunLoopsResult> };
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
  /** `began debr/a`, `ended debr/a SUCCEEDED`, `waiting debr` … */
  told(): readonly string[];
  /** `debr/a` for each execution, the oldest first. */
  ran(loop?: string): Promise<readonly string[]>;
}

export function makeLoopsWorld(): LoopsWorld {
  const loops = openLoopsInMemory();
  const { clock, store, newId } = loops;
  const plays: LoopsWorld["plays"] = new Map();
  const events: LoopEvent[] = [];
  const stops: LoopsWorld["stops"] = [];
  let current = registered([]);
  let reads = 0;
  let holders = 0;

  const registerIn = (over: LoopStore) => async (): Promise<Registration> => {
    reads += 1;
    await over.register(current);
    return current;
  };

  return {
    ...loops,
    plays,
    events,
    stops,
    commit: (tasks) => (current = registered(tasks)),
    reads: () => reads,
    run(options = {}, over = store) {
      const stopping = new AbortController();
      holders += 1;
      const ended = runLoops(
        { store: over, register: registerIn(over), execute: makeExecute(plays, stops, clock), clock, newId },
        { holder: `holder ${holders}`, signal: stopping.signal, onEvent: (event) => events.push(event), ...options },
      );
      return {
        ended,
        stop() {
          stopping.abort();
          return ended;
        },
      };
    },
    pass: (ms) => clock.sleep(ms),
    told: () => events.map(tell),
    async ran(loop) {
      const executions = await loops.executions();
      return executions.filter((one) => loop === undefined || one.loop === loop).map((one) => taskKey(one.task));
    },
  };
}

function makeExecute(plays: LoopsWorld["plays"], stops: LoopsWorld["stops"], clock: LoopsInMemory["clock"]): Execute {
  return async (execution, { signal, cancelled }): Promise<ExecutionEnd> => {
    const { ms = SECOND, outcome = "SUCCEEDED", throws } = plays.get(taskKey(execution.task))?.(execution) ?? {};
    const begun = clock.now();
    const times = () => ({ endedAt: new Date(clock.now()).toISOString(), durationMs: clock.now() - begun });
    const early = new AbortController();
    const end = () => {
      stops.push({ id: execution.id, at: clock.now() });
      early.abort();
    };
    for (const one of [signal, cancelled]) {
      if (one.aborted) end();
      one.addEventListener("abort", end, { once: true });
    }
    await clock.sleep(ms, early.signal).catch(() => {});
    if (cancelled.aborted) return { outcome: "CANCELLED", ...times(), error: { name: "Cancelled", message: "asked" } };
    if (signal.aborted) return { outcome: "CANCELLED", ...times(), error: { name: "Killed", message: "by a signal" } };
    if (throws !== undefined) throw throws;
    return { outcome, ...times() };
  };
}

function tell(event: LoopEvent): string {
  if (event.type === "began") return `began ${taskKey(event.execution.task)}`;
  if (event.type === "ended") return `ended ${taskKey(event.execution.task)} ${event.execution.end.outcome}`;
  if (event.type === "iteration") return `iteration ${event.loop} ${event.record.iteration}`;
  if (event.type === "waiting") return `waiting ${event.loop} ${event.reason}`;
  if (event.type === "problem") return `problem ${event.message}`;
  return event.type === "registered" ? "registered" : `${event.type} ${event.loop}`;
}
