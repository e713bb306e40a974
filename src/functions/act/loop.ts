/** What operators ask of loops, their tasks and executions: the loops look at it at their next turn. */
import type { LoopRequest } from "../../actions/action-request.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Target as LoopTarget, Request } from "../../loop/controls.ts";
import type { ActLoops, ActPorts } from "./ports.ts";
import { done, type Result, skipped, type Work } from "./progress.ts";
import type { ActionFacts } from "./work-of.ts";

export function loopWork(request: LoopRequest, action: ActionFacts, { loops }: ActPorts): Work {
  const about = aboutOf(request);
  return {
    page: 1,
    what: () => whatText(request),
    choose: async () => ({ targets: [{ id: about }] }),
    perform: async () => [await ask(request, requestOf(action), requireLoops(loops))],
  };
}

export function requireLoops<Loops extends ActLoops>(loops: Loops | undefined): Loops {
  if (loops !== undefined) return loops;
  throw new CirrusError("There are no loops here.", { exitCode: EXIT.notFound });
}

function whatText(request: LoopRequest): string {
  const { loop, task, commit = "" } = request;
  const kind = loop !== undefined ? "the loop " : task === undefined ? "the execution " : "";
  return `${request.do.replace("-", " ")} ${kind}${aboutOf(request)}${request.do === "pin" ? ` to ${commit}` : ""}`;
}

function aboutOf({ loop, task, execution }: LoopRequest): string {
  return loop ?? task ?? execution ?? "";
}

/** Its ID is the action's: asked for twice it is the same request. */
function requestOf({ id, at, by, why }: ActionFacts): Request {
  return { id, at, by, ...(why !== undefined && { note: why }) };
}

async function ask(request: LoopRequest, by: Request, { store }: ActLoops): Promise<Result> {
  const { task = "", execution = "", commit = "" } = request;
  const about = aboutOf(request);
  switch (request.do) {
    case "pause":
      await store.pause(targetOf(request), by);
      return done(about);
    case "resume":
      return (await store.resume(targetOf(request))) ? done(about) : skipped(about, "it is not paused");
    case "run-now":
      await store.runNow(task, by);
      return done(about);
    case "cancel":
      return (await store.cancel(execution, by)) ? done(about) : skipped(about, "the execution has ended already");
    case "pin":
      await store.pin(task, commit, by);
      return done(about);
    case "unpin":
      return (await store.unpin(task)) ? done(about) : skipped(about, "it is not pinned");
  }
}

function targetOf({ loop, task = "" }: LoopRequest): LoopTarget {
  return loop === undefined ? { kind: "task", task } : { kind: "loop", loop };
}
