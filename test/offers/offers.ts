/** Offers for tests: a plain one to change, and any. */
import fc from "fast-check";
import type { Offer } from "../../src/offers/offer.ts";

export function offer(changes: Partial<Offer> = {}): Offer {
  return {
    provider: "aws",
    region: "us-west-2",
    instanceType: "m7g.xlarge",
    architecture: "arm64",
    cpuFamily: "AWS Graviton3",
    cpuRank: 19,
    cpus: 4,
    memoryGB: 16,
    localSsdGB: 0,
    gpus: 0,
    spot: false,
    instancePricePerHour: 0.1632,
    bootDiskGB: 10,
    bootDiskType: "gp3",
    bootDiskPricePerHour: 0.0011,
    pricePerHour: 0.1643,
    ...changes,
  };
}

export const anyOffer: fc.Arbitrary<Offer> = fc
  .record({
    instanceType: fc.constantFrom("m7g.xlarge", "m7g.16xlarge", "m7g.2xlarge", "c7i.large", "g5.xlarge"),
    architecture: fc.constantFrom("x86_64" as const, "arm64" as const),
    cpuFamily: fc.constantFrom("AWS Graviton3", "Intel Sapphire Rapids"),
    cpuRank: fc.integer({ min: 0, max: 27 }),
    cpus: fc.constantFrom(1, 2, 4, 8),
    memoryGB: fc.constantFrom(2, 4, 8, 16),
    localSsdGB: fc.constantFrom(0, 118, 937),
    gpus: fc.constantFrom(0, 1),
    spot: fc.boolean(),
    pricePerHour: fc.double({ min: 0.001, max: 10, noNaN: true }),
    interruptionsPerHour: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  })
  .map((changes) => offer(changes));
