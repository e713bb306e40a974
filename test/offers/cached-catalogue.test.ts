/** Answers are kept as long as they hold, and offline as long as there are any. */
import { describe, expect, test } from "vitest";
import { CirrusError, EXIT, TransientError } from "../../src/errors.ts";
import { type Answer, type CatalogueOptions, makeCatalogue } from "../../src/offers/cached-catalogue.ts";
import type { CatalogueSource } from "../../src/offers/catalogue.ts";
import { RECORD, recordedCatalogue } from "../../src/offers/recorded/recorded.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const HOUR_MS = 3_600_000;
const QUERY = { region: "us-west-2", bootDiskGB: 10 };

/** A provider whose one type costs what `price` says now, and which counts how often it was asked. */
function makeWorld() {
  const clock = makeVirtualClock("2026-01-01T00:00:00.000Z");
  const kept = new Map<string, Answer>();
  const asked: string[] = [];
  const world = { price: 1, failure: undefined as Error | undefined };
  const answer = async <T>(name: string, value: T): Promise<T> => {
    if (world.failure !== undefined) throw world.failure;
    asked.push(name);
    return value;
  };
  const source: CatalogueSource = {
    priceList: () =>
      answer("prices", {
        types: [{ name: "x1.large", architecture: "arm64", cpus: 1, memoryGB: 1, localSsdGB: 0, gpus: 0, zones: [] }],
        onDemand: [{ instanceType: "x1.large", pricePerHour: world.price, processor: "" }],
        disks: [],
      }),
    spotPrices: () => answer("spot", [{ instanceType: "x1.large", zone: "us-west-2a", pricePerHour: world.price / 2 }]),
    regions: () => answer("regions", [{ name: "us-west-2", description: "", zones: [] }]),
    images: () => answer("images", []),
  };
  const open = (mode: CatalogueOptions["mode"] = "usual") =>
    makeCatalogue({
      provider: "aws",
      source,
      recorded: recordedCatalogue,
      recordedAt: RECORD.asOf,
      store: {
        read: async (key) => kept.get(key),
        write: async (key, value) => void kept.set(key, value),
      },
      clock,
      mode,
    });
  const prices = async (mode?: CatalogueOptions["mode"]) =>
    (await open(mode).list(QUERY)).map(({ instancePricePerHour }) => instancePricePerHour);
  return { clock, world, asked, open, prices };
}

describe("what was read", () => {
  test("is not asked for again while it holds: a day on demand, an hour as spot", async () => {
    const { clock, world, asked, prices } = makeWorld();
    expect(await prices()).toEqual([1, 0.5]);
    world.price = 2;
    clock.advance(HOUR_MS - 1);
    expect(await prices()).toEqual([1, 0.5]);
    clock.advance(1);
    expect(await prices()).toEqual([1, 1]);
    clock.advance(23 * HOUR_MS);
    expect(await prices()).toEqual([2, 1]);
    expect(asked).toEqual(["prices", "spot", "spot", "prices", "spot"]);
  });

  test("is asked for again where a refresh is wanted, and where the clock was set back", async () => {
    const { clock, world, prices } = makeWorld();
    await prices();
    world.price = 2;
    expect(await prices("refresh")).toEqual([2, 1]);
    world.price = 3;
    clock.advance(-HOUR_MS);
    expect(await prices()).toEqual([3, 1.5]);
  });

  test("is not asked for at all where it is not wanted", async () => {
    const { asked, open } = makeWorld();
    await open().list({ ...QUERY, spot: false });
    expect(asked).toEqual(["prices"]);
  });

  test("is what a catalogue says its prices are of", async () => {
    const { clock, open } = makeWorld();
    const first = open();
    await first.list(QUERY);
    expect(await first.origin()).toEqual({ from: "provider", asOf: "2026-01-01T00:00:00.000Z" });
    clock.advance(2 * HOUR_MS);
    const later = open();
    await later.list(QUERY);
    expect(await later.origin()).toEqual({ from: "kept", asOf: "2026-01-01T00:00:00.000Z" });
    expect(await later.asOf()).toBe("2026-01-01T00:00:00.000Z");
  });
});

describe("offline", () => {
  test("takes what was read last, however old", async () => {
    const { clock, world, asked, open, prices } = makeWorld();
    await prices();
    world.price = 2;
    clock.advance(1000 * HOUR_MS);
    const catalogue = open("offline");
    expect((await catalogue.list(QUERY)).map(({ instancePricePerHour }) => instancePricePerHour)).toEqual([1, 0.5]);
    expect(await catalogue.origin()).toEqual({ from: "kept", asOf: "2026-01-01T00:00:00.000Z" });
    expect(asked).toEqual(["prices", "spot"]);
  });

  test("takes the record where nothing was read, and keeps nothing of it", async () => {
    const { asked, open, prices } = makeWorld();
    const catalogue = open("offline");
    expect((await catalogue.list(QUERY)).length).toBeGreaterThan(100);
    expect(await catalogue.origin()).toEqual({ from: "record", asOf: RECORD.asOf });
    expect(asked).toEqual([]);
    expect(await prices()).toEqual([1, 0.5]);
  });

  test("has regions, and says that it has no images", async () => {
    const { open } = makeWorld();
    expect(await open("offline").regions({ zones: false })).toContainEqual({
      name: "us-west-2",
      description: "US West (Oregon)",
      zones: [],
    });
    await expect(open("offline").images({ region: "us-west-2", own: true })).rejects.toMatchObject({
      exitCode: EXIT.notFound,
    });
  });
});

test("what needs credentials or a connection says that --offline works; anything else stays what it is", async () => {
  const { world, open } = makeWorld();
  world.failure = new CirrusError("There are no AWS credentials.", { hint: "Sign in", exitCode: EXIT.credentials });
  await expect(open().list(QUERY)).rejects.toMatchObject({
    message: "There are no AWS credentials.",
    hint: "Sign in. Or add --offline: it takes what was read last, or else recorded prices.",
    exitCode: EXIT.credentials,
  });
  world.failure = new TransientError("EC2 did not answer.", { hint: "Try again." });
  await expect(open().list(QUERY)).rejects.toMatchObject({ hint: expect.stringContaining("--offline") });
  world.failure = new TypeError("a defect");
  await expect(open().list(QUERY)).rejects.toBe(world.failure);
});
