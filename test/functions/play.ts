/** Plays a scenario in a world, then brings calm: everything is delivered, every execution ends, reconcile has looked. */

import { TransientError } from "../../src/errors.ts";
import type { ExecutionDescription } from "../../src/executions/executions.ts";
import type { ProcessOutcome } from "../../src/functions/process/process.ts";
import { updateState } from "../../src/functions/update-state/update-state.ts";
import type { ClaimRequest } from "../../src/state/state-store.ts";
import { isOpen } from "../../src/state/states.ts";
import { makeMemoryObjects } from "../../src/testing/memory-objects.ts";
import type { FaultPlan } from "./faults.ts";
import { type Ending, type Invocation, LATEST_MS, type Step } from "./scenario.ts";
import { type End, truncated } from "./step-functions.ts";
import { makeWorld, VISIBILITY_MS, type World } from "./world.ts";

export interface Played {
  readonly world: World;
  /** Every claim that was written, as it was asked for. */
  readonly claims: readonly ClaimRequest[];
  /** Of every invocation that lived to tell. */
  readonly outcomes: readonly ProcessOutcome[];
  /** The SNS message IDs and effects that were sent. */
  readonly sent: readonly string[];
}

/** More rounds than any chain here has links, and any message receives. */
const MOST_ROUNDS = 30;

export async function play(steps: readonly Step[]): Promise<Played> {
  const claims: ClaimRequest[] = [];
  const sent: string[] = [];
  const outcomes: ProcessOutcome[] = [];
  const world = makeWorld({
    objects: makeMemoryObjects,
    change: ({ state, intake }) => ({
      state: {
        ...state,
        async claim(requests) {
          const written = await state.claim(requests);
          claims.push(...requests.filter((_, index) => written[index]?.outcome === "written"));
          return written;
        },
      },
      intake: {
        send(messages) {
          sent.push(...messages.map(({ id }) => id));
          return intake.send(messages);
        },
      },
    }),
  });
  const keep = (result: readonly ProcessOutcome[] | "crashed") => {
    if (result !== "crashed") outcomes.push(...result);
  };
  for (const step of steps) await take(step, world, sent, keep);
  await calm(world, keep);
  return { world, claims, outcomes, sent };
}

type Keep = (result: readonly ProcessOutcome[] | "crashed") => void;

async function take(step: Step, world: World, sent: string[], keep: Keep): Promise<void> {
  const { clock, queue, stepFunctions } = world;
  switch (step.step) {
    case "send": {
      const messageId = `sns-${sent.length}`;
      sent.push(messageId);
      const body = JSON.stringify({ Type: "Notification", MessageId: messageId, Message: JSON.stringify(step.body) });
      const copies = Array.from({ length: step.copies }, (_, copy) => ({ id: `${messageId}/${copy}`, body }));
      await queue.send(copies);
      return;
    }
    case "invoke":
      await Promise.all(step.atOnce.map((one) => run(one, world, keep)));
      await clock.sleep(LATEST_MS + 1);
      return;
    case "end": {
      const execution = pick(stepFunctions.running(), step.which);
      if (!execution) return;
      clock.advance(10);
      stepFunctions.end(execution, endOf(execution, step.how));
      return;
    }
    case "redrive":
      return redrive(world, step.which);
    case "wait":
      clock.advance(step.ms);
  }
}

function run(invocation: Invocation, world: World, keep: Keep): Promise<unknown> {
  const plan: FaultPlan = (_call, number) => invocation.faults.find(({ at }) => at === number)?.fault;
  switch (invocation.function) {
    case "process":
      return world.deliver(invocation.max, plan).then(keep);
    case "update-state": {
      const { events } = world.stepFunctions;
      const chosen = invocation.events.flatMap((index) => pick(events, index) ?? []);
      return world.update(invocation.truncated ? chosen.map(truncated) : chosen, plan);
    }
    case "reconcile":
      // Where it cannot even list what is unsettled, its schedule calls it again.
      return world.reconcile(plan).catch((thrown: unknown) => {
        if (!(thrown instanceof TransientError)) throw thrown;
      });
  }
}

/** As a person does it: a minute after the end at least, and only where nothing newer was planned. */
async function redrive({ clock, ports, stepFunctions }: World, which: number): Promise<void> {
  const payloads = (await ports.state.list({ limit: 1000 })).items;
  const current = await Promise.all(
    payloads.map(({ workflow, execution: name }) => ports.executions.describe({ workflow, name })),
  );
  const redrivable = current.filter(
    (one) => one !== undefined && one.status !== "RUNNING" && one.status !== "SUCCEEDED",
  );
  const execution = pick(redrivable, which);
  if (!execution) return;
  clock.advance(61_000);
  stepFunctions.redrive(execution);
  // Whoever redrives says so, as an event may be lost.
  const [event] = stepFunctions.events.slice(-1);
  await updateState([{ messageId: "redrive", body: event ?? "" }], ports);
}

function endOf(execution: ExecutionDescription, how: Ending): End {
  if (how === "SUCCEEDED") return { status: "SUCCEEDED", output: execution.input };
  if (how === "INVALID") return { status: "FAILED", error: "InvalidInput", cause: "no such band" };
  return { status: how };
}

/** Every event from now on is lost: reconcile alone has to find out. */
async function calm(world: World, keep: Keep): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    world.clock.advance(VISIBILITY_MS + 1);
    while ((world.queue.nextVisibleAt() ?? Number.POSITIVE_INFINITY) <= world.clock.now()) keep(await world.deliver());
    for (const execution of world.stepFunctions.running()) {
      world.clock.advance(10);
      world.stepFunctions.end(execution, endOf(execution, round % 3 === 2 ? "FAILED" : "SUCCEEDED"));
    }
    await world.reconcile();
    if (await isSettled(world)) return;
  }
  throw new Error(`not settled after ${MOST_ROUNDS} rounds`);
}

async function isSettled({ ports, queue, stepFunctions }: World): Promise<boolean> {
  const { items } = await ports.state.list({ limit: 1000 });
  const open = items.some(({ state, effectsPending }) => isOpen(state) || effectsPending);
  return !open && queue.nextVisibleAt() === undefined && stepFunctions.running().length === 0;
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list.length === 0 ? undefined : list[index % list.length];
}
