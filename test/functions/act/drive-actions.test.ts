import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { beginAction } from "../../../src/functions/act/begin.ts";
import { driveActions } from "../../../src/functions/act/drive-actions.ts";
import { type ActWorld, idOf, makeActWorld } from "./act-world.ts";

let world: ActWorld;
beforeEach(() => {
  world = makeActWorld();
});
afterEach(() => world.close());

async function begin(id: string, ...items: readonly string[]): Promise<void> {
  const request = { kind: "rerun", payloadIds: items.map(idOf) } as const;
  await beginAction({ id, by: "alice", request }, world.acting);
}

async function states(...ids: readonly string[]) {
  return Promise.all(ids.map(async (id) => (await world.acting.actions.get(id))?.state));
}

test("actions that are begun here go on at once, each to its end, and stopping waits for the step that is begun", async () => {
  const items = Array.from({ length: 60 }, (_, n) => `i${n}`);
  await world.failed(...items);
  const ids = ["0001", "0002", "0003", "0004", "0005", "0006"];
  for (const id of ids) await begin(id, ...items);
  const driver = driveActions(world.acting);
  for (const id of ids) await driver.continueAction(id);
  while ((await states(...ids)).includes("RUNNING")) await systemClock.sleep(1);
  await driver.stop();
  expect(await states(...ids)).toEqual(ids.map(() => "DONE"));
  const sums = await Promise.all(ids.map((id) => world.acting.actions.get(id)));
  expect(sums.map((one) => (one?.done ?? 0) + (one?.skipped ?? 0) + (one?.failed ?? 0))).toEqual(ids.map(() => 60));
});

test("what another process left is found after a while", async () => {
  await world.failed("a");
  await begin("0001", "a");
  world.clock.advance(31_000);
  const driver = driveActions(world.acting);
  while ((await states("0001"))[0] === "RUNNING") await systemClock.sleep(1);
  await driver.stop();
  expect(await states("0001")).toEqual(["DONE"]);
});

test("nothing begins once it is stopped", async () => {
  await world.failed("a");
  await begin("0001", "a");
  const driver = driveActions(world.acting);
  await driver.stop();
  await driver.continueAction("0001");
  await systemClock.sleep(5);
  expect(await states("0001")).toEqual(["RUNNING"]);
});
