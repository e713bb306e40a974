/** What can be said against a request to a loop: it must name what it is about, and that must be known. */
import type { LoopRequest } from "../../actions/action-request.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { type LoopTask, taskKey } from "../../loop/loop-task.ts";
import { requireLoops } from "./loop.ts";
import type { ActLoops, BeginPorts, CommitNames } from "./ports.ts";

type Member = "loop" | "task" | "execution" | "commit";

/** What each takes: one of these, with all its members. */
const TAKES: Readonly<Record<LoopRequest["do"], readonly (readonly Member[])[]>> = {
  pause: [["loop"], ["task"]],
  resume: [["loop"], ["task"]],
  "run-now": [["task"]],
  cancel: [["execution"], ["task"]],
  pin: [["task", "commit"]],
  unpin: [["task"]],
};

/** With the commit as it is found in the task's repository, and the execution that runs where a task is to be cancelled. */
export async function checkLoopRequest(request: LoopRequest, ports: BeginPorts): Promise<LoopRequest> {
  const loops = requireLoops(ports.loops);
  checkMembers(request);
  const { task, loop, execution, commit } = request;
  if (loop !== undefined) await requireLoop(loop, loops);
  if (execution !== undefined) await requireExecution(execution, loops);
  if (task === undefined) return request;
  if (request.do === "cancel") return { ...request, execution: await requireRunning(task, loops) };
  const registered = await findTask(task, loops);
  if (registered === undefined) {
    if (request.do === "run-now" || request.do === "pin" || !(await hasRun(task, loops))) throw noTask(task);
    return request;
  }
  return commit === undefined ? request : { ...request, commit: await wholeCommit(registered, commit, loops) };
}

function checkMembers(request: LoopRequest): void {
  const given = (["loop", "task", "execution", "commit"] as const).filter((name) => request[name] !== undefined);
  const takes = TAKES[request.do];
  if (takes.some((names) => names.length === given.length && names.every((name) => given.includes(name)))) return;
  throw new CirrusError(`${request.do} takes ${takes.map((names) => names.join(" and ")).join(", or ")}.`, {
    hint: given.length === 0 ? "None of them is given." : `Given: ${given.join(", ")}.`,
    exitCode: EXIT.usage,
  });
}

async function findTask(key: string, { store }: ActLoops): Promise<LoopTask | undefined> {
  return (await store.registration())?.tasks.find((task) => taskKey(task) === key);
}

/** Also what is registered no more, or cannot run, can be unpinned or paused. */
async function hasRun(key: string, { store }: ActLoops): Promise<boolean> {
  const problems = (await store.registration())?.problems ?? [];
  if (problems.some(({ codops, task }) => `${codops ?? ""}/${task ?? ""}` === key)) return true;
  return (await store.tasks()).some(({ task }) => task === key);
}

async function requireLoop(loop: string, { store }: ActLoops): Promise<void> {
  const [registration, held] = await Promise.all([store.registration(), store.loops()]);
  const known = [...(registration?.tasks ?? []), ...held].some((one) => one.loop === loop);
  if (known) return;
  throw new CirrusError(`There is no loop ${loop}.`, {
    hint: "GET /v1/loops lists those that exist.",
    exitCode: EXIT.notFound,
  });
}

async function requireExecution(id: string, { store }: ActLoops): Promise<void> {
  const execution = await store.execution(id);
  if (execution === undefined) {
    throw new CirrusError(`There is no execution ${id} of a loop.`, { exitCode: EXIT.notFound });
  }
  if (execution.end === undefined) return;
  throw new CirrusError(`The execution ${id} of ${taskKey(execution.task)} has ended already.`, {
    exitCode: EXIT.conflict,
  });
}

async function requireRunning(key: string, { store }: ActLoops): Promise<string> {
  const { last } = (await store.tasks()).find(({ task }) => task === key) ?? {};
  if (last !== undefined && last.end === undefined) return last.id;
  throw new CirrusError(`${key} does not run now.`, { exitCode: EXIT.conflict });
}

async function wholeCommit(
  { written: { repository } }: LoopTask,
  name: string,
  loops: ActLoops & CommitNames,
): Promise<string> {
  const { repositories = [] } = (await loops.store.registration()) ?? {};
  const registered = repositories.find((one) => one.repository === repository);
  const commit = await loops.resolveCommit({ location: repository, branch: registered?.branch }, name);
  if (commit !== undefined) return commit;
  throw new CirrusError(`There is no commit ${name} in ${repository}.`, {
    hint: "Give the beginning of its hash, at least seven digits, as `git log --oneline` shows it.",
    exitCode: EXIT.notFound,
  });
}

function noTask(task: string): CirrusError {
  return new CirrusError(`There is no task ${task}.`, {
    hint: "GET /v1/loops/tasks lists those that are registered.",
    exitCode: EXIT.notFound,
  });
}
