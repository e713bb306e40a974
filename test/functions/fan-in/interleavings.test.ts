/**
 * Whatever runs at once, dies, is lost, late, repeated or replaced: a fan-in whose members have all ended well runs, with
 * all of them, and never twice for the same wish; and one whose members have not all come does not run.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "../../../src/json.ts";
import { MEMBERS_MEMBER } from "../../../src/payload/payload.ts";
import { checkPlayed } from "../check-played.ts";
import { type Played, play } from "../play.ts";
import { scenarioOf } from "../scenario.ts";
import { payloadOf } from "../world.ts";

/** A few seconds' worth; any number is welcome. */
const RUNS = 120;

const A = "s2/workflow-cog/a";
const B = "s2/workflow-cog/b";
const LIST = "s2/workflow-mosaic/a/b";
const GROUP = "s2/workflow-publish/all";
const DIRECT = "s2/workflow-mosaic/direct";

const list = { workflow: "mosaic", await: { payloads: [A, B] } };
const group = { workflow: "publish", await: { group: "all", count: 2 } };
const direct = { workflow: "mosaic", await: { group: "direct", count: 2 } };

const bodies: readonly Json[] = [
  payloadOf([{ workflow: "cog" }, list], ["a"]),
  payloadOf([{ workflow: "cog" }, list], ["b"]),
  payloadOf([{ workflow: "cog", replace: true }, list], ["a"]),
  // Awaited, but does not say so itself.
  payloadOf("cog", ["b"]),
  { type: "FeatureCollection", process: [list] },
  payloadOf([{ workflow: "cog" }, group], ["c"]),
  payloadOf([{ workflow: "cog" }, group], ["d"]),
  payloadOf(
    [
      { workflow: "cog", replace: true },
      { ...group, replace: true },
    ],
    ["c"],
  ),
  payloadOf([direct], ["e"]),
  payloadOf([direct], ["f"]),
  payloadOf([{ ...direct, replace: true }], ["f"]),
  // As a rerun sends it: it is no arrival.
  { type: "FeatureCollection", id: DIRECT, features: [], process: [direct], [MEMBERS_MEMBER]: [] },
];

test("every interleaving of arrivals, ends, losses and crashes runs a fan-in once its members are there, and not before", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`fan-in interleavings: seed ${seed}, ${RUNS} runs`);
  await fc.assert(
    fc.asyncProperty(scenarioOf(fc.constantFrom(...bodies)), async (steps) => {
      const played = await play(steps);
      try {
        await checkPlayed(played);
        await checkFanIns(played);
      } finally {
        await played.world.close();
      }
    }),
    { seed, numRuns: RUNS },
  );
}, 3_600_000);

async function checkFanIns(played: Played): Promise<void> {
  const { world } = played;
  for (const { input } of world.stepFunctions.starts) checkInput(JSON.parse(input) as Json);
  const dead = (await world.queue.deadLetters.list({ limit: 1000 })).items;
  // A message that was given up is for people: what it would have brought may be missing.
  if (dead.length > 0) return;
  const [a, b] = await world.ports.state.get([A, B]);
  const listed = await world.record(LIST);
  const isComplete = a?.state === "SUCCEEDED" && b?.state === "SUCCEEDED";
  if (isComplete && listed) expect(listed.state, "all awaited have succeeded").not.toBe("WAITING");
  const came = (await succeeded(played, A)) || (await wasSent(played, LIST));
  if (isComplete && came) expect(listed, "what awaits them").toBeDefined();
  if ((await succeeded(played, "s2/workflow-cog/c")) && (await succeeded(played, "s2/workflow-cog/d"))) {
    expect((await world.record(GROUP))?.state, "the group").not.toBe("WAITING");
    expect(await world.record(GROUP), "the group").toBeDefined();
  }
  await checkTimeout(played);
}

/** Nothing runs with less than it awaits. */
function checkInput(input: Json): void {
  if (!isJsonObject(input) || !Array.isArray(input.process)) throw new Error("an input is no payload");
  const items = ((input.features ?? []) as readonly JsonObject[]).map(({ id }) => id);
  expect(new Set(items).size, "items come once").toBe(items.length);
  if (input.id === LIST) expect(items).toEqual(["a", "b"]);
  if (input.id === GROUP) expect(items).toEqual(["c", "d"]);
  if (input.id === DIRECT) expect(items).toEqual(["e", "f"]);
}

/** Whether it has ended well, so that what follows in its chain was sent. */
async function succeeded({ world }: Played, payloadId: string): Promise<boolean> {
  return (await world.history(payloadId)).some(({ to }) => to === "SUCCEEDED");
}

async function wasSent({ outcomes }: Played, payloadId: string): Promise<boolean> {
  return outcomes.some((one) => one.payloadId === payloadId && one.outcome === "waiting");
}

/** What waits still does so because something is missing, and says what. */
async function checkTimeout({ world }: Played): Promise<void> {
  const waiting = (await world.ports.state.listWaiting({})).items;
  world.clock.advance(8 * 86_400_000);
  await world.reconcile();
  for (const { payloadId } of waiting) {
    expect(await world.record(payloadId)).toMatchObject({
      state: "FAILED",
      effectsPending: false,
      lastError: { error: "AwaitTimeout", cause: expect.stringMatching(/^It waits for \d of 2/) },
    });
  }
}
