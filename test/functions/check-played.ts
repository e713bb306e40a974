/** What must hold once calm has returned, whatever was played. */
import { expect } from "vitest";
import { isJsonObject, type Json } from "../../src/json.ts";
import { nextPayloads } from "../../src/payload/chain.ts";
import { parsePayload } from "../../src/payload/payload.ts";
import type { PayloadRecord, Transition } from "../../src/state/state-store.ts";
import { TRANSITIONS } from "../../src/state/states.ts";
import type { Played } from "./play.ts";

export async function checkPlayed(played: Played): Promise<void> {
  const { world } = played;
  expect(world.stepFunctions.overlaps, "payloads with two executions at once").toEqual([]);
  const names = world.stepFunctions.starts.map(({ name }) => name);
  expect(new Set(names).size, "executions started").toBe(names.length);

  const records = (await world.ports.state.list({ limit: 1000 })).items;
  for (const record of records) {
    if (record.state !== "WAITING") await checkEnd(record, played);
    const history = await world.history(record.payloadId);
    for (const { from, to } of history) {
      const legal = Object.values(TRANSITIONS[from]).some((states) => states.includes(to));
      expect(legal, `${from} to ${to}`).toBe(true);
    }
    for (const transition of history.filter(({ to }) => to === "SUCCEEDED"))
      await checkEffects(transition, record, played);
  }
  await checkMessages(played);
}

async function checkEnd({ payloadId, workflow, execution: name, state, lastError }: PayloadRecord, { world }: Played) {
  const execution = await world.ports.executions.describe({ workflow, name });
  if (!execution) {
    expect(["NeverStarted", "UnknownWorkflow", "AwaitTimeout"], payloadId).toContain(lastError?.error);
    expect(state, payloadId).toBe("FAILED");
  } else {
    const failed = execution.error === "InvalidInput" ? "INVALID" : "FAILED";
    const states = { SUCCEEDED: "SUCCEEDED", FAILED: failed, TIMED_OUT: "FAILED", ABORTED: "ABORTED" };
    expect(state, payloadId).toBe(states[execution.status as keyof typeof states]);
  }
  const type = execution?.status === "TIMED_OUT" ? "TIMED_OUT" : state;
  expect(await world.events()).toContain(`${type} ${payloadId}`);
}

/** Whatever came after it, an execution that succeeded had its items announced and its chain go on. */
async function checkEffects({ execution }: Transition, { payloadId, lineage }: PayloadRecord, played: Played) {
  const { world, sent } = played;
  const parsed = parsePayload(await world.read(world.ports.payloads.urls.output(payloadId, execution)));
  if (!("payload" in parsed)) throw new Error(`the output of ${payloadId} is no payload`);
  const published = (await world.published()).map(({ id }) => id);
  const items = parsed.payload.features.map((_, index) => `${execution}/item/${index}`);
  expect(published).toEqual(expect.arrayContaining(items));
  for (const next of nextPayloads({ output: parsed.payload, lineage, payloadId, execution })) {
    if (next.outcome === "chained") expect(sent).toContain(next.effect);
    if (next.outcome === "empty") expect(await world.events()).toContain(`CHAIN_ENDED ${payloadId}`);
    if (next.outcome !== "rejected") continue;
    const { items: rejections } = await world.ports.rejections.list({});
    expect(rejections).toContainEqual(expect.objectContaining({ code: next.code, payloadId: next.payloadId }));
  }
}

/** No wish is lost, and none is granted twice. */
async function checkMessages({ world, claims, outcomes, sent }: Played): Promise<void> {
  const started = new Set(world.stepFunctions.starts.map(({ name }) => name));
  const dead = (await world.queue.deadLetters.list({ limit: 1000 })).items.map(({ body }) => wishOf(body));
  for (const message of new Set(sent)) {
    const runs = claims.filter((claim) => claim.message === message && started.has(claim.execution));
    expect(runs.length, `executions for message ${message}`).toBeLessThanOrEqual(1);
    const answered = outcomes.some((one) => one.message === message && one.outcome !== "retry");
    expect(answered || dead.includes(message), `message ${message} answered or dead`).toBe(true);
  }
  for (const { rejectionId } of outcomes.filter((one) => one.outcome === "rejected")) {
    expect(await world.ports.rejections.get(rejectionId)).toBeDefined();
  }
}

/** The effect that sent the message, else its ID. */
function wishOf(body: string): Json | undefined {
  const envelope = JSON.parse(body) as { readonly MessageId: string; readonly Message: string };
  const payload = JSON.parse(envelope.Message) as Json;
  const link = isJsonObject(payload) ? payload["cirrus:chain"] : undefined;
  return isJsonObject(link) ? link.effect : envelope.MessageId;
}
