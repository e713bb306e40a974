import { expect, test } from "vitest";
import * as z from "zod";
import type { Intake, OutgoingMessage, SendOutcome } from "../../src/events/intake.ts";
import type { FeederHandler } from "../../src/feeder/define-feeder.ts";
import { defineFeeder } from "../../src/feeder/index.ts";
import { FEEDER_PORTS, type FeederContext } from "../../src/feeder/ports.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const scenes = defineFeeder({
  name: "scenes",
  parameters: z.object({ count: z.int() }),
  async *run({ parameters }) {
    for (let number = 1; number <= parameters.count; number++) {
      yield {
        type: "FeatureCollection",
        features: [{ id: `scene-${number}` }],
        process: [{ workflow: "publish-only" }],
      };
    }
  },
});

function feed(handler: FeederHandler, event: unknown, intake: Intake) {
  const context: FeederContext = { [FEEDER_PORTS]: { intake, clock: makeVirtualClock() } };
  return handler(event, context as Parameters<FeederHandler>[1]);
}

/** Refuses what `fails` says of a payload's ID, the first time it is sent. */
function makeIntake(fails: (payloadId: string) => Partial<SendOutcome> | undefined = () => undefined) {
  const sent: string[] = [];
  const calls: number[] = [];
  const refused = new Set<string>();
  const intake: Intake = {
    async send(messages) {
      calls.push(messages.length);
      return messages.map((message) => outcomeOf(message));
    },
  };
  function outcomeOf({ id, body }: OutgoingMessage): SendOutcome {
    const payloadId: string = JSON.parse(body).id;
    const failure = refused.has(payloadId) ? undefined : fails(payloadId);
    refused.add(payloadId);
    if (failure === undefined) sent.push(payloadId);
    return { id, outcome: "sent", ...failure } as SendOutcome; // a test's failure has all that one needs
  }
  return { intake, sent, calls };
}

test("every payload that a feeder finds is sent once, ten a call", async () => {
  const { intake, sent, calls } = makeIntake();
  expect(await feed(scenes, { count: 23 }, intake)).toEqual({ found: 23 });
  expect(calls).toEqual([10, 10, 3]);
  expect(new Set(sent).size).toBe(23);
  expect(sent[0]).toBe("none/workflow-publish-only/scene-1");
});

test("only the message that was throttled is sent again", async () => {
  const { intake, sent, calls } = makeIntake((id) =>
    id.endsWith("scene-2") ? { outcome: "failed", message: "throttled", transient: true } : undefined,
  );
  await feed(scenes, { count: 3 }, intake);
  expect(calls).toEqual([3, 1]);
  expect(sent).toHaveLength(3);
});

test("a message that is refused for good ends the feeder with its reason", async () => {
  const { intake } = makeIntake(() => ({ outcome: "failed", message: "too large", transient: false }));
  await expect(feed(scenes, { count: 1 }, intake)).rejects.toThrow(/scene-1 was refused: too large/);
});

test("wrong parameters are named with their path", async () => {
  const { intake } = makeIntake();
  await expect(feed(scenes, { count: "many" }, intake)).rejects.toMatchObject({
    name: "InvalidInput",
    message: expect.stringContaining('$.count: found "many", expected a number'),
  });
});

test("a feeder that makes something else than a payload is told so", async () => {
  const { intake } = makeIntake();
  const wrong = defineFeeder({
    name: "wrong",
    parameters: z.object({}),
    async *run() {
      yield { type: "FeatureCollection", features: [] };
    },
  });
  await expect(feed(wrong, {}, intake)).rejects.toThrow(/feeder wrong made no valid payload: \$\.process/);
});
