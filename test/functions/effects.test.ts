/** What follows an end: announcements, items, chained payloads; done again after any failure, under the same IDs. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Announcement } from "../../src/events/announcements.ts";
import type { OutgoingMessage, SendOutcome } from "../../src/events/intake.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { INLINE_LIMIT } from "../../src/payload/oversize.ts";
import { always, once } from "./faults.ts";
import { makeWorld, payloadOf, type World } from "./world.ts";

let world: World;
/** Every message handed to the intake, repeats included. */
let sent: OutgoingMessage[];
/** The answers of the intake and of the topics, where a test gives its own. */
let answerSend: (message: OutgoingMessage) => SendOutcome | undefined;
let answerPublish: (announcement: Announcement) => SendOutcome | undefined;

/** Hands on what the test does not answer itself. */
async function answered<T extends { readonly id: string }>(
  all: readonly T[],
  answer: (one: T) => SendOutcome | undefined,
  handOn: (rest: readonly T[]) => Promise<readonly SendOutcome[]>,
): Promise<readonly SendOutcome[]> {
  const answers = all.map(answer);
  const others = [...(await handOn(all.filter((_, index) => answers[index] === undefined)))];
  return answers.map((one) => one ?? others.shift() ?? { id: "", outcome: "failed", message: "", transient: true });
}

function makeAnsweringWorld(): World {
  sent = [];
  answerSend = () => undefined;
  answerPublish = () => undefined;
  return makeWorld({
    change: ({ intake, announcements }) => ({
      intake: {
        send(messages) {
          sent.push(...messages);
          return answered(messages, answerSend, (rest) => intake.send(rest));
        },
      },
      announcements: { publish: (all) => answered(all, answerPublish, (rest) => announcements.publish(rest)) },
    }),
  });
}

beforeEach(() => {
  world = makeAnsweringWorld();
});
afterEach(() => world.close());

const ID = "s2/workflow-cog/a/b";

/** Runs a payload of the items a and b through its first workflow; resolves with the event of its end. */
async function succeed(process: readonly Json[], more: JsonObject = {}): Promise<string> {
  const payload = payloadOf(process, ["a", "b"], more);
  await world.process([payloadOf([process[0] ?? null], ["a", "b"])]);
  return world.end({ ...payload, id: ID });
}

const chain = [{ workflow: "cog" }, { workflow: "mosaic" }, { workflow: "publish" }];

