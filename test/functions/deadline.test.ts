/** The end of a function's time: what hangs is left, what was done is told, and nothing is begun behind it. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CirrusError } from "../../src/errors.ts";
import { GRACE_MS } from "../../src/functions/deadline.ts";
import type { FunctionPorts } from "../../src/functions/ports.ts";
import { processRecords } from "../../src/functions/process/process.ts";
import { updateState } from "../../src/functions/update-state/update-state.ts";
import { INLINE_LIMIT } from "../../src/payload/oversize.ts";
import { makeWorld, payloadOf, recordsOf, type World } from "./world.ts";

let world: World;
let deadline: AbortController;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  world = makeWorld();
  deadline = new AbortController();
});
afterEach(async () => {
  vi.useRealTimers();
  await world.close();
});

/** A call that is never answered, and when it is made. */
function hanging() {
  const { promise: made, resolve } = Promise.withResolvers<void>();
  const call = (): Promise<never> => {
    resolve();
    return new Promise(() => {});
  };
  return { call, made };
}

function messages(...names: string[]) {
  return recordsOf(names.map((name) => ({ messageId: name, body: JSON.stringify(payloadOf("cog", [name])) })));
}

/** Resolves with what the work comes to when its time, and the grace after it, are over while a call hangs. */
async function timeOver<T>(work: Promise<T>, hangs: Promise<void>): Promise<T> {
  await hangs;
  deadline.abort();
  await vi.advanceTimersByTimeAsync(GRACE_MS);
  return work;
}

test("topics that hang do not keep process from saying what it started", async () => {
  const { call: publish, made } = hanging();
  const ports: FunctionPorts = { ...world.ports, announcements: { publish } };
  const outcomes = await timeOver(processRecords(messages("a", "b"), ports, deadline.signal), made);
  expect(outcomes).toMatchObject([{ outcome: "started" }, { outcome: "started" }]);
});

test("a rejection that cannot be stored holds back nobody, and its own message comes again", async () => {
  const { call: record } = hanging();
  const { call: publish, made } = hanging();
  const { rejections } = world.ports;
  const ports: FunctionPorts = { ...world.ports, rejections: { ...rejections, record }, announcements: { publish } };
  const records = [...messages("a"), ...recordsOf([{ messageId: "bad", body: "no JSON" }])];
  const outcomes = await timeOver(processRecords(records, ports, deadline.signal), made);
  expect(outcomes).toMatchObject([{ message: "bad", outcome: "retry" }, { outcome: "started" }]);
});

test("a store that hangs at the mark has the ends come again, and they are recorded once", async () => {
  await world.process([payloadOf("cog", ["a"])]);
  const records = [{ messageId: "one", body: world.end(payloadOf("cog", ["a"]), "s2/workflow-cog/a") }];
  const { call: effectsDone, made } = hanging();
  const ports: FunctionPorts = { ...world.ports, state: { ...world.ports.state, effectsDone } };
  const outcomes = await timeOver(updateState(records, ports, deadline.signal), made);
  expect(outcomes).toMatchObject([{ messageId: "one", payloadId: "s2/workflow-cog/a", outcome: "retry" }]);
  expect(await updateState(records, world.ports)).toMatchObject([{ outcome: "updated", state: "SUCCEEDED" }]);
  expect(await world.history("s2/workflow-cog/a")).toHaveLength(3);
});

test("an execution is not started behind the deadline, by whoever is thawed later", async () => {
  const { objects } = world.ports;
  const { promise: frozen, resolve: thaw } = Promise.withResolvers<void>();
  const { promise: thawed, resolve: hasGoneOn } = Promise.withResolvers<void>();
  const put: typeof objects.put = async (...values) => {
    deadline.abort();
    await frozen;
    const stored = await objects.put(...values);
    setImmediate(hasGoneOn);
    return stored;
  };
  // Too large to travel inline: its object comes first.
  const large = payloadOf("cog", ["a"], { note: "x".repeat(INLINE_LIMIT) });
  const records = recordsOf([{ messageId: "a", body: JSON.stringify(large) }]);
  const ports = { ...world.ports, objects: { ...objects, put } };
  expect(await processRecords(records, ports, deadline.signal)).toMatchObject([{ outcome: "retry" }]);
  thaw();
  await thawed;
  expect(world.stepFunctions.starts).toEqual([]);
  expect(await processRecords(records, world.ports)).toMatchObject([{ outcome: "started" }]);
});

test("whoever could not start an execution does not end the payload of somebody who could", async () => {
  const { executions } = world.ports;
  const start: typeof executions.start = async (request) => {
    // While this one is told that there is no such workflow, it is deployed, and the message comes again.
    expect(await processRecords(messages("a"), world.ports)).toMatchObject([{ outcome: "started" }]);
    return { outcome: "no-such-workflow", message: `no ${request.workflow}` };
  };
  const outcomes = await processRecords(messages("a"), { ...world.ports, executions: { ...executions, start } });
  expect(outcomes).toMatchObject([{ outcome: "retry" }]);
  expect(await world.record("s2/workflow-cog/a")).toMatchObject({ state: "PROCESSING" });
});

test("a payload that the store never takes sends no neighbour to the dead letters with it", async () => {
  const { state } = world.ports;
  const claim: typeof state.claim = async (requests) => {
    if (requests.some(({ payloadId }) => payloadId.endsWith("/bad"))) throw new CirrusError("item size");
    return state.claim(requests);
  };
  const outcomes = await processRecords(messages("a", "bad", "c"), { ...world.ports, state: { ...state, claim } });
  expect(new Map(outcomes.map(({ message, outcome }) => [message, outcome]))).toEqual(
    new Map([
      ["a", "started"],
      ["bad", "retry"],
      ["c", "started"],
    ]),
  );
});

test("an end that the store never takes fails alone", async () => {
  await world.process([payloadOf("cog", ["a"]), payloadOf("cog", ["bad"])]);
  const { state } = world.ports;
  const finish: typeof state.finish = async (requests) => {
    if (requests.some(({ payloadId }) => payloadId.endsWith("/bad"))) throw new CirrusError("item size");
    return state.finish(requests);
  };
  const records = ["a", "bad"].map((name) => ({
    messageId: name,
    body: world.end(payloadOf("cog", [name]), `s2/workflow-cog/${name}`),
  }));
  expect(await updateState(records, { ...world.ports, state: { ...state, finish } })).toMatchObject([
    { messageId: "a", outcome: "updated" },
    { messageId: "bad", outcome: "retry" },
  ]);
});
