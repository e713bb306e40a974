import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Redriven, redrivePayload } from "../../src/functions/redrive.ts";
import { MINUTE, makeWorld, payloadOf, type World } from "./world.ts";

const ID = "s2/workflow-cog/a";
const failed = { status: "FAILED", error: "Down", cause: "for now" } as const;

let world: World;
beforeEach(async () => {
  world = makeWorld();
  await world.process([payloadOf("cog")]);
});
afterEach(() => world.close());

async function redrive(ports = world.ports): Promise<Redriven> {
  const record = await world.record(ID);
  if (record === undefined) throw new Error("there is no record");
  return redrivePayload(record, { actor: "test" }, ports);
}

async function fail(): Promise<void> {
  await world.update([world.end(failed)]);
  world.clock.advance(MINUTE);
}

describe("a redrive", () => {
  test("brings the payload back to PROCESSING before its execution runs, and a message that comes then is skipped", async () => {
    await fail();
    expect(await redrive()).toMatchObject({ outcome: "redriven", record: { state: "PROCESSING", attempt: 1 } });
    expect(await world.process([payloadOf("cog")])).toMatchObject([{ outcome: "skipped" }]);
    const [running] = world.stepFunctions.events.slice(-1);
    expect(await world.update([running ?? ""])).toMatchObject([{ outcome: "unchanged" }]);
    await world.update([world.end(failed)]);
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", attempt: 1 });
    expect((await world.history(ID)).map(({ to }) => to)).toEqual([
      "CLAIMED",
      "PROCESSING",
      "FAILED",
      "PROCESSING",
      "FAILED",
    ]);
    expect(world.stepFunctions.overlaps).toEqual([]);
  });

  test("of what runs, or was claimed again meanwhile, is refused and changes nothing", async () => {
    expect(await redrive()).toMatchObject({ outcome: "refused" });
    await fail();
    const record = await world.record(ID);
    await world.process([payloadOf("cog")]);
    const now = await world.record(ID);
    expect(now).toMatchObject({ attempt: 2 });
    expect(record && (await redrivePayload(record, { actor: "test" }, world.ports))).toMatchObject({
      outcome: "refused",
    });
    expect(await world.record(ID)).toEqual(now);
    expect(world.stepFunctions.overlaps).toEqual([]);
  });

  test("that the engine refuses leaves the payload as it ended", async () => {
    await fail();
    const refusing = async () => ({ outcome: "refused", message: "too old" }) as const;
    const executions = { ...world.ports.executions, redrive: refusing };
    expect(await redrive({ ...world.ports, executions })).toEqual({ outcome: "refused", message: "too old" });
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", lastError: { error: "Down" } });
  });

  test("that dies before it reached the engine is set right by reconcile", async () => {
    await fail();
    const dying = () => Promise.reject(new Error("killed"));
    const executions = { ...world.ports.executions, redrive: dying };
    await expect(redrive({ ...world.ports, executions })).rejects.toThrow("killed");
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING" });
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ state: "FAILED", effectsPending: false });
    expect(await redrive()).toMatchObject({ outcome: "redriven" });
  });
});
