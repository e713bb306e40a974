import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidInput, TransientError } from "../../src/errors.ts";
import { type Open, openSource } from "../../src/task/assets/source.ts";
import { ServerBusy, tryAgain } from "../../src/task/retry.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const patience = () => ({ clock: makeVirtualClock(0), random: () => 0, signal: new AbortController().signal });
const MiB = 1024 ** 2;

interface Server {
  /** Bytes after which each connection breaks off; one that is not named is whole. */
  readonly breaksAfter: readonly number[];
  readonly ranges?: boolean;
  readonly versions?: readonly (string | undefined)[];
}

/** What a server with this body answers, and from where it was asked each time. */
function serverOf(body: Buffer, { breaksAfter, ranges = true, versions = [] }: Server) {
  const asked: number[] = [];
  const open: Open = async (from) => {
    const number = asked.push(from) - 1;
    const start = ranges ? from : 0;
    const rest = body.subarray(start, start + (breaksAfter[number] ?? body.length));
    async function* come() {
      for (let at = 0; at < rest.length; at += 1000) yield rest.subarray(at, at + 1000);
      if (breaksAfter[number] !== undefined) throw new Error("ECONNRESET");
    }
    return {
      body: Readable.from(come(), { objectMode: false }),
      start,
      size: body.length,
      version: number in versions ? versions[number] : "v1",
      explain: (thrown) => new TransientError(`broke off: ${(thrown as Error).message}`),
    };
  };
  return { open, asked };
}

const read = async (open: Open) => buffer((await openSource(open, patience())).bytes);

describe("a connection that breaks off", () => {
  test("is opened again where it was, however often, as long as something comes", async () => {
    const body = Buffer.alloc(20 * MiB, "x");
    const { open, asked } = serverOf(body, { breaksAfter: Array.from({ length: 8 }, () => 2 * MiB) });
    expect((await read(open)).equals(body)).toBe(true);
    expect(asked).toEqual(Array.from({ length: 9 }, (_, i) => i * 2 * MiB));
  });

  test("gives every byte once and in order, wherever it breaks off and whether the server knows ranges or not", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 5000 }),
        fc.array(fc.nat(5000), { maxLength: 3 }),
        fc.boolean(),
        async (bytes, breaksAfter, ranges) => {
          const { open } = serverOf(Buffer.from(bytes), { breaksAfter, ranges });
          expect(await read(open)).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("again and again with nothing new is given up", async () => {
    const { open, asked } = serverOf(Buffer.alloc(100), { breaksAfter: Array.from({ length: 9 }, () => 0) });
    await expect(read(open)).rejects.toThrow(/^broke off: ECONNRESET$/);
    expect(asked).toHaveLength(4);
  });

  test("is given up where the file has changed meanwhile, or where nobody can tell", async () => {
    const changed = serverOf(Buffer.alloc(100), { breaksAfter: [50], versions: ["v1", "v2"] });
    await expect(read(changed.open)).rejects.toThrow(/it has changed meanwhile/);
    const unknown = serverOf(Buffer.alloc(100), { breaksAfter: [50], versions: [undefined, undefined] });
    await expect(read(unknown.open)).rejects.toThrow(TransientError);
    expect(unknown.asked).toEqual([0]);
  });

  test("is not opened again once the run is stopped", async () => {
    const stop = new AbortController();
    const { open, asked } = serverOf(Buffer.alloc(5000), { breaksAfter: [3000] });
    const source = await openSource(open, { ...patience(), signal: stop.signal });
    const reading = (async () => {
      for await (const _ of source.bytes) stop.abort(new Error("told to end"));
    })();
    await expect(reading).rejects.toThrow("told to end");
    expect(asked).toEqual([0]);
  });
});

test("an answer that ends before what was announced is gone on with, and one that has more is refused", async () => {
  const body = Buffer.from("0123456789");
  const open =
    (send: (start: number) => Buffer): Open =>
    async (start) => ({
      body: Readable.from([send(start)], { objectMode: false }),
      start,
      size: body.length,
      version: "v1",
      explain: (thrown) => thrown,
    });
  expect(await read(open((start) => body.subarray(start, start + 4)))).toEqual(body);
  const tooMuch = open((start) => Buffer.concat([body.subarray(start), Buffer.from("more")]));
  await expect(read(tooMuch)).rejects.toThrow(TransientError);
});

describe("what fails in a way that may pass", () => {
  async function tried(failures: readonly Error[]) {
    const { clock, ...rest } = patience();
    const times: number[] = [];
    const left = [...failures];
    const outcome = await tryAgain(
      async () => {
        times.push(clock.now());
        const failure = left.shift();
        if (failure !== undefined) throw failure;
        return "done";
      },
      { ...rest, clock },
    ).catch((thrown: Error) => thrown.message);
    return { outcome, times };
  }
  const busy = (retryAfterMs?: number) => new ServerBusy("429", { retryAfterMs, hint: "later" });

  test("is tried four times, with pauses that double", async () => {
    expect(await tried([1, 2, 3].map((n) => new TransientError(`${n}`)))).toEqual({
      outcome: "done",
      times: [0, 250, 750, 1750],
    });
    expect((await tried([1, 2, 3, 4, 5].map((n) => new TransientError(`${n}`)))).outcome).toBe("4");
  });

  test("waits as long as the server asks, and gives up where that is too long", async () => {
    expect((await tried([busy(7000)])).times).toEqual([0, 7000]);
    expect((await tried([busy(10)])).times).toEqual([0, 250]);
    expect(await tried([busy(31_000)])).toEqual({ outcome: "429", times: [0] });
    expect(busy().name).toBe("TransientError");
  });

  test("is told from what will fail again", async () => {
    expect(await tried([new InvalidInput("never")])).toEqual({ outcome: "never", times: [0] });
  });
});

test("a source that is closed unread lets its connection go", async () => {
  const { open } = serverOf(Buffer.from("body"), { breaksAfter: [] });
  let opened: Readable | undefined;
  const source = await openSource(async (start) => {
    const one = await open(start);
    opened = one.body;
    return one;
  }, patience());
  source.close();
  expect(opened?.destroyed).toBe(true);
});