describe("a chain", () => {
  test("goes through every link, each payload knowing where it comes from", async () => {
    await world.process([payloadOf(chain)]);
    const ids = ["cog", "mosaic", "publish"].map((workflow) => `s2/workflow-${workflow}/a`);
    for (const id of ids) {
      const [execution] = world.stepFunctions.running();
      await world.update([world.end(JSON.parse(execution?.input ?? ""), id)]);
      await world.deliver();
    }
    for (const [depth, id] of ids.entries()) {
      expect(await world.record(id)).toMatchObject({
        state: "SUCCEEDED",
        lineage: { depth, ancestors: ids.slice(0, depth) },
      });
    }
    expect(sent.map(({ id }) => id.replace(/^.*?\//, ""))).toEqual(["chain/0", "chain/0"]);
  });

  test("goes to every workflow of an element, each with the items its filter lets through", async () => {
    const fan = [{ workflow: "mosaic", chain_filter: "@.id == 'a'" }, { workflow: "publish" }];
    await world.update([await succeed([{ workflow: "cog" }, fan])]);
    expect(await world.deliver()).toMatchObject([
      { outcome: "started", payloadId: "s2/workflow-mosaic/a" },
      { outcome: "started", payloadId: "s2/workflow-publish/a/b" },
    ]);
  });

  test("ends, and says so, where a filter lets nothing through", async () => {
    await world.update([await succeed([{ workflow: "cog" }, { workflow: "mosaic", chain_filter: "@.id == 'z'" }])]);
    expect(sent).toEqual([]);
    expect((await world.events()).at(-1)).toBe(`CHAIN_ENDED ${ID}`);
    expect((await world.ports.rejections.list({})).items).toEqual([]);
  });

  test("goes on from items that the tasks have put into the output, and with a process that they have changed", async () => {
    await world.process([payloadOf("cog", ["a", "b"])]);
    await world.update([world.end({ ...payloadOf([{ workflow: "cog" }, { workflow: "publish" }], ["new"]), id: ID })]);
    expect(await world.deliver()).toMatchObject([{ payloadId: "s2/workflow-publish/new" }]);
  });

  test("that would come back to where it has been is rejected where people see it, and its parent has SUCCEEDED", async () => {
    await world.update([await succeed([{ workflow: "cog" }, { workflow: "cog" }])]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", effectsPending: false });
    expect((await world.events()).at(-1)).toBe(`CHAIN_REJECTED ${ID}`);
    expect((await world.ports.rejections.list({})).items).toMatchObject([{ code: "chain-loop", payloadId: ID }]);
  });

  test("of more than 32 links is taken for a loop", async () => {
    const links = Array.from({ length: 40 }, (_, index) => ({
      workflow: index % 2 ? "mosaic" : "cog",
      collections: `c${index}`,
    }));
    await world.process([payloadOf(links)]);
    for (let link = 0; link < 40 && world.stepFunctions.running().length > 0; link++) {
      const [execution] = world.stepFunctions.running();
      await world.update([world.end(JSON.parse(execution?.input ?? ""))]);
      await world.deliver();
    }
    expect(world.stepFunctions.starts).toHaveLength(33);
    expect((await world.ports.rejections.list({})).items).toMatchObject([{ code: "chain-too-deep" }]);
  });

  test("whose first workflow returned no payload is not lost in silence", async () => {
    await world.process([payloadOf(chain)]);
    await world.update([world.end({ done: true })]);
    expect(await world.record("s2/workflow-cog/a")).toMatchObject({ state: "SUCCEEDED" });
    expect((await world.ports.rejections.list({})).items).toMatchObject([
      { code: "output-not-a-payload", payloadId: "s2/workflow-cog/a", raw: '{"done":true}' },
    ]);
  });

  test("that a task has written wrongly is not lost in silence either", async () => {
    const broken = await succeed([{ workflow: "cog" }, { workflow: "mosaic", chain_filter: "@.id ==" }]);
    await world.update([broken]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", effectsPending: false });
    expect((await world.ports.rejections.list({})).items).toMatchObject([
      { code: "output-not-a-payload", reason: expect.stringContaining("chain_filter") },
    ]);
  });

  test("that does not go on needs no payload for an output", async () => {
    await world.process([payloadOf("cog")]);
    await world.update([world.end({ done: true })]);
    expect((await world.ports.rejections.list({})).items).toEqual([]);
  });

  test("with `replace` runs a next payload again that had SUCCEEDED; without, it is skipped", async () => {
    for (const [attempt, replace] of [
      [1, false],
      [1, false],
      [2, true],
    ] as const) {
      await world.process([
        payloadOf([
          { workflow: "cog", replace: true },
          { workflow: "mosaic", replace },
        ]),
      ]);
      const [execution] = world.stepFunctions.running();
      await world.update([world.end(JSON.parse(execution?.input ?? ""))]);
      await world.deliver();
      const [child] = world.stepFunctions.running();
      if (child) await world.update([world.end(JSON.parse(child.input))]);
      expect(await world.record("s2/workflow-mosaic/a")).toMatchObject({ state: "SUCCEEDED", attempt });
    }
  });
});

describe("a chained payload that is too large for a message", () => {
  test("travels by url, is stored once however often it is sent, and runs", async () => {
    const change = await succeed([{ workflow: "cog" }, { workflow: "mosaic" }], { note: "x".repeat(INLINE_LIMIT) });
    await world.update([change], once("intake.send", "fail-after"));
    await world.update([change]);
    const bodies = new Set(sent.map(({ body }) => body));
    expect(bodies.size).toBe(1);
    const { url } = JSON.parse([...bodies][0] ?? "") as { url: string };
    expect(url).toMatch(/^s3:\/\/payloads\/cirrus\/tmp\/oversized\//);
    expect(await world.read(url)).toMatchObject({ "cirrus:chain": { depth: 1, ancestors: [ID] } });
    expect(await world.deliver()).toMatchObject([{ outcome: "started", payloadId: "s2/workflow-mosaic/a/b" }]);
    expect(world.stepFunctions.starts.at(-1)?.input).toMatch(/^\{"url":/);
  });
});

describe("effects that fail", () => {
  test.each(["announcements.publish", "intake.send", "state.effectsDone"])(
    "at %s, before or after it took effect, or with the process, are done again under the same IDs",
    async (call) => {
      for (const kind of ["fail-before", "fail-after", "crash-before", "crash-after"] as const) {
        const change = await succeed(chain);
        await world.update([change], (name) => (name === call ? { kind } : undefined));
        const record = await world.record(ID);
        expect(record?.state).toBe("SUCCEEDED");
        await world.update([change]);
        expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", effectsPending: false });
        expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
        expect(await world.deliver()).toMatchObject([{ outcome: "started" }]);
        expect((await world.published()).map(({ id }) => id)).toEqual(
          [0, 1].map((index) => `${record?.execution}/item/${index}`),
        );
        await world.close();
        world = makeAnsweringWorld();
      }
    },
  );

  test("are done by reconcile where the event never comes again", async () => {
    await world.update([await succeed(chain)], always("announcements.publish"));
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", effectsPending: true });
    expect(await world.reconcile()).toMatchObject([{ payloadId: ID, action: "effects" }]);
    expect(await world.published()).toHaveLength(2);
    expect(await world.deliver()).toMatchObject([{ outcome: "started" }]);
  });

  test("are done before the payload is claimed anew, which would forget them", async () => {
    await world.update([await succeed(chain)], once("announcements.publish", "crash-before"));
    const [first] = world.stepFunctions.starts;
    await world.process([payloadOf([{ workflow: "cog", replace: true }], ["a", "b"])]);
    expect(await world.record(ID)).toMatchObject({ state: "PROCESSING", attempt: 2 });
    expect((await world.published()).map(({ id }) => id)).toEqual([`${first?.name}/item/0`, `${first?.name}/item/1`]);
    expect(sent.map(({ id }) => id)).toEqual([`${first?.name}/chain/0`]);
  });

  test("for one payload hold back the claim of that one only", async () => {
    await world.update([await succeed(chain)], once("announcements.publish", "crash-before"));
    const again = payloadOf([{ workflow: "cog", replace: true }], ["a", "b"]);
    expect(await world.process([again, payloadOf("publish")], always("intake.send"))).toMatchObject([
      { outcome: "retry", reason: "intake cannot be reached" },
      { outcome: "started" },
    ]);
  });

  test("are tried again within the call where single announcements were throttled", async () => {
    let refusals = 2;
    answerPublish = ({ id, topic }) =>
      topic === "publish" && id.endsWith("/item/1") && refusals-- > 0
        ? { id, outcome: "failed", message: "throttled", transient: true }
        : undefined;
    await world.update([await succeed(chain)]);
    expect(await world.record(ID)).toMatchObject({ effectsPending: false });
  });

  test("stay pending where the throttle lasts", async () => {
    answerPublish = ({ id }) =>
      id.endsWith("/item/1") ? { id, outcome: "failed", message: "throttled", transient: true } : undefined;
    expect(await world.update([await succeed(chain)])).toMatchObject([
      { outcome: "retry", reason: "1 announcements not sent: throttled" },
    ]);
    expect(await world.record(ID)).toMatchObject({ state: "SUCCEEDED", effectsPending: true });
    answerPublish = () => undefined;
    await world.reconcile();
    expect(await world.record(ID)).toMatchObject({ effectsPending: false });
    expect(await world.published()).toHaveLength(2);
  });

  test("for ever, as with an item no topic takes, are recorded and hold up neither chain nor neighbours", async () => {
    answerPublish = ({ id }) =>
      id.endsWith("/item/0") ? { id, outcome: "failed", message: "too large", transient: false } : undefined;
    expect(await world.update([await succeed(chain)])).toMatchObject([{ outcome: "updated" }]);
    expect((await world.ports.rejections.list({})).items).toMatchObject([
      { code: "announcement-refused", payloadId: ID, reason: expect.stringContaining("too large") },
    ]);
    expect(await world.deliver()).toMatchObject([{ outcome: "started" }]);
  });

  test("to send one chained payload of several are not counted as done", async () => {
    let refusals = 1;
    answerSend = ({ id }) =>
      id.endsWith("/chain/1") && refusals-- > 0
        ? { id, outcome: "failed", message: "throttled", transient: true }
        : undefined;
    const change = await succeed([{ workflow: "cog" }, [{ workflow: "mosaic" }, { workflow: "publish" }]]);
    expect(await world.update([change])).toMatchObject([
      { outcome: "retry", reason: expect.stringContaining("throttled") },
    ]);
    refusals = 0;
    expect(await world.update([change])).toMatchObject([{ outcome: "updated" }]);
    const started = await world.deliver();
    expect(started).toMatchObject([{ outcome: "started" }, { outcome: "started" }]);
  });

  test("for ever, as with a chained payload no topic takes, are recorded", async () => {
    answerSend = ({ id }) => ({ id, outcome: "failed", message: "not authorized", transient: false });
    await world.update([await succeed(chain)]);
    expect((await world.ports.rejections.list({})).items).toMatchObject([{ code: "chain-refused", payloadId: ID }]);
    expect(await world.record(ID)).toMatchObject({ effectsPending: false });
  });
});

test("a failed execution has an event and nothing else", async () => {
  await world.process([payloadOf(chain)]);
  await world.update([world.end({ status: "FAILED", error: "Boom", cause: "no" })]);
  expect(sent).toEqual([]);
  expect(await world.published()).toEqual([]);
});
