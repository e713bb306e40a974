/** The functions' world with actions in it. */
import type { Action } from "../../../src/actions/action.ts";
import type { ActionRequest } from "../../../src/actions/action-request.ts";
import { makeActionStore } from "../../../src/embedded/actions/action-store.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeQueue } from "../../../src/embedded/messages/queue.ts";
import { act } from "../../../src/functions/act/act.ts";
import type { BeginPorts } from "../../../src/functions/act/ports.ts";
import { makeExecutionIds } from "../../../src/loop/execution-id.ts";
import { makeWorld, payloadOf, type World, type WorldOptions } from "../world.ts";

export interface ActWorld extends World {
  readonly acting: BeginPorts;
  /** IDs of actions that are to go on behind their answers. */
  readonly continued: readonly string[];
  /** As somebody asks for it through the API. */
  ask(request: ActionRequest): Promise<Action>;
  /** Payloads of these items in the workflow `cog`, of which each has failed once. */
  failed(...items: readonly string[]): Promise<readonly string[]>;
  runAll(end?: "SUCCEEDED" | "FAILED"): Promise<void>;
}

export function makeActWorld(options: WorldOptions = {}): ActWorld {
  const world = makeWorld(options);
  const db = openDatabase(":memory:");
  const statusChanges = makeQueue(db, { name: "status-change", clock: world.clock });
  const acting: BeginPorts = {
    functions: world.ports,
    actions: makeActionStore(db),
    deadLetters: { process: world.queue.deadLetters, "status-change": statusChanges.deadLetters },
  };
  const continued: string[] = [];
  const ids = makeExecutionIds(world.clock, () => "00000000-0000-4000-8000-000000000000");
  return {
    ...world,
    acting,
    continued,
    ask: (request) =>
      act({ id: ids(), by: "alice", request }, { ...acting, continueAction: async (id) => void continued.push(id) }),
    async failed(...items) {
      for (let from = 0; from < items.length; from += 10) {
        await world.process(items.slice(from, from + 10).map((item) => payloadOf("cog", [item])));
      }
      await endAll(world, "FAILED");
      world.clock.advance(60_000);
      return items.map(idOf);
    },
    async runAll(how = "SUCCEEDED") {
      await deliverAll(world);
      await endAll(world, how);
      world.clock.advance(60_000);
    },
    async close() {
      db.close();
      await world.close();
    },
  };
}

export function idOf(item: string): string {
  return `s2/workflow-cog/${item}`;
}

export async function deliverAll(world: World): Promise<void> {
  while ((await world.deliver()).length > 0);
}

export async function endAll(world: World, status: "SUCCEEDED" | "FAILED"): Promise<void> {
  const { length } = world.stepFunctions.events;
  for (const execution of world.stepFunctions.running()) {
    world.clock.advance(1_000);
    world.stepFunctions.end(
      execution,
      status === "FAILED" ? { status, error: "Down", cause: "for now" } : { status, output: execution.input },
    );
  }
  await world.update(world.stepFunctions.events.slice(length));
}
