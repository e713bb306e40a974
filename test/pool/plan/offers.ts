/** Small catalogues for tests of planning: made up by hand, or at random. */
import fc from "fast-check";
import type { Offer } from "../../../src/offers/offer.ts";

type Given = Partial<Offer> & Pick<Offer, "instanceType" | "cpus" | "pricePerHour">;

export function offer(given: Given): Offer {
  return {
    provider: "aws",
    region: "us-west-2",
    architecture: "x86_64",
    cpuFamily: "Intel Ice Lake",
    cpuRank: 17,
    memoryGB: given.cpus * 4,
    localSsdGB: 0,
    gpus: 0,
    spot: false,
    instancePricePerHour: given.pricePerHour,
    bootDiskGB: 30,
    bootDiskType: "gp3",
    bootDiskPricePerHour: 0,
    ...given,
  };
}

const type = fc.record({
  cpus: fc.constantFrom(1, 2, 3, 4, 6, 8),
  memoryPerCpu: fc.constantFrom(1, 2, 4, 8),
  localSsdGB: fc.constantFrom(0, 0, 100, 400),
  cents: fc.integer({ min: 1, max: 60 }),
  spotPercent: fc.integer({ min: 20, max: 100 }),
  interruptionsPerHour: fc.constantFrom(0, 0.01, 0.3),
});

/** Up to five types, each on demand and as a spot instance. */
export const catalogue: fc.Arbitrary<readonly Offer[]> = fc.array(type, { minLength: 1, maxLength: 5 }).map((types) =>
  types.flatMap(({ cpus, memoryPerCpu, localSsdGB, cents, spotPercent, interruptionsPerHour }, index) => {
    const facts = { instanceType: `m${index}.any`, cpus, memoryGB: cpus * memoryPerCpu, localSsdGB };
    const spotPrice = (cents * spotPercent) / 1e4;
    return [
      offer({ ...facts, pricePerHour: cents / 100 }),
      offer({ ...facts, pricePerHour: spotPrice, spot: true, interruptionsPerHour }),
    ];
  }),
);
