/**
 * Sees to it that every loop that has something to do is driven: it starts those that nobody drives, and takes them from
 * drivers that are gone. On AWS a driver is an execution of the state machine of loops. Called once a minute.
 */
import type { Clock } from "../../clock.ts";
import { describeError } from "../../errors.ts";
import type { Executions } from "../../executions/executions.ts";
import type { Controls } from "../../loop/controls.ts";
import type { HeldLoop, LoopStore } from "../../loop/loop-store.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { Registration } from "../../loop/registration.ts";
import { loopsOf, sameFor, tasksOf } from "../../loop/turns/loop-tasks.ts";
import { planIteration } from "../../loop/turns/plan-iteration.ts";
import { readLastStarts } from "../take-turn/last-starts.ts";

export interface StartLoopsPorts {
  readonly store: Pick<LoopStore, "loops" | "controls" | "registration" | "release" | "tasks">;
  readonly executions: Pick<Executions, "start" | "describe">;
  readonly clock: Clock;
}

export interface LoopStart {
  readonly loop: string;
  /** `driven`: somebody drives it. `waiting`: nothing is to be done in it now. `later`: it could not be started. */
  readonly action: "started" | "driven" | "waiting" | "later";
  readonly reason: string;
}

/** The state machine, as executions name it. */
export const LOOPS_MACHINE = "loops";

/** A turn that is due sooner is worth a start now: the next look comes in a minute. */
const SOON_MS = 30_000;

export async function startLoops(ports: StartLoopsPorts): Promise<readonly LoopStart[]> {
  const { store } = ports;
  const [registration, controls, known] = await Promise.all([store.registration(), store.controls(), store.loops()]);
  if (registration === undefined) return [];
  const held = new Map(known.map((one) => [one.loop, one]));
  // A loop whose tasks are gone may have an execution that was begun: somebody has to say how that ended.
  const unfinished = known.filter(({ running }) => running !== undefined).map(({ loop }) => loop);
  const loops = new Set([...loopsOf(registration), ...unfinished]);
  const start = (loop: string) => startLoop(ports, loop, held.get(loop), registration, controls);
  // What is wrong with one loop is not wrong with the others.
  const failed = (loop: string, thrown: unknown): LoopStart => ({
    loop,
    action: "later",
    reason: describeError(thrown).cause,
  });
  return Promise.all([...loops].sort().map((loop) => start(loop).catch((thrown) => failed(loop, thrown))));
}

async function startLoop(
  { store, executions, clock }: StartLoopsPorts,
  loop: string,
  held: HeldLoop | undefined,
  registration: Registration,
  controls: Controls,
): Promise<LoopStart> {
  if (held?.holder !== undefined) {
    const driver = await executions.describe({ workflow: LOOPS_MACHINE, name: held.holder });
    if (driver?.status === "RUNNING") return { loop, action: "driven", reason: held.holder };
    await store.release(loop, held.fence);
  }
  const reason = await reasonToStart({ store, clock }, loop, held, registration, controls);
  if (reason === undefined) return { loop, action: "waiting", reason: "nothing is due" };
  // Two calls in the same minute start one driver; of two drivers one gets the loop and the other one ends.
  const minute = Math.floor(clock.now() / 60_000).toString(36);
  const name = `${loop}-${held?.fence ?? 0}-${minute}`;
  const started = await executions.start({ workflow: LOOPS_MACHINE, name, input: JSON.stringify({ loop }) });
  if (started.outcome === "started" || started.outcome === "exists") return { loop, action: "started", reason };
  return { loop, action: "later", reason: started.message };
}

/** Undefined where it can wait for another look. */
async function reasonToStart(
  { store, clock }: Pick<StartLoopsPorts, "store" | "clock">,
  loop: string,
  held: HeldLoop | undefined,
  registration: Registration,
  controls: Controls,
): Promise<string | undefined> {
  if (held?.running !== undefined) return "its driver is gone";
  if (controls.loops[loop]?.pause !== undefined) return undefined;
  if (tasksOf(registration, loop).some((task) => controls.tasks[taskKey(task)]?.runNow !== undefined)) {
    return "somebody wants a task now";
  }
  if (held === undefined) return "there is something new";
  const known = held.registration === undefined ? undefined : await store.registration(held.registration);
  if (known === undefined || !sameFor(loop, known, registration)) return "there is something new";
  if (held.nextAt === undefined) return "its iteration goes on";
  const now = clock.now() + SOON_MS;
  if (held.nextAt > now) return undefined;
  const lastStarts = await readLastStarts(loop, registration, store);
  const { plan } = planIteration({ record: held, registration, controls, lastStarts, now });
  return plan === "turns" ? "its next iteration is due" : undefined;
}
