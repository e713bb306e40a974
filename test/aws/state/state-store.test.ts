/** The StateStore on DynamoDB, through the real client, over a table that is behind HTTP and goes wrong when told to. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { makeDynamoCounters } from "../../../src/aws/state/counters.ts";
import { makeDynamoStateStore } from "../../../src/aws/state/state-store.ts";
import { type Clock, isoTime } from "../../../src/clock.ts";
import { InvalidInput, TransientError } from "../../../src/errors.ts";
import { tally } from "../../../src/functions/tally/tally.ts";
import { FIRST_LINK } from "../../../src/payload/lineage.ts";
import type { ClaimRequest, StateStore } from "../../../src/state/state-store.ts";
import { describeStateStore } from "../../contracts/state-store.ts";
import { type CallFault, type Faults, startTableServer, type TableServer } from "./table-server.ts";

const overHttp = (faults: Faults) => async (clock: Clock) => {
  const server = await startTableServer(faults);
  const { client } = server;
  const store = makeDynamoStateStore({ client, table: "state", clock });
  const counters = makeDynamoCounters({ client, table: "state", clock, random: Math.random });
  const catchUp = () => tally({ Records: server.stream, shardId: "shard-1" }, { counters });
  const counted: StateStore = {
    ...store,
    list: async (query) => {
      await catchUp();
      return store.list(query);
    },
    counts: async (filter) => {
      await catchUp();
      return store.counts(filter);
    },
    count: async (filter, most) => {
      await catchUp();
      return store.count(filter, most);
    },
    activity: async (query) => {
      await catchUp();
      return store.activity(query);
    },
  };
  return { store: counted, close: server.close };
};

describeStateStore("DynamoDB over HTTP", overHttp({ answeredKeys: () => 5 }));
describeStateStore("DynamoDB that refuses without a word of the record", overHttp({ bareRefusals: true }));

let server: TableServer | undefined;
afterEach(() => server?.close());

const AT = "2030-01-01T00:00:00.000Z";
const slept: number[] = [];
const clock: Clock = {
  now: () => Date.parse(AT),
  sleep: async (ms) => {
    slept.push(ms);
  },
};

async function open(faults: Faults = {}): Promise<{ store: StateStore; server: TableServer }> {
  const opened = await startTableServer(faults);
  server = opened;
  slept.length = 0;
  const store = makeDynamoStateStore({ client: opened.client, table: "state", clock, random: () => 0.5 });
  return { store, server: opened };
}

function ids(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `c/workflow-w/${i}`);
}

function claimOf(payloadId: string, more: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    payloadId,
    expected: "absent",
    execution: "run-1",
    attempt: 1,
    inputUrl: "s3://b/in.json",
    lineage: FIRST_LINK,
    message: "m-1",
    at: AT,
    actor: "process",
    reason: "a new payload",
    ...more,
  };
}

const startOf = (payloadId: string) => ({ payloadId, execution: "run-1", at: AT, actor: "process" });
const finishOf = (payloadId: string) =>
  ({ ...startOf(payloadId), state: "SUCCEEDED", outputs: ["u"], reason: "the end" }) as const;

describe("calls", () => {
  test("25 new payloads are claimed and marked as started with two calls", async () => {
    const { store, server } = await open();
    await store.claim(ids(25).map((id) => claimOf(id)));
    await store.started(ids(25).map(startOf));
    expect(server.calls).toEqual(["BatchExecuteStatement", "BatchExecuteStatement"]);
  });

  test("the end of a payload and the end of its effects are a call each", async () => {
    const { store, server } = await open();
    await store.claim([claimOf("c/workflow-w/1")]);
    server.calls.length = 0;
    await store.finish([finishOf("c/workflow-w/1")]);
    await store.effectsDone([{ payloadId: "c/workflow-w/1", expected: 2 }]);
    expect(server.calls).toEqual(["BatchExecuteStatement", "BatchExecuteStatement"]);
  });

  test("more than 25 requests are as many calls as they need, and have their outcomes in order", async () => {
    const { store, server } = await open();
    await store.claim([claimOf("c/workflow-w/30")]);
    server.calls.length = 0;
    const outcomes = await store.claim(ids(60).map((id) => claimOf(id)));
    expect(server.calls.filter((call) => call === "BatchExecuteStatement")).toHaveLength(3);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(ids(60).map((_, i) => (i === 30 ? "refused" : "written")));
  });

  test("keys that a read leaves unprocessed are read again", async () => {
    const { store, server } = await open({ answeredKeys: () => 2 });
    await store.claim(ids(5).map((id) => claimOf(id)));
    server.calls.length = 0;
    const found = await store.get([...ids(5), "c/workflow-w/none", "c/workflow-w/0", "x".repeat(3000), ""]);
    expect(found.map((record) => record?.payloadId)).toEqual([
      ...ids(5),
      undefined,
      "c/workflow-w/0",
      undefined,
      undefined,
    ]);
    expect(server.calls).toEqual(Array.from({ length: 3 }, () => "BatchGetItem"));
  });
});

describe("faults", () => {
  test("a write whose answer is lost is told as written when the client sends it again", async () => {
    const once = new Set(["BatchExecuteStatement"]);
    const { store } = await open({ call: (operation) => (once.delete(operation) ? "lost" : undefined) });
    const [claimed] = await store.claim([claimOf("c/workflow-w/1")]);
    expect(claimed).toMatchObject({ outcome: "written", record: { state: "CLAIMED", version: 1 } });
    once.add("BatchExecuteStatement");
    const [started] = await store.started([startOf("c/workflow-w/1")]);
    expect(started).toMatchObject({ outcome: "written", record: { state: "PROCESSING", version: 2 } });
    once.add("BatchExecuteStatement");
    await store.finish([finishOf("c/workflow-w/1")]);
    once.add("BatchExecuteStatement");
    await store.effectsDone([{ payloadId: "c/workflow-w/1", expected: 3 }]);
    const { items } = await store.history("c/workflow-w/1");
    expect(items.map(({ version, to }) => [version, to])).toEqual([
      [1, "CLAIMED"],
      [2, "PROCESSING"],
      [3, "SUCCEEDED"],
    ]);
    expect(await store.get(["c/workflow-w/1"])).toMatchObject([{ version: 4, effectsPending: false }]);
  });

  test("the very same claim by somebody else is refused", async () => {
    const { store } = await open();
    await store.claim([claimOf("c/workflow-w/1")]);
    expect(await store.claim([claimOf("c/workflow-w/1")])).toMatchObject([{ outcome: "refused" }]);
  });

  test("a statement that is throttled is tried again alone, later and later", async () => {
    const codes = ["ThrottlingError", "TransactionConflict", "InternalServerError"];
    let statements = 0;
    const { store, server } = await open({
      statement: () => {
        statements += 1;
        const code = statements > 2 ? codes.shift() : undefined;
        return code === undefined ? undefined : { code };
      },
    });
    const outcomes = await store.claim(ids(3).map((id) => claimOf(id)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["written", "written", "written"]);
    expect(server.calls).toHaveLength(4);
    expect(statements).toBe(6);
    expect(slept).toEqual([50, 100, 200]);
  });

  test("throttling that does not pass is a TransientError", async () => {
    const { store } = await open({ statement: () => ({ code: "ProvisionedThroughputExceeded" }) });
    await expect(store.claim([claimOf("c/workflow-w/1")])).rejects.toThrow(TransientError);
    await expect(store.claim([claimOf("c/workflow-w/1")])).rejects.toThrow(/ProvisionedThroughputExceeded/);
  });

  test("what no repetition helps says what to do", async () => {
    let code = "AccessDenied";
    let message = "not authorized";
    const { store } = await open({ statement: () => ({ code, message }) });
    const claim = () => store.claim([claimOf("c/workflow-w/1")]);
    await expect(claim()).rejects.toMatchObject({ hint: expect.stringMatching(/PartiQLInsert/) });
    code = "ResourceNotFound";
    await expect(claim()).rejects.toMatchObject({ hint: expect.stringMatching(/CIRRUS_STATE_DB/) });
    [code, message] = ["ValidationError", "Item size has exceeded the maximum allowed size"];
    await expect(claim()).rejects.toThrow(InvalidInput);
  });

  test("an ID that has no room in a key is refused before anything is written", async () => {
    const { store, server } = await open();
    const long = `c/workflow-w/${"ü".repeat(450)}`;
    await expect(store.claim([claimOf("c/workflow-w/1"), claimOf(long)])).rejects.toThrow(InvalidInput);
    expect(server.calls).toEqual([]);
  });

  test("whatever is lost, throttled or cut off, every request is written once or not at all, and its outcome is true", async () => {
    const fault = fc.constantFrom<CallFault | undefined>(
      undefined,
      undefined,
      "lost",
      "refused-connection",
      "throttled",
    );
    const statement = fc.constantFrom(
      undefined,
      undefined,
      { code: "ThrottlingError" },
      { code: "InternalServerError", done: true },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 12 }),
        fc.array(statement, { maxLength: 20 }),
        async (calls, statements) => {
          // No more than three faults in a row: the client tries a call four times, the store a statement six times.
          const plan = calls.map((one, i) => (i % 4 === 3 ? undefined : one));
          const rest = statements.map((one, i) => (i % 4 === 3 ? undefined : one));
          const { store, server } = await open({ call: () => plan.shift(), statement: () => rest.shift() });
          const payloads = ids(3);
          const outcomes = [
            ...(await store.claim(payloads.map((id) => claimOf(id)))),
            ...(await store.started(payloads.map(startOf))),
            ...(await store.finish(payloads.map(finishOf))),
          ];
          expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 9 }, () => "written"));
          for (const record of await store.get(payloads))
            expect(record).toMatchObject({ version: 3, state: "SUCCEEDED" });
          await server.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("records", () => {
  test("of ten thousand items with signed URLs can be written, and keep as many URLs as they have room for", async () => {
    const { store, server } = await open();
    await store.claim([claimOf("c/workflow-w/1")]);
    const outputs = Array.from(
      { length: 10_000 },
      (_, i) => `s3://b/${i}?signature=${randomBytes(200).toString("hex")}`,
    );
    const [ended] = await store.finish([{ ...finishOf("c/workflow-w/1"), outputs }]);
    expect(ended?.outcome).toBe("written");
    const [record] = await store.get(["c/workflow-w/1"]);
    expect(record?.outputs.length).toBeGreaterThan(100);
    expect(record?.outputs).toEqual(outputs.slice(0, record?.outputs.length));
    expect(JSON.stringify([...server.items.values()]).length).toBeLessThan(400_000);
  });

  test("long histories are moved out of the record, and read as one", async () => {
    const { store, server } = await open();
    let version: number | "absent" = "absent";
    for (let attempt = 1; attempt <= 12; attempt++) {
      const execution = `run-${attempt}`;
      const [claimed] = await store.claim([claimOf("c/workflow-w/1", { expected: version, execution, attempt })]);
      expect(claimed?.outcome).toBe("written");
      const end = { ...finishOf("c/workflow-w/1"), execution, state: "FAILED" } as const;
      const [ended] = await store.finish([end]);
      if (ended?.outcome !== "written") throw new Error("not ended");
      version = ended.record.version;
    }
    const { items } = await store.history("c/workflow-w/1");
    expect(items.map((one) => [one.version, one.from, one.to, one.attempt])).toEqual(
      items.map((_, i) => [
        i + 1,
        i === 0 ? "none" : i % 2 === 0 ? "FAILED" : "CLAIMED",
        i % 2 === 0 ? "CLAIMED" : "FAILED",
        Math.floor(i / 2) + 1,
      ]),
    );
    expect(items).toHaveLength(24);
    expect(server.items.get("c/workflow-w/1\nrecord")?.steps?.L?.length).toBeLessThanOrEqual(16);
    const pages = [];
    let cursor: string | undefined;
    do {
      const page = await store.history("c/workflow-w/1", { limit: 5, ...(cursor !== undefined && { cursor }) });
      pages.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(pages).toEqual(items);
  });

  test("any text and thousands of outputs come back as they were", async () => {
    const { store } = await open();
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.string({ unit: "binary" }),
        fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }),
        fc.constantFrom(1, 2000),
        async (name, text, few, times) => {
          const outputs = Array.from({ length: times }, () => few).flat();
          const id = `c/workflow-w/${name}`;
          const lineage = { depth: 2, ancestors: [text, ""] };
          await store.claim([claimOf(id, { message: text, lineage, inputUrl: text })]);
          const end = { ...finishOf(id), state: "FAILED", outputs, error: { error: text, cause: "" } } as const;
          await store.finish([end]);
          expect(await store.get([id])).toMatchObject([
            { messages: [text], lineage, inputUrl: text, outputs, lastError: { error: text, cause: "" } },
          ]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("a list reads its index to the end, page by page, whatever its own size and filter", async () => {
    const { store } = await open();
    await store.claim(ids(120).map((id) => claimOf(id)));
    const all = [...ids(120)].sort().reverse();
    const whole = await store.list({ workflow: "w", limit: 1000 });
    expect(whole.items.map(({ payloadId }) => payloadId)).toEqual(all);
    expect(whole.next).toBeUndefined();
    const { items } = await store.list({ workflow: "w", idPrefix: "c/workflow-w/11" });
    expect(items.map(({ itemids }) => itemids)).toEqual([..."9876543210"].map((digit) => `11${digit}`).concat("11"));
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list({ workflow: "w", limit: 50, cursor });
      pages.push(...page.items.map(({ payloadId }) => payloadId));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(pages).toEqual(all);
  });

  test("a list leaves out what has moved on since its index was read", async () => {
    const { store, server } = await open();
    await store.claim(ids(3).map((id) => claimOf(id)));
    const stale = server.items.get("c/workflow-w/1\nrecord");
    if (stale === undefined) throw new Error("no record");
    server.items.set("c/workflow-w/1\nrecord", { ...stale, updated: { S: isoTime(clock.now() + 1) } });
    const { items } = await store.list({ workflow: "w" });
    expect(items.map(({ payloadId }) => payloadId)).toEqual(["c/workflow-w/2", "c/workflow-w/0"]);
  });
});
