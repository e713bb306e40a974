/** A folder in which loops ran: what they left is stored as it is by those who drive them. */

import { join } from "node:path";
import { onTestFinished } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { ExecutionEnd, LoopExecution, Outcome } from "../../src/loop/loop-execution.ts";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import { type LoopTask, taskKey } from "../../src/loop/loop-task.ts";
import type { Registration, RegistrationProblem } from "../../src/loop/registration.ts";
import { openLoopsHere } from "../../src/scheduler/open-here.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus, type Ended } from "./cirrus.ts";

export interface LoopFolder {
  readonly cwd: string;
  readonly store: LoopStore;
  loop(...args: string[]): Promise<Ended>;
  /** An execution, from its beginning to its end; without an end it runs on. */
  ran(task: LoopTask, outcome?: Outcome, more?: Partial<ExecutionEnd>): Promise<LoopExecution>;
}

export const COMMIT = "3f2a9c1e5b0d3f2a9c1e5b0d3f2a9c1e5b0d0000";
const START = Date.parse("2030-01-01T00:00:00.000Z");

export function loopTask(key: string, more: Partial<LoopTask> = {}): LoopTask {
  const [codops = "", name = ""] = key.split("/");
  return {
    codops,
    name,
    loop: codops,
    work: { kind: "notebook", notebook: `${name}.ipynb`, method: "run", fullNotebook: false },
    args: {},
    settings: { timeoutSeconds: 3600, retry: { attempts: 0, delaySeconds: 0 }, priority: 0 },
    written: { repository: "/repository", file: "peach.yaml", line: 3 },
    ...more,
  };
}

export async function loopFolder(
  tasks: readonly LoopTask[],
  problems: readonly RegistrationProblem[] = [],
): Promise<LoopFolder> {
  const cwd = temporaryFolder();
  const { store, files, close } = openLoopsHere(join(cwd, ".cirrus"));
  onTestFinished(close);
  const registration: Registration = {
    id: "registered",
    readAt: isoTime(START),
    repositories: [{ repository: "/repository", branch: "main", commit: COMMIT, notebookCommits: {} }],
    tasks,
    dependencies: {},
    problems,
  };
  await store.register(registration);
  let number = 0;
  return {
    cwd,
    store,
    loop: (...args) => cirrus(["loop", ...args], { cwd, env: { PATH: process.env.PATH ?? "" } }),
    async ran(task, outcome, more = {}) {
      number += 1;
      const startedAt = START + number * 60_000;
      const execution: LoopExecution = {
        id: `0198a1b2-c3d4-7${String(number).padStart(3, "0")}-8000-${String(number).padStart(12, "0")}`,
        loop: task.loop,
        iteration: number,
        task,
        attempt: 1,
        trigger: "turn",
        version: { headCommit: COMMIT, pinned: false },
        requirements: [],
        startedAt: isoTime(startedAt),
      };
      const claim = await store.claim({ loop: task.loop, holder: "somebody", leaseMs: 3_600_000 });
      if (claim.outcome !== "held") throw new Error(`The loop ${task.loop} is held by ${claim.holder}.`);
      const { fence, record } = claim;
      const begun = {
        ...record,
        revision: record.revision + 1,
        iteration: number,
        registration: registration.id,
        turns: tasks
          .filter(({ loop }) => loop === task.loop)
          .map((one) => ({
            task: taskKey(one),
            state: taskKey(one) === taskKey(task) ? ("RUNNING" as const) : ("PENDING" as const),
            execution: taskKey(one) === taskKey(task) ? execution.id : undefined,
          })),
        running: execution.id,
      };
      await store.write({ fence, record: begun, begin: execution });
      const { log } = await files.open(execution.id);
      const { writeFileSync } = await import("node:fs");
      writeFileSync(log, `${isoTime(startedAt + 100)} ${task.name} wrote this in ${number}\n`);
      if (outcome === undefined) return execution;
      const end = { outcome, endedAt: isoTime(startedAt + 1_000), durationMs: 1_000, ...more };
      const turns = begun.turns.map((turn) =>
        turn.state === "RUNNING" ? { ...turn, state: "FINISHED" as const } : turn,
      );
      const ended = { ...begun, revision: begun.revision + 1, turns, running: undefined };
      await store.write({ fence, record: ended, end: { execution: execution.id, end } });
      await store.release(task.loop, fence);
      return { ...execution, end };
    },
  };
}
