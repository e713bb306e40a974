import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { beginAction } from "../../../src/functions/act/begin.ts";
import { actLambda } from "../../../src/functions/act/lambda.ts";
import { contextWith } from "../lambda-context.ts";
import { type ActWorld, idOf, makeActWorld } from "./act-world.ts";

let world: ActWorld;
beforeEach(() => {
  vi.stubEnv("CIRRUS_LOG_LEVEL", "error");
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "true");
  world = makeActWorld();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

const MINUTES = 60_000;

/** With the actions that it has asked itself for. */
function open() {
  const called: string[] = [];
  const continueAction = async (id: string) => void called.push(id);
  return { called, handler: actLambda(async () => ({ ...world.acting, continueAction })) };
}

async function begin(id: string, ...items: readonly string[]): Promise<void> {
  const request = { kind: "rerun", payloadIds: items.map(idOf) } as const;
  await beginAction({ id, by: "alice", request }, world.acting);
}

describe("act as a Lambda", () => {
  test("does an action to its end where its time is enough", async () => {
    await world.failed("a", "b");
    await begin("0197", "a", "b");
    const { handler, called } = open();
    expect(await handler({ action: "0197" }, contextWith(15 * MINUTES))).toEqual({ actions: ["0197"] });
    expect(await world.acting.actions.get("0197")).toMatchObject({ state: "DONE", done: 2 });
    expect(called).toEqual([]);
  });

  test("begins no step in its last minute, and calls itself again", async () => {
    const items = Array.from({ length: 120 }, (_, n) => `i${n}`);
    await world.failed(...items);
    await begin("0197", ...items);
    const { handler, called } = open();
    let remaining = 4 * MINUTES;
    // Each look at the clock finds it a minute later: three steps.
    const context = { ...contextWith(0), getRemainingTimeInMillis: () => (remaining -= MINUTES / 2) };
    await handler({ action: "0197" }, context);
    const left = await world.acting.actions.get("0197");
    expect(left).toMatchObject({ state: "RUNNING", total: 120 });
    expect(left?.done).toBeGreaterThan(0);
    expect(called).toEqual(["0197"]);
    await handler({ action: "0197" }, contextWith(15 * MINUTES));
    expect(await world.acting.actions.get("0197")).toMatchObject({ state: "DONE", done: 120 });
  });

  test("finds by its schedule what nobody goes on with, and leaves what is in somebody's hands", async () => {
    await begin("0001", "a");
    world.clock.advance(4 * MINUTES);
    await begin("0002", "a");
    const { handler, called } = open();
    expect(await handler({}, contextWith(15 * MINUTES))).toEqual({ actions: ["0001"] });
    expect(called).toEqual(["0001"]);
  });

  test("of an action that is not there, or has ended, does nothing", async () => {
    await begin("0197", "a");
    const { handler, called } = open();
    await handler({ action: "0197" }, contextWith(15 * MINUTES));
    const ended = await world.acting.actions.get("0197");
    await handler({ action: "0197" }, contextWith(15 * MINUTES));
    await handler({ action: "none" }, contextWith(15 * MINUTES));
    expect(await world.acting.actions.get("0197")).toEqual(ended);
    expect(called).toEqual([]);
  });
});
