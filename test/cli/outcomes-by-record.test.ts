import { expect, test } from "vitest";
import { outcomesByRecord } from "../../src/cli/payload/outcomes-by-record.ts";
import type { PayloadRecord, StateStore } from "../../src/state/state-store.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const ID = "demo/workflow-stamp/scene";

function setUp(record?: Partial<PayloadRecord>) {
  const clock = makeVirtualClock();
  const known = { current: record };
  const state: Pick<StateStore, "get"> = {
    get: async (ids) => ids.map((id) => (id === ID ? (known.current as PayloadRecord | undefined) : undefined)),
  };
  // Only `get` is asked.
  const ports = { state: state as StateStore, clock };
  return { clock, known, outcomes: outcomesByRecord(new Map([["m-1", ID]]), ports) };
}

const record = (state: PayloadRecord["state"], messages: readonly string[]): Partial<PayloadRecord> => ({
  state,
  messages,
  updated: "2030-01-01T00:00:00.000Z",
  execution: "run-1",
});

test("a message is waited for until the payload's record names it", async () => {
  const { outcomes, known } = setUp();
  expect(await outcomes.get("m-1")).toBeUndefined();
  known.current = record("PROCESSING", ["m-0"]);
  expect(await outcomes.get("m-1")).toBeUndefined();
  known.current = record("PROCESSING", ["m-1", "m-0"]);
  expect(await outcomes.get("m-1")).toMatchObject({ outcome: "started", payloadId: ID, execution: "run-1" });
});

test("a payload that has ended and is not run again by the message was skipped, but only after a while", async () => {
  const { outcomes, clock } = setUp(record("SUCCEEDED", ["m-0"]));
  expect(await outcomes.get("m-1")).toBeUndefined();
  clock.advance(60_000);
  expect(await outcomes.get("m-1")).toMatchObject({ outcome: "skipped", reason: expect.stringMatching(/^SUCCEEDED/) });
});

test("a chained payload is known by its effect; what is no payload is not waited for", async () => {
  const { outcomes } = setUp(record("SUCCEEDED", ["run-0/chain/0"]));
  expect(await outcomes.get("run-0/chain/0", ID)).toMatchObject({ outcome: "started", payloadId: ID });
  expect(await outcomes.get("unknown")).toMatchObject({ outcome: "skipped", reason: "it is no payload" });
});
