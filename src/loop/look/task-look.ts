/** A task as people see it: where it is in its loop, how it ended last, when it comes next and what is wrong with it. */
import type { Request } from "../controls.ts";
import type { Outcome, TaskState } from "../loop-execution.ts";
import type { HeldLoop } from "../loop-store.ts";
import { type LoopTask, taskKey } from "../loop-task.ts";
import type { RegistrationProblem } from "../registration.ts";
import { NO_OUTCOMES, type OutcomeCounts, type TaskRecord } from "../task-record.ts";
import { type ExecutionLook, lookAtExecution } from "./execution-look.ts";
import type { KnownLoops } from "./known-loops.ts";
import { makeNextTurns, type NextTurn } from "./next-turn.ts";

export interface TaskLook {
  /** `codops/name` */
  readonly task: string;
  readonly codops: string;
  readonly name: string;
  /** Undefined of one that cannot run and never did. */
  readonly loop?: string | undefined;
  /** `broken`: it cannot run, `problems` say why. `gone`: it ran once and is registered no more. */
  readonly standing: "registered" | "broken" | "gone";
  /** Its place in the loop; one without a turn in this iteration is FINISHED, or PENDING where it never ran. */
  readonly state: TaskState;
  readonly next: NextTurn;
  /** Who drives its loop. Undefined where nobody does: what is RUNNING then was left so, and is LOST once somebody comes. */
  readonly holder?: string | undefined;
  /** The newest execution, which may be running. */
  readonly last?: ExecutionLook | undefined;
  /** Of the newest execution that has ended. */
  readonly lastOutcome?: Outcome | undefined;
  readonly counts: OutcomeCounts;
  /** From 0 to 1, of all that ended and were not cancelled; undefined where there is none. */
  readonly successRate?: number | undefined;
  /** Of all that have ended. */
  readonly meanDurationMs?: number | undefined;
  /** Executions in a row that did not succeed. */
  readonly failureStreak: number;
  /** Of the task or of its whole loop. */
  readonly paused?: (Request & { readonly what: "task" | "loop" }) | undefined;
  /** The commit that its code is taken from; an operator's comes before that of the file. */
  readonly pin?: { readonly commit: string; readonly by: "operator" | "file"; readonly request?: Request } | undefined;
  readonly runNow?: Request | undefined;
  /** As it is registered; undefined of one that is not. */
  readonly registered?: LoopTask | undefined;
  readonly problems: readonly RegistrationProblem[];
}

/** Of one organisation, or of all. */
export function lookAtTasks(known: KnownLoops, codops: string | undefined): readonly TaskLook[] {
  const { registration, tasks: records } = known;
  const isWanted = (of: string | undefined) => of !== undefined && (codops === undefined || of === codops);
  const wanted = (registration?.tasks ?? []).filter((task) => isWanted(task.codops));
  const registered = new Map(wanted.map((task) => [taskKey(task), task]));
  const ran = new Map(records.map((record) => [record.task, record]));
  const problems = Map.groupBy(
    (registration?.problems ?? []).filter((problem) => isWanted(problem.codops) && problem.task !== undefined),
    ({ codops, task }) => `${codops}/${task}`,
  );
  const broken = [...problems].flatMap(([key, all]) => (all.some(isError) ? [key] : []));
  const keys = new Set([...registered.keys(), ...broken, ...ran.keys()]);
  const lookAt = makeLook(known);
  return [...keys].sort().map((key) => lookAt(key, registered.get(key), ran.get(key), problems.get(key) ?? []));
}

const isError = ({ severity }: RegistrationProblem) => severity === "error";

function makeLook(known: KnownLoops) {
  const { controls, now } = known;
  const loops = new Map(known.loops.map((loop) => [loop.loop, loop]));
  const nextTurn = makeNextTurns(known);

  return (
    key: string,
    task: LoopTask | undefined,
    record: TaskRecord | undefined,
    problems: readonly RegistrationProblem[],
  ): TaskLook => {
    const separator = key.indexOf("/");
    const loop = task?.loop ?? record?.loop;
    const held = loop === undefined ? undefined : loops.get(loop);
    const state = stateOf(key, record, held);
    const missing = problems.some(isError) ? "broken" : "gone";
    return {
      task: key,
      codops: key.slice(0, separator),
      name: key.slice(separator + 1),
      loop,
      standing: task === undefined ? missing : "registered",
      state,
      next: state === "RUNNING" ? { when: "now" } : task ? nextTurn(task) : { when: "never", reason: missing },
      holder: held?.holder,
      last: record && lookAtExecution(record.last, now),
      lastOutcome: record?.lastEnded?.end?.outcome,
      counts: record?.counts ?? NO_OUTCOMES,
      ...figuresOf(record),
      paused: pauseOf(known, key, loop),
      pin: pinOf(known, key, task),
      runNow: controls.tasks[key]?.runNow,
      registered: task,
      problems,
    };
  };
}

/** Between two iterations, the turns of the last one are over. */
function stateOf(key: string, record: TaskRecord | undefined, loop: HeldLoop | undefined): TaskState {
  if (loop?.running !== undefined && loop.running === record?.last.id) return "RUNNING";
  const turn = loop?.turns.find(({ task }) => task === key);
  if (turn !== undefined && loop?.nextAt === undefined) return turn.state;
  return record === undefined ? "PENDING" : "FINISHED";
}

function figuresOf(record: TaskRecord | undefined) {
  const { SUCCEEDED, FAILED, TIMED_OUT, CANCELLED, LOST } = record?.counts ?? NO_OUTCOMES;
  const judged = SUCCEEDED + FAILED + TIMED_OUT + LOST;
  const ended = judged + CANCELLED;
  return {
    successRate: judged === 0 ? undefined : SUCCEEDED / judged,
    meanDurationMs: ended === 0 ? undefined : (record?.totalDurationMs ?? 0) / ended,
    failureStreak: record?.failureStreak ?? 0,
  };
}

function pauseOf({ controls }: KnownLoops, key: string, loop: string | undefined): TaskLook["paused"] {
  const own = controls.tasks[key]?.pause;
  if (own !== undefined) return { ...own, what: "task" };
  const whole = loop === undefined ? undefined : controls.loops[loop]?.pause;
  return whole && { ...whole, what: "loop" };
}

function pinOf({ controls }: KnownLoops, key: string, task: LoopTask | undefined): TaskLook["pin"] {
  const pin = controls.tasks[key]?.pin;
  if (pin !== undefined) {
    const { commit, ...request } = pin;
    return { commit, by: "operator", request };
  }
  const commit = task?.settings.pin;
  return commit === undefined ? undefined : { commit, by: "file" };
}
