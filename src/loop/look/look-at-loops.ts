/**
 * Every figure that a page or a command shows of loops, from one place: organisations, loops, tasks with their next turns,
 * executions with versions, durations and logs.
 */
import type { Clock } from "../../clock.ts";
import type { Page } from "../../pages.ts";
import type { ExecutionFiles } from "../execution-files.ts";
import type { ExecutionQuery, LoopControlStore, LoopDriverStore, LoopViewStore } from "../loop-store.ts";
import type { RegistrationProblem } from "../registration.ts";
import { type DurationQuery, type DurationsLook, lookAtDurations } from "./duration-look.ts";
import { type ExecutionLook, lookAtExecution } from "./execution-look.ts";
import { type LogPage, type LogQuery, readLogs } from "./log-look.ts";
import { type LoopLook, lookAtLoop } from "./loop-look.ts";
import { lookAtOrganisations, type OrganisationLook } from "./organisation-look.ts";
import { lookAtTasks, type TaskLook } from "./task-look.ts";

export type LookStore = LoopViewStore & Pick<LoopDriverStore, "registration"> & Pick<LoopControlStore, "controls">;

export interface LoopsLook {
  /** In order of their codes: that have a task, had one, or would have one if it were registered well. */
  organisations(): Promise<readonly OrganisationLook[]>;
  loops(): Promise<readonly LoopLook[]>;
  /** In order of their keys: registered ones, those that cannot run, and those that ran and are registered no more. */
  tasks(codops?: string): Promise<readonly TaskLook[]>;
  /** `key`: `codops/name` */
  task(key: string): Promise<TaskLook | undefined>;
  /** Newest first, unless it is asked for otherwise. */
  executions(query: ExecutionQuery): Promise<Page<ExecutionLook>>;
  execution(id: string): Promise<ExecutionLook | undefined>;
  /** For the graph: from the oldest to the newest. */
  durations(key: string, query?: DurationQuery): Promise<DurationsLook>;
  logs(query: LogQuery): Promise<LogPage>;
  /** What cannot run or should be looked at; of all organisations and repositories where none is named. */
  problems(codops?: string): Promise<readonly RegistrationProblem[]>;
}

export function lookAtLoops(
  store: LookStore,
  files: Pick<ExecutionFiles, "log">,
  clock: Pick<Clock, "now">,
): LoopsLook {
  async function read(codops?: string) {
    const [registration, loops, tasks, controls] = await Promise.all([
      store.registration(),
      store.loops(),
      store.tasks(codops),
      store.controls(),
    ]);
    return { registration, loops, tasks, controls, now: clock.now() };
  }

  return {
    organisations: async () => lookAtOrganisations(await read()),
    async loops() {
      const { loops, controls } = await read();
      return loops.map((record) => lookAtLoop(record, controls));
    },
    tasks: async (codops) => lookAtTasks(await read(codops), codops),
    async task(key) {
      const [codops] = key.split("/");
      return lookAtTasks(await read(codops), codops).find(({ task }) => task === key);
    },
    async executions(query) {
      const page = await store.executions(query);
      return { ...page, rows: page.rows.map((execution) => lookAtExecution(execution, clock.now())) };
    },
    async execution(id) {
      const execution = await store.execution(id);
      return execution && lookAtExecution(execution, clock.now());
    },
    durations: (key, query) => lookAtDurations(store, key, query),
    logs: (query) => readLogs(store, files, query),
    async problems(codops) {
      const { problems = [] } = (await store.registration()) ?? {};
      return problems.filter((problem) => codops === undefined || problem.codops === codops);
    },
  };
}

export type { DurationPoint, DurationQuery, DurationsLook } from "./duration-look.ts";
export type { ExecutionLook } from "./execution-look.ts";
export type { LogPage, LogQuery, LoopLogLine } from "./log-look.ts";
export type { LoopLook } from "./loop-look.ts";
export type { NextTurn } from "./next-turn.ts";
export type { OrganisationLook } from "./organisation-look.ts";
export type { TaskLook } from "./task-look.ts";
