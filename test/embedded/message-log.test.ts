import { expect, test } from "vitest";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { type MessageOutcome, makeMessageLog } from "../../src/embedded/messages/message-log.ts";

const outcome = (name: MessageOutcome["outcome"], reason: string): MessageOutcome => ({
  message: "m1",
  outcome: name,
  at: "2030-01-01T00:00:00.000Z",
  reason,
});

test("the first outcome of a message stays: a repeat of it is no news", async () => {
  const log = makeMessageLog(openDatabase(":memory:"));
  await log.record([outcome("started", "first"), outcome("skipped", "it came twice")]);
  await log.record([outcome("skipped", "it came again")]);
  expect(await log.get("m1")).toMatchObject({ outcome: "started", reason: "first" });
});

test("a message that was given up and redriven has the outcome of what came then", async () => {
  const log = makeMessageLog(openDatabase(":memory:"));
  await log.record([outcome("given-up", "the disk is full")]);
  expect(await log.get("m1")).toMatchObject({ outcome: "given-up" });
  await log.record([outcome("started", "redriven")]);
  expect(await log.get("m1")).toMatchObject({ outcome: "started", reason: "redriven" });
});

test("what is not known has no outcome", async () => {
  expect(await makeMessageLog(openDatabase(":memory:")).get("lost")).toBeUndefined();
});

test("the outcomes of a payload's messages come newest first, and no more than are asked for", async () => {
  const log = makeMessageLog(openDatabase(":memory:"));
  const payloadId = "c/workflow-w/1";
  const ofMinute = (minute: number, id: string): MessageOutcome => {
    return {
      ...outcome("skipped", `${minute}`),
      message: `m${minute}`,
      at: `2030-01-01T00:0${minute}:00.000Z`,
      payloadId: id,
    };
  };
  await log.record([ofMinute(2, payloadId), ofMinute(1, payloadId), ofMinute(3, payloadId), ofMinute(4, "another")]);
  expect((await log.ofPayload(payloadId, 2)).map(({ reason }) => reason)).toEqual(["3", "2"]);
  expect(await log.ofPayload(payloadId, 100)).toHaveLength(3);
  expect(await log.ofPayload("c/workflow-w/none", 100)).toEqual([]);
});
