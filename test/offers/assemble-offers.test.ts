/** From types, prices and disks to offers. */
import { describe, expect, test } from "vitest";
import { assembleOffers } from "../../src/offers/assemble-offers.ts";
import { type BootDisk, bootDiskGB, bootDiskPricePerHour, plainDisk } from "../../src/offers/boot-disk.ts";
import type { PriceList, SpotPrice } from "../../src/offers/catalogue.ts";
import type { OfferQuery } from "../../src/offers/offers.ts";

const GP3 = {
  type: "gp3",
  perGB: 0.08,
  perIops: 0.005,
  includedIops: 3000,
  perThroughput: 0.04,
  includedThroughput: 125,
};
const IO2 = { type: "io2", perGB: 0.125, perIops: 0.065, includedIops: 0, perThroughput: 0, includedThroughput: 0 };

const SIZES = { architecture: "arm64", cpus: 2, memoryGB: 4, localSsdGB: 0, gpus: 0 } as const;

const LIST: PriceList = {
  types: [
    { ...SIZES, name: "c7g.large", zones: ["us-west-2a", "us-west-2b"] },
    { ...SIZES, name: "c8g.large", zones: ["us-west-2a"] },
    { ...SIZES, name: "unpriced.large", zones: ["us-west-2a"] },
  ],
  onDemand: [
    { instanceType: "c7g.large", pricePerHour: 0.0725, processor: "AWS Graviton3 Processor" },
    { instanceType: "c8g.large", pricePerHour: 0.07976, processor: "AWS Graviton4 Processor" },
  ],
  disks: [GP3, IO2],
};

const SPOT: readonly SpotPrice[] = [
  { instanceType: "c7g.large", zone: "us-west-2a", pricePerHour: 0.03 },
  { instanceType: "c7g.large", zone: "us-west-2b", pricePerHour: 0.031 },
];

function assemble(query: Partial<OfferQuery> = {}, list = LIST, spot = SPOT) {
  return assembleOffers("aws", { region: "us-west-2", bootDiskGB: 10, ...query }, list, spot);
}

describe("offers", () => {
  test("are one a type on demand and one a zone as spot; what has no price is none", () => {
    const found = assemble().map(({ instanceType, zone, spot }) => [instanceType, zone, spot]);
    expect(found).toEqual([
      ["c7g.large", undefined, false],
      ["c7g.large", "us-west-2a", true],
      ["c7g.large", "us-west-2b", true],
      ["c8g.large", undefined, false],
    ]);
  });

  test("say what they are, with the boot disk in the price", () => {
    expect(assemble({ spot: false })[0]).toEqual({
      provider: "aws",
      region: "us-west-2",
      instanceType: "c7g.large",
      architecture: "arm64",
      cpuFamily: "AWS Graviton3",
      cpuRank: 19,
      cpus: 2,
      memoryGB: 4,
      localSsdGB: 0,
      gpus: 0,
      spot: false,
      instancePricePerHour: 0.0725,
      bootDiskGB: 10,
      bootDiskType: "gp3",
      bootDiskPricePerHour: 0.001096,
      pricePerHour: 0.073596,
    });
  });

  test("of one zone are those that the zone has", () => {
    const found = assemble({ zone: "us-west-2b" });
    expect(found.map(({ instanceType, zone, spot }) => [instanceType, zone, spot])).toEqual([
      ["c7g.large", "us-west-2b", false],
      ["c7g.large", "us-west-2b", true],
    ]);
  });

  test("are of one kind where one is asked for", () => {
    expect(assemble({ spot: true }).every(({ spot }) => spot)).toBe(true);
    expect(assemble({ spot: false }).some(({ spot }) => spot)).toBe(false);
  });

  test("are one a type of boot disk", () => {
    const bootDisk = { ...plainDisk(20), types: ["gp3", "io2"] };
    const found = assemble({ bootDisk, spot: false }).filter(({ instanceType }) => instanceType === "c7g.large");
    expect(found.map(({ bootDiskType, bootDiskGB: size }) => [bootDiskType, size])).toEqual([
      ["gp3", 20],
      ["io2", 20],
    ]);
  });

  test("say that they are estimated where the disk's price is not the region's own, or the spot price is not observed", () => {
    expect(assemble({ spot: false }, { ...LIST, disks: [] })[0]).toMatchObject({
      bootDiskPricePerHour: 0.001096,
      estimated: true,
    });
    const typical = SPOT.map((price) => ({ ...price, estimated: true }));
    expect(assemble({}, LIST, typical).map(({ estimated }) => estimated)).toEqual([undefined, true, true, undefined]);
  });
});

describe("a boot disk", () => {
  const disk: BootDisk = { types: ["gp3"], totalGB: 10, baseGB: 5, perCpuGB: 2, perTaskGB: 8, cpusPerTask: 3 };

  test.each([
    { cpus: 1, changes: { perCpuGB: 2, perTaskGB: 0 }, size: 10, why: "the least that is asked for" },
    { cpus: 8, changes: { perTaskGB: 0 }, size: 21, why: "the base and 2 a CPU" },
    { cpus: 8, changes: {}, size: 21, why: "two tasks of 8 make no more" },
    { cpus: 9, changes: {}, size: 29, why: "three tasks of 8" },
  ])("of $cpus CPUs has $size GB: $why", ({ cpus, changes, size }) => {
    expect(bootDiskGB({ ...disk, ...changes }, cpus)).toBe(size);
  });

  test.each([
    { what: "gp3 as it comes", price: GP3, changes: {}, month: 100 * 0.08 },
    { what: "gp3 with what it has of itself", price: GP3, changes: { iops: 3000, throughput: 125 }, month: 100 * 0.08 },
    { what: "gp3 with more", price: GP3, changes: { iops: 4000, throughput: 225 }, month: 100 * 0.08 + 5 + 4 },
    { what: "io2, of which operations have to be bought", price: IO2, changes: {}, month: 100 * 0.125 + 100 * 0.065 },
    { what: "io2 with more", price: IO2, changes: { iops: 1000 }, month: 100 * 0.125 + 65 },
  ])("$what costs a 730th of its month an hour", ({ price, changes, month }) => {
    expect(bootDiskPricePerHour(price, 100, { ...disk, ...changes })).toBeCloseTo(month / 730, 12);
  });
});
