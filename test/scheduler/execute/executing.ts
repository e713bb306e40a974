/** Executions for tests: real processes of a stand-in program in real folders, with files and environments of the test's own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock } from "../../../src/clock.ts";
import type { Environments } from "../../../src/loop/environments.ts";
import type { ExecutionControl } from "../../../src/loop/execute.ts";
import type { ExecutionEnd, LoopExecution } from "../../../src/loop/loop-execution.ts";
import type { LoopTask, TaskSettings } from "../../../src/loop/loop-task.ts";
import type { Sources } from "../../../src/loop/sources.ts";
import { type ExecuteOptions, makeExecute } from "../../../src/scheduler/execute/execute.ts";
import type { ProgramFor } from "../../../src/scheduler/execute/program-for.ts";
import { PYTHON } from "../../embedded/environments/python-here.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";

const PROGRAM = join(import.meta.dirname, "speaks-the-protocol.py");

export const standIn: ProgramFor = ({ task }, { environment }) => ({
  command: [environment.python, PROGRAM],
  environment: {},
  assignment: task.args,
});

/** Hangs for ever, with a child in its group and one in a session of its own; all of them ignore SIGTERM. */
export const HANGS = `
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
stay = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
children = [subprocess.Popen([sys.executable, "-c", stay], start_new_session=new, stdout=subprocess.PIPE) for new in (False, True)]
for child in children: child.stdout.readline()
print("it hangs", flush=True)
open(args["pids"], "w").write(" ".join(str(pid) for pid in [os.getpid(), *(child.pid for child in children)]) + "\\n")
time.sleep(600)`;

export interface Setting {
  readonly clock: Clock;
  readonly files?: Readonly<Record<string, string>>;
  readonly environments?: Environments;
  readonly sources?: Pick<Sources, "checkOut">;
  readonly options?: Partial<ExecuteOptions>;
}

export interface Executed {
  readonly end: ExecutionEnd;
  /** Lines without their times. */
  readonly log: readonly string[];
}

export function makeSetting({ clock, files = {}, environments, sources, options }: Setting) {
  const folder = temporaryFolder();
  const checkedOut: string[] = [];
  const writing: Pick<Sources, "checkOut"> = {
    async checkOut(_repository, commit, target) {
      checkedOut.push(commit);
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(target, name)), { recursive: true });
        writeFileSync(join(target, name), text);
      }
    },
  };
  const pathsOf = (id: string) => {
    const own = join(folder, "executions", id);
    mkdirSync(own, { recursive: true });
    return { log: join(own, "log"), notebook: join(own, "executed.ipynb") };
  };
  const kept: string[] = [];
  const executing = makeExecute(
    {
      sources: sources ?? writing,
      environments: environments ?? {
        prepare: async () => ({ outcome: "ready", environment: { python: PYTHON }, warnings: [] }),
      },
      files: { open: async (id) => pathsOf(id), keep: async (id) => void kept.push(id) },
      clock,
    },
    { folder: join(folder, "loops"), environment: { PATH: process.env.PATH }, programFor: standIn, ...options },
  );
  onTestFinished(() => executing.close());
  const logOf = (id: string) => readLog(pathsOf(id).log);
  return {
    ...{ folder, checkedOut, kept, executing, pathsOf, logOf },
    async run(execution: LoopExecution, control: Partial<ExecutionControl> = {}): Promise<Executed> {
      const end = await executing.execute(execution, { ...NOTHING, ...control });
      return { end, log: logOf(execution.id).map((line) => line.slice(line.indexOf(" ") + 1)) };
    },
  };
}

const NOTHING: ExecutionControl = {
  signal: new AbortController().signal,
  cancelled: new AbortController().signal,
};

export function readLog(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

let count = 0;

/** An execution of the stand-in program with this code. */
export function executionOf(
  code: string,
  { settings = {}, clock, ...changes }: { settings?: Partial<TaskSettings>; clock: Clock } & Partial<LoopExecution>,
): LoopExecution {
  const task: LoopTask = {
    codops: "zzebu",
    name: "train",
    loop: "zzebu",
    work: { kind: "notebook", notebook: "notebooks/a.ipynb", method: "task", fullNotebook: false },
    args: { code },
    settings: { timeoutSeconds: 3600, retry: { attempts: 0, delaySeconds: 0 }, priority: 0, ...settings },
    written: { repository: "/repository", file: "peach.yaml", line: 3 },
  };
  return {
    id: `execution-${++count}`,
    ...{ loop: "zzebu", iteration: 1, attempt: 1, trigger: "turn", requirements: [] },
    task,
    version: { headCommit: "3f2a9c1d00000000000000000000000000000000", pinned: false },
    startedAt: new Date(clock.now()).toISOString(),
    ...changes,
  };
}
