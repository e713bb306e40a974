/** Runs states one after another from the first to the last; a loop of any length needs no more stack than one state. */
import type { Json } from "../json.ts";
import { SiblingFailed } from "./errors.ts";
import type { Sequence, State } from "./model.ts";
import type { Outcome } from "./retry.ts";
import { runChoice } from "./states/choice.ts";
import { runFail } from "./states/fail.ts";
import { runMap } from "./states/map.ts";
import { runParallel } from "./states/parallel.ts";
import { runPass } from "./states/pass.ts";
import { runSucceed } from "./states/succeed.ts";
import { runTask } from "./states/task.ts";
import { runWait } from "./states/wait.ts";
import { asFailure, type Engine, record, type Scope, type Visit } from "./visit.ts";

/** The output of the state that ends the sequence. */
export async function runSequence(engine: Engine, sequence: Sequence, input: Json, scope: Scope): Promise<Json> {
  const visits = new Map<string, number>();
  let data = input;
  let name: string | undefined = sequence.startAt;
  while (name !== undefined) {
    const state = sequence.states.get(name);
    if (state === undefined) throw new Error(`The machine has no state ${name}, which parsing should have found.`);
    const count = (visits.get(name) ?? 0) + 1;
    visits.set(name, count);
    const outcome = await stay(enter(engine, scope, state, count, data), state);
    data = outcome.output;
    name = outcome.next;
  }
  return data;
}

function enter(engine: Engine, scope: Scope, state: State, count: number, input: Json): Visit {
  const { name, type } = state;
  // A slash separates the levels of a path.
  const path = `${scope.path}/${name.replaceAll("%", "%25").replaceAll("/", "%2F")}#${count}`;
  scope.last = engine.memory.record(`${type}StateEntered`, path, { name, input });
  return { engine, scope, name, path, input, enteredAt: scope.last.at };
}

async function stay(visit: Visit, state: State): Promise<Outcome> {
  const { name } = visit;
  try {
    const outcome = await runState(visit, state);
    record(visit, `${state.type}StateExited`, { name, output: outcome.output });
    return outcome;
  } catch (thrown) {
    if (thrown instanceof SiblingFailed) record(visit, `${state.type}StateAborted`, { name });
    throw asFailure(visit, thrown);
  }
}

function runState(visit: Visit, state: State): Outcome | Promise<Outcome> {
  switch (state.type) {
    case "Task":
      return runTask(visit, state);
    case "Pass":
      return runPass(visit, state);
    case "Choice":
      return runChoice(visit, state);
    case "Wait":
      return runWait(visit, state);
    case "Succeed":
      return runSucceed(visit, state);
    case "Fail":
      return runFail(visit, state);
    case "Parallel":
      return runParallel(visit, state);
    case "Map":
      return runMap(visit, state);
  }
}
