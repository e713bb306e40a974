/** What every durable queue of messages must do. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Queue } from "../../src/embedded/messages/queue.ts";
import { makeVirtualClock, type VirtualClock } from "../virtual-clock.ts";

export interface QueueUnderTest {
  readonly queue: Queue;
  close(): Promise<void> | void;
}

/** The queue must hide messages for 1,000 ms and bury them after three receives. */
export function describeQueue(
  name: string,
  makeQueue: (clock: VirtualClock) => Promise<QueueUnderTest> | QueueUnderTest,
): void {
  let clock: VirtualClock;
  let under: QueueUnderTest;
  let queue: Queue;
  beforeEach(async () => {
    clock = makeVirtualClock();
    under = await makeQueue(clock);
    queue = under.queue;
  });
  afterEach(() => under.close());

  const send = (...ids: string[]) => queue.send(ids.map((id) => ({ id, body: `body of ${id}` })));
  const receive = async (max = 10) => queue.receive({ max });
  async function receiveOne() {
    const [message] = await receive(1);
    if (message === undefined) throw new Error("no message");
    return message;
  }

  describe(`${name} as a queue`, () => {
    test("messages come in the order in which they were sent, each once", async () => {
      expect(await send("a", "b", "c")).toEqual(["sent", "sent", "sent"]);
      const first = await receive(2);
      expect(first.map(({ id, body, receiveCount }) => [id, body, receiveCount])).toEqual([
        ["a", "body of a", 1],
        ["b", "body of b", 1],
      ]);
      expect((await receive()).map(({ id }) => id)).toEqual(["c"]);
      expect(await receive()).toEqual([]);
    });

    test("an acknowledged message is gone", async () => {
      await send("a");
      const { receipt } = await receiveOne();
      expect(await queue.ack([receipt])).toEqual([{ receipt, outcome: "done" }]);
      clock.advance(100_000);
      expect(await receive()).toEqual([]);
      expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0, dead: 0, oldestAt: undefined });
    });

    test("a message that nobody acknowledges comes back, with a new receipt", async () => {
      await send("a");
      const first = await receiveOne();
      clock.advance(999);
      expect(await receive()).toEqual([]);
      clock.advance(1);
      const second = await receiveOne();
      expect(second).toMatchObject({ id: "a", messageId: first.messageId, receiveCount: 2, sentAt: first.sentAt });
      expect(second.receipt).not.toBe(first.receipt);
    });

    test("an old receipt changes nothing and says so", async () => {
      await send("a");
      const old = await receiveOne();
      clock.advance(1000);
      const current = await receiveOne();
      const lost = [{ receipt: old.receipt, outcome: "lost" }];
      expect(await queue.ack([old.receipt])).toEqual(lost);
      expect(await queue.release([old.receipt])).toEqual(lost);
      expect(await queue.extend([old.receipt], 50_000)).toEqual(lost);
      clock.advance(1000);
      expect((await receiveOne()).receiveCount).toBe(3);
      expect(await queue.ack([current.receipt, "nonsense", ""])).toEqual(
        [current.receipt, "nonsense", ""].map((receipt) => ({ receipt, outcome: "lost" })),
      );
    });

    test("a receipt holds after its time as long as nobody else has received the message", async () => {
      await send("a");
      const { receipt } = await receiveOne();
      clock.advance(5000);
      expect(await queue.ack([receipt])).toEqual([{ receipt, outcome: "done" }]);
      expect(await receive()).toEqual([]);
    });

    test("a message given back is no longer in the hands of its receiver", async () => {
      await send("a");
      const { receipt } = await receiveOne();
      await queue.release([receipt]);
      expect(await queue.ack([receipt])).toEqual([{ receipt, outcome: "lost" }]);
      expect((await receiveOne()).receiveCount).toBe(2);
    });

    test("a message given back with a delay comes after it", async () => {
      await send("a");
      const { receipt } = await receiveOne();
      await queue.release([receipt], { delayMs: 300, reason: "throttled" });
      expect(await queue.depth()).toMatchObject({ visible: 0, inFlight: 0, delayed: 1 });
      expect(queue.nextVisibleAt()).toBe(clock.now() + 300);
      clock.advance(299);
      expect(await receive()).toEqual([]);
      clock.advance(1);
      expect(await receive()).toHaveLength(1);
    });

    test("a message stays hidden for as long as its receiver asks", async () => {
      await send("a");
      const { receipt } = await receiveOne();
      await queue.extend([receipt], 5000);
      clock.advance(4999);
      expect(await receive()).toEqual([]);
      expect(await queue.ack([receipt])).toEqual([{ receipt, outcome: "done" }]);
    });

    test("a message with an ID that waits, or came within five minutes, is dropped", async () => {
      expect(await send("a", "a")).toEqual(["sent", "duplicate"]);
      const { receipt } = await receiveOne();
      await queue.ack([receipt]);
      clock.advance(299_999);
      expect(await send("a")).toEqual(["duplicate"]);
      clock.advance(1);
      expect(await send("a")).toEqual(["sent"]);
      clock.advance(10_000_000);
      expect(await send("a")).toEqual(["duplicate"]);
      expect(await queue.depth()).toMatchObject({ visible: 1 });
    });

    test("a message that was received too often is dead, with the last reason", async () => {
      await send("poison", "silent");
      for (let i = 1; i <= 3; i += 1) {
        const messages = await receive();
        const poison = messages.find(({ id }) => id === "poison");
        expect(poison?.receiveCount).toBe(i);
        await queue.release([poison?.receipt ?? ""], { reason: `failure ${i}` });
        clock.advance(1000);
      }
      expect(await receive()).toEqual([]);
      expect(await queue.depth()).toMatchObject({ visible: 0, dead: 2 });
      const { items } = await queue.deadLetters.list({});
      expect(items.map(({ id, reason, receiveCount, body }) => [id, reason, receiveCount, body])).toEqual([
        ["poison", "failure 3", 3, "body of poison"],
        ["silent", "The receiver never acknowledged the message.", 3, "body of silent"],
      ]);
    });

    async function bury(...ids: string[]) {
      await send(...ids);
      for (let i = 1; i <= 3; i += 1) {
        const messages = await receive();
        await queue.release(messages.map(({ receipt }) => receipt));
      }
      return (await queue.deadLetters.list({})).items.map(({ messageId }) => messageId);
    }

    test("dead letters go back into the queue, counted from the beginning", async () => {
      const [first = "", second = ""] = await bury("a", "b");
      expect(await queue.deadLetters.redrive([second, "unknown"])).toBe(1);
      expect(await receive()).toMatchObject([{ id: "b", messageId: second, receiveCount: 1 }]);
      expect(await queue.deadLetters.get(second)).toBeUndefined();
      expect(await queue.deadLetters.get(first)).toMatchObject({ id: "a" });
    });

    test("a dead letter stays where a message with its ID waits again", async () => {
      const [dead = ""] = await bury("a");
      clock.advance(300_000);
      expect(await send("a")).toEqual(["sent"]);
      expect(await queue.deadLetters.redrive([dead])).toBe(0);
      expect(await queue.deadLetters.get(dead)).toBeDefined();
    });

    test("dead letters are listed in pages and can be removed", async () => {
      const all = await bury("a", "b", "c");
      const page = await queue.deadLetters.list({ limit: 2 });
      const rest = await queue.deadLetters.list({ limit: 2, cursor: page.next ?? "" });
      expect([...page.items, ...rest.items].map(({ messageId }) => messageId)).toEqual(all);
      expect(rest.next).toBeUndefined();
      expect(await queue.deadLetters.remove(all.slice(0, 2))).toBe(2);
      expect(await queue.depth()).toMatchObject({ dead: 1 });
    });

    test("the depth says what can be received, what is in hands, and how old the oldest is", async () => {
      const sentAt = clock.now();
      await send("a", "b", "c");
      clock.advance(10);
      const [a] = await receive(2);
      await queue.release([a?.receipt ?? ""], { delayMs: 500 });
      expect(await queue.depth()).toEqual({ visible: 1, inFlight: 1, delayed: 1, dead: 0, oldestAt: sentAt });
    });

    test("whoever listens is told when messages can be received", async () => {
      let told = 0;
      const stop = queue.onSend(() => {
        told += 1;
      });
      await send("a");
      expect(told).toBe(1);
      await send("a");
      expect(told).toBe(1);
      const { receipt } = await receiveOne();
      await queue.release([receipt]);
      expect(told).toBe(2);
      stop();
      await send("b");
      expect(told).toBe(2);
    });

    test("whatever receivers do, no message is lost, and each is held by one receiver at a time", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 80 }), async (actions) => {
          const fresh = await makeQueue(clock);
          const held = new Map<string, { id: string; until: number }>();
          const sent = new Set<string>();
          const acked = new Set<string>();
          for (const [i, { verb, ms, pick }] of actions.entries()) {
            const [receipt = "none", holding] = [...held][pick % Math.max(1, held.size)] ?? [];
            if (verb === "send") {
              await fresh.queue.send([{ id: `m-${i}`, body: "" }]);
              sent.add(`m-${i}`);
            } else if (verb === "receive") {
              for (const message of await fresh.queue.receive({ max: 2 })) {
                for (const [older, { id, until }] of held) {
                  if (id !== message.id) continue;
                  expect(until).toBeLessThanOrEqual(clock.now());
                  held.delete(older);
                }
                expect(acked).not.toContain(message.id);
                held.set(message.receipt, { id: message.id, until: clock.now() + 1000 });
              }
            } else if (verb === "wait") {
              clock.advance(ms);
            } else {
              const [outcome] = await (verb === "ack" ? fresh.queue.ack([receipt]) : fresh.queue.release([receipt]));
              // The last release of a message buries it, and so does a receive after its last time ran out.
              if (holding === undefined) expect(outcome?.outcome).toBe("lost");
              else if (outcome?.outcome === "lost") expect(await isDead(fresh, holding.id)).toBe(true);
              else if (verb === "ack") acked.add(holding.id);
              held.delete(receipt);
            }
          }
          const { visible, inFlight, delayed, dead } = await fresh.queue.depth();
          expect(visible + inFlight + delayed + dead).toBe(sent.size - acked.size);
          await fresh.close();
        }),
        { numRuns: 100 },
      );
    });
  });
}

async function isDead({ queue }: QueueUnderTest, id: string): Promise<boolean> {
  const { items } = await queue.deadLetters.list({ limit: 1000 });
  return items.some((letter) => letter.id === id);
}

const action = fc.record({
  verb: fc.constantFrom("send", "send", "receive", "receive", "ack", "release", "wait"),
  ms: fc.constantFrom(1, 400, 1000),
  pick: fc.nat(20),
});
