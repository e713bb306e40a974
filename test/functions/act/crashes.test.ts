import fc from "fast-check";
import { expect, test } from "vitest";
import type { Action } from "../../../src/actions/action.ts";
import type { ActionRequest } from "../../../src/actions/action-request.ts";
import { TransientError } from "../../../src/errors.ts";
import { beginAction } from "../../../src/functions/act/begin.ts";
import type { ActPorts } from "../../../src/functions/act/ports.ts";
import { type Ran, runAction } from "../../../src/functions/act/run.ts";
import { type Fault, type FaultPlan, invoke } from "../faults.ts";
import { payloadOf } from "../world.ts";
import { type ActWorld, deliverAll, endAll, idOf, makeActWorld } from "./act-world.ts";

const ID = "01970000-0000-7000-8000-000000000000";
const TOLD = "again (alice via the API)";

/** The calls after which a death is felt most, and any other. */
const place = fc.oneof(
  fc.record({
    call: fc.constantFrom(
      "actions.update",
      "intake.send",
      "state.started",
      "state.finish",
      "state.effectsDone",
      "executions.redrive",
      "executions.stop",
    ),
    nth: fc.nat(3),
  }),
  fc.record({ nth: fc.nat(80) }),
);
const fault = fc.constantFrom("crash-before", "crash-after", "fail-before", "fail-after");

/** What happens before the action has ended: its driver dies at a call, or the world goes on. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant("drive"), place, fault }) },
  fc.record({ what: fc.constantFrom("deliver", "end", "reconcile") }),
  fc.record({ what: fc.constant("publish"), item: fc.nat(59) }),
  fc.record({ what: fc.constant("two drivers"), place }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const KINDS = ["publish", "rerun", "redrive", "stop", "mark"] as const;
const kind = fc.constantFrom(...KINDS);

test("an action does each of its targets once, whenever its driver dies and whatever else happens", async () => {
  await fc.assert(
    fc.asyncProperty(
      kind,
      fc.boolean(),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 5 }),
      fc.array(happening, { maxLength: 8 }),
      async (kind, byFilter, count, running, happenings) => {
        const world = makeActWorld();
        try {
          const items = Array.from({ length: count }, (_, n) => `i${n}`);
          await world.failed(...items);
          const open = Array.from({ length: running }, (_, n) => `r${n}`);
          if (open.length > 0) await world.process(open.map((item) => payloadOf("cog", [item])));
          const request = requestOf(kind, byFilter, [...items, ...open]);
          await beginAction({ id: ID, by: "alice", request }, world.acting);
          for (const one of happenings) await happen(world, one);
          const ran = await drive(world, () => undefined);
          if (ran === "crashed" || ran?.outcome !== "ended") throw new Error("it has not ended");
          const done = ran.action;
          checkCounts(done, byFilter ? undefined : count + running);
          await checkPayloads(world, done, [...items, ...open], happenings);
        } finally {
          await world.close();
        }
      },
    ),
    { numRuns: 25 },
  );
});

function requestOf(kind: (typeof KINDS)[number], byFilter: boolean, items: readonly string[]): ActionRequest {
  if (kind === "publish") return { kind, payloads: items.map((item) => payloadOf("cog", [item])), why: "again" };
  const chosen = byFilter ? { filter: { workflow: "cog" } } : { payloadIds: items.map(idOf) };
  return kind === "mark" ? { kind, state: "ABORTED", ...chosen, why: "again" } : { kind, ...chosen, why: "again" };
}

async function happen(world: ActWorld, one: Happening): Promise<void> {
  world.clock.advance(1_000);
  if ("fault" in one) await drive(world, at(one.place, one.fault));
  else if ("place" in one)
    await Promise.all([drive(world, at(one.place, "crash-after")), drive(world, () => undefined)]);
  else if ("item" in one) await world.process([payloadOf("cog", [`i${one.item}`])]);
  else if (one.what === "deliver") await deliverAll(world);
  else if (one.what === "end") await endAll(world, "FAILED");
  else await world.reconcile();
}

/** As a process that takes it up, and goes on until it has ended, cannot go on now, or dies. */
async function drive(world: ActWorld, plan: FaultPlan): Promise<Ran | undefined | "crashed"> {
  const { functions, actions, ...others } = world.acting;
  const going = invoke(
    { ...functions, actions },
    ({ actions: faultyActions, ...faulty }) => {
      const ports: ActPorts = { ...others, functions: faulty, actions: faultyActions };
      return runAction(ID, ports);
    },
    plan,
  );
  return going.catch((thrown: unknown) => {
    if (thrown instanceof TransientError) return undefined;
    throw thrown;
  });
}

interface Place {
  /** Any where it is not given. */
  readonly call?: string;
  readonly nth: number;
}

function at({ call, nth }: Place, kind: Exclude<Fault["kind"], "delay" | "late">): FaultPlan {
  let met = 0;
  return (name) => {
    if (call !== undefined && call !== name) return undefined;
    met += 1;
    return met - 1 === nth ? { kind } : undefined;
  };
}

function checkCounts({ state, total, done, skipped, failed, problems }: Action, expected: number | undefined): void {
  expect(state).toBe("DONE");
  if (expected !== undefined) expect(total).toBe(expected);
  expect(done + skipped + failed).toBe(total);
  expect(problems).toHaveLength(Math.min(100, skipped + failed));
  expect(problems.every(({ reason }) => reason !== "")).toBe(true);
}

async function checkPayloads(
  world: ActWorld,
  action: Action,
  items: readonly string[],
  happenings: readonly Happening[],
): Promise<void> {
  await deliverAll(world);
  expect(world.stepFunctions.overlaps).toEqual([]);
  const left = new Set(action.problems.map(({ id }) => id));
  const undisturbed = !happenings.some((one) => "item" in one);
  for (const item of items) {
    const doings = await doingsOf(world, item);
    // What it did is seen once, and nothing of what it left alone.
    expect(doings).toBeLessThanOrEqual(1);
    if (left.has(idOf(item))) expect(doings).toBe(0);
    else if (undisturbed && (action.total ?? 0) === items.length && ["rerun", "redrive", "mark"].includes(action.kind))
      expect(doings).toBe(1);
  }
}

/** How often the action's own words are found: in the payload's history, and in its executions where they were stopped. */
async function doingsOf({ history, stepFunctions }: ActWorld, item: string): Promise<number> {
  const transitions = await history(idOf(item));
  const names = [...new Set(transitions.map(({ execution }) => execution))];
  const executions = await Promise.all(names.map((name) => stepFunctions.describe({ workflow: "cog", name })));
  const causes = new Map(executions.map((one) => [one?.name, one?.cause ?? ""]));
  // An execution that was stopped says why, and the end of its payload says it after it: that is one doing.
  const reasons = transitions.flatMap(({ execution, reason }) => {
    const cause = causes.get(execution) ?? "";
    return cause !== "" && reason.includes(cause) ? [] : [reason];
  });
  const words = [...reasons, ...causes.values()];
  return words.filter((text) => text.includes(TOLD)).length;
}
